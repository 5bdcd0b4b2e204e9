"""The journal of a write: what the chip held before, should the write be interrupted.

Sectors the file covers only in part, and those that cannot be rebuilt, are kept with their content;
of all others the CRC is kept, so that damage outside the written range is noticed. Only the user
can read a record, and it is deleted when the write is complete.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bekenlab.chips import SECTOR
from bekenlab.errors import FileAccessError, Notice, system_reason
from bekenlab.files import lock, write_whole
from bekenlab.flashing.same_chip import calibration_sectors, identity_facts, is_same
from bekenlab.json_text import JsonError, read_json_file
from bekenlab.link.comparing import sector_crcs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bekenlab.link.identity import Identity
    from bekenlab.link.target import Target

FORMAT = "bekenlab-write"
_VERSION = 1
# Facts of a chip that its boot loader has no part in.
_LASTING_FACTS = ("chip_id", "flash_id", "flash_part")


@dataclass(frozen=True, slots=True)
class WriteRecord:
    """The state of a chip before a write.

    Attributes:
        chip: Facts of the chip.
        ranges: Physical ranges the write is to change, half open.
        crcs: CRC-32 of every sector, by address.
        originals: Content of the sectors that are kept, by address.
        backup: The backup the write relies on, or None.
        status: The flash's status registers, or None if they cannot be read.
        title: What was to be written, in words; empty in records of older versions.
        made: When the write began, in ISO 8601; empty in records of older versions.
    """

    chip: Mapping[str, Any]
    ranges: tuple[tuple[int, int], ...]
    crcs: Mapping[int, int]
    originals: Mapping[int, bytes] = field(repr=False)
    backup: Path | None = None
    status: int | None = None
    title: str = ""
    made: str = ""

    @property
    def about(self) -> str:
        """What happened, in words: ``"half written by app.bin at 2026-11-30 12:00+01:00"``."""
        what = f"half written by {self.title or 'an earlier write'}"
        return f"{what} at {self.made.replace('T', ' ')}" if self.made else what

    def notice(self) -> Notice:
        """The warning that the chip is half written."""
        back = f", or put the backup {self.backup.name} back" if self.backup else ""
        text = f"The chip is {self.about}: finish that by writing it again{back}."
        return Notice("unfinished-write", text)

    def is_kind_of(self, identity: Identity) -> bool:
        """Whether it was made for this kind of chip.

        A write of the boot loader that was cut off leaves another loader, or none, and with it
        another idea of the chip.
        """
        now = identity_facts(identity)
        if not self.is_inside(0) or now["chip_id"] is None:
            return dict(self.chip) == now
        return all(self.chip.get(name) == now[name] for name in _LASTING_FACTS)

    def is_inside(self, address: int) -> bool:
        """Whether the write is to change the sector at an address."""
        return any(start < address + SECTOR and address < end for start, end in self.ranges)

    def is_of(self, identity: Identity, crcs: Mapping[int, int]) -> bool:
        """Whether a chip is the one this record was made for."""
        own = calibration_sectors(identity)
        lasting = {a: crc for a, crc in self.crcs.items() if a in own or not self.is_inside(a)}
        return self.is_kind_of(identity) and is_same(lasting, crcs, own)


class WriteJournal:
    """A folder of records, one per file.

    Args:
        folder: The user's state folder; None: no records are kept, so an interrupted write cannot
            restore what it had kept.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / "writes" if folder else None

    def find(self, identity: Identity, crcs: Mapping[int, int]) -> tuple[Path, WriteRecord] | None:
        """The record of an interrupted write to this chip, with its file, or None."""
        for path in self._paths():
            record, _ = _read(path)
            if record is not None and record.is_of(identity, crcs):
                return path, record
        return None

    def concerns(self, identity: Identity) -> bool:
        """Whether there is a record of a write to this kind of chip, possibly to this very one."""
        records = (_read(path)[0] for path in self._paths())
        return any(record is not None and record.is_kind_of(identity) for record in records)

    def unreadable(self) -> tuple[Notice, ...]:
        """Warnings about records that mean nothing: they are left alone, and stop nothing."""
        return tuple(
            Notice("state-ignored", f"{path} is no record of a write and is ignored: {why}.")
            for path in self._paths()
            for record, why in (_read(path),)
            if record is None
        )

    def half_written(self, target: Target) -> WriteRecord | None:
        """The record of a write to this very chip that began and was cut off, or None.

        Asks for CRCs only if there is a record for its kind.
        """
        if not self.concerns(target.identity):
            return None
        crcs = dict(sector_crcs(target, range(0, target.size, SECTOR)))
        found = self.find(target.identity, crcs)
        if found is None or all(crcs.get(a) == crc for a, crc in found[1].crcs.items()):
            return None
        return found[1]

    def records(self) -> list[tuple[Path, WriteRecord]]:
        """All records, with their files: of writes that were cut off, or are at work now."""
        found = ((path, _read(path)[0]) for path in self._paths())
        return [(path, record) for path, record in found if record is not None]

    def _paths(self) -> Iterable[Path]:
        if self._folder is None or not self._folder.is_dir():
            return []
        return sorted(self._folder.glob("*.json"))

    def save(self, record: WriteRecord, replacing: Path | None) -> Path | None:
        """Save a record before anything is changed on the chip; None if no records are kept.

        Raises:
            FileAccessError: It cannot be written; then nothing may be changed.
        """
        if self._folder is None:
            return None
        text = json.dumps(_to_json(record)).encode()
        name = f"{record.chip.get('chip') or 'chip'}-{zlib.crc32(text):08x}.json"
        path = replacing or self._folder / name
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(path, text, private=True)
        except OSError as error:
            raise FileAccessError(
                f"{path} cannot be written: {error}",
                hint="writing starts only once its journal is saved; free some space",
            ) from error
        return path


@contextmanager
def at_work(record: Path | None) -> Iterator[None]:
    """While it lasts, :func:`is_at_work` holds for a record, in other processes as well."""
    if record is None:
        yield
        return
    guard = record.with_suffix(".lock")
    with ExitStack() as held:
        with suppress(OSError):  # then another process may take it for cut off
            lock(held.enter_context(guard.open("a", encoding="utf-8")))
        try:
            yield
        finally:
            with suppress(OSError):  # Windows deletes no open file
                guard.unlink()


def is_at_work(record: Path) -> bool:
    """Whether the write of a record is running, in this process or another."""
    try:
        with record.with_suffix(".lock").open("r+", encoding="utf-8") as guard:
            return not lock(guard)
    except OSError:
        return False


def _to_json(record: WriteRecord) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": _VERSION,
        "chip": dict(record.chip),
        "ranges": [list(pair) for pair in record.ranges],
        "crcs": {f"{a:x}": crc for a, crc in record.crcs.items()},
        "originals": {
            f"{a:x}": base64.b64encode(data).decode() for a, data in record.originals.items()
        },
        "backup": str(record.backup) if record.backup else None,
        "status": record.status,
        "title": record.title,
        "made": record.made,
    }


_MOST_ADDRESS = 1 << 32


def _read(path: Path) -> tuple[WriteRecord | None, str]:
    """A record; or None, and why the file is not one."""
    try:
        table = read_json_file(path, unique=True, halves=True)
    except OSError as error:
        return None, system_reason(error)
    except JsonError as error:
        return None, str(error)
    try:
        if table["format"] != FORMAT or table["version"] != _VERSION:
            return None, "it is of another kind, or of a newer version of bekenlab"
        return _record(table), ""
    except (ValueError, KeyError, TypeError, AttributeError):
        return None, "it has other fields than a record"


def _record(table: Mapping[str, Any]) -> WriteRecord:
    """A record out of its fields.

    Raises:
        ValueError: A value makes no sense; or KeyError, TypeError, AttributeError.
    """
    backup, status = table["backup"], table["status"]
    if backup is not None and (not isinstance(backup, str) or "\0" in backup):
        raise ValueError(backup)
    chip = table["chip"]
    if not isinstance(chip, dict) or any(isinstance(fact, dict | list) for fact in chip.values()):
        raise ValueError(chip)
    return WriteRecord(
        chip=chip,
        ranges=tuple((_number(start), _number(end)) for start, end in table["ranges"]),
        crcs={_number(int(a[:9], 16)): _number(crc) for a, crc in table["crcs"].items()},
        originals={_number(int(a[:9], 16)): _sector(d) for a, d in table["originals"].items()},
        backup=Path(backup) if backup else None,
        status=None if status is None else _number(status),
        title=str(table.get("title", "")),
        made=str(table.get("made", "")),
    )


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MOST_ADDRESS:
        raise ValueError(value)
    return value


def _sector(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(text[:20]) from error
