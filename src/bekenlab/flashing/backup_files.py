"""The files of a backup: a partial file and a journal while it runs, then dump and manifest.

``plug.bin`` appears only when it is complete and verified, with ``plug.bin.json`` beside it. Until
then there are ``plug.bin.partial`` and ``plug.bin.journal``, from which a later run resumes.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from bekenlab import stopping
from bekenlab.chips import SECTOR
from bekenlab.errors import Action, FileAccessError, RefusedError, file_access
from bekenlab.files import lock, make_private, write_whole
from bekenlab.flashing.same_chip import identity_facts
from bekenlab.json_text import JsonError, read_json, read_json_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from bekenlab.link.identity import Identity
    from bekenlab.link.reading import Sector

FORMAT = "bekenlab-backup"
_VERSION = 1
# 4096 sectors of a flash of 16 MiB are 200 kB.
_LONGEST_JOURNAL = 4 << 20


def manifest_path(dump: Path) -> Path:
    """Path of a dump's manifest."""
    return dump.with_name(dump.name + ".json")


def check_output(output: Path) -> None:
    """Check the name of a backup before anybody resets a chip for it.

    Raises:
        RefusedError: The file exists.
        FileAccessError: Its folder does not exist.
    """
    if output.exists():
        raise RefusedError(f"{output} already exists", action=Action("name-output"))
    if not output.parent.is_dir():
        raise FileAccessError(
            f"{output} cannot be written: folder {output.parent} does not exist",
            hint="create the folder, or choose another",
        )


def next_output(folder: Path, identity: Identity, now: datetime) -> Path:
    """Path for a backup: an interrupted one of this kind of chip, else a new name.

    Resuming checks sector by sector whether the earlier data are of this very chip.

    Args:
        folder: Where backups are; must exist.
        identity: The chip.
        now: Time for the name.
    """
    wanted = {**identity_facts(identity), "size": identity.flash_size}
    for journal in sorted(folder.glob("*.bin.journal"), reverse=True):
        if _head(journal).items() >= wanted.items() and not is_being_made(journal):
            return journal.with_name(journal.name.removesuffix(".journal"))
    chip = identity.chip.name if identity.chip else "chip"
    stem = f"{chip}-{now:%Y%m%d-%H%M%S}"
    names = (folder / f"{stem}{'' if n == 1 else f'-{n}'}.bin" for n in count(1))
    return next(path for path in names if not path.exists())


def is_as_made(dump: Path, data: bytes) -> bool:
    """Whether a dump still matches its manifest; also true without one, or with a broken one."""
    made = _sha256_of(dump)
    return made is None or made == hashlib.sha256(data).hexdigest()


def is_manifest_broken(dump: Path) -> bool:
    """Whether there is a manifest that says nothing about the dump."""
    return manifest_path(dump).exists() and _sha256_of(dump) is None


def _sha256_of(dump: Path) -> str | None:
    try:
        made = read_json_file(manifest_path(dump))["sha256"]
    except (OSError, JsonError, KeyError, TypeError):
        return None
    return made if isinstance(made, str) else None


class BackupFiles:
    """A backup in progress.

    Args:
        output: Path of the finished backup.
        identity: Facts of the chip; a journal of another chip is not resumed.
        size: Flash size in bytes.

    Attributes:
        data: Flash as far as it was read; FF elsewhere.
        crcs: CRC-32 by sector address, of the sectors read so far.
        resumed: Number of sectors an earlier run had read.

    Raises:
        RefusedError: The output exists, another run is making it, or the journal belongs to
            another chip.
        FileAccessError: The folder cannot be written to.
    """

    def __init__(self, output: Path, identity: Mapping[str, Any], size: int) -> None:
        self.output = output
        self.partial = output.with_name(output.name + ".partial")
        self.journal = output.with_name(output.name + ".journal")
        self.data = bytearray(b"\xff" * size)
        self.crcs: dict[int, int] = {}
        self._head = {"format": FORMAT, "version": _VERSION, "size": size, **identity}
        check_output(output)
        try:
            make_private(self.journal)
            self._log = self.journal.open("a+", encoding="utf-8")
            self._take_journal()
            self._open()
        except OSError as error:
            raise _access(output, error) from error
        self.resumed = len(self.crcs)

    def _take_journal(self) -> None:
        """Lock the journal: two runs with the same files would mix two chips into one backup."""
        if not lock(self._log):
            self._log.close()
            raise RefusedError(
                f"another run of bekenlab is writing {self.output}",
                hint="wait until it has finished",
                action=Action("name-output"),
            )

    def _open(self) -> None:
        try:
            self._load()
        except RefusedError:
            self._log.close()
            raise
        mode = "r+b" if self.crcs else "w+b"
        make_private(self.partial)
        self._file = self.partial.open(mode)
        if not self.crcs:
            self._file.truncate(len(self.data))
        self._log.truncate(0)
        self._note(self._head)
        for address, crc in self.crcs.items():
            self._note({"a": address, "c": crc})

    def _load(self) -> None:
        """Load the sectors of an earlier run whose data agree with its journal."""
        if not self.journal.stat().st_size or not self.partial.exists():
            return
        head, *entries = _lines(self.journal)
        if not entries or head.get("format") != FORMAT:
            return  # nothing to resume, or broken: it begins anew
        if head != self._head:
            raise RefusedError(
                f"{self.journal} belongs to a backup of another chip",
                hint="finish it with that chip, or delete the journal",
                action=Action("name-output"),
            )
        stored = self.partial.read_bytes()
        for entry in entries:
            address, crc = entry.get("a"), entry.get("c")
            if not isinstance(address, int) or address % SECTOR or address < 0:
                continue
            sector = stored[address : address + SECTOR]
            if len(sector) == SECTOR and zlib.crc32(sector) == crc:
                self.data[address : address + SECTOR] = sector
                self.crcs[address] = crc

    def forget(self, address: int) -> None:
        """Drop a sector of an earlier run that no longer agrees with the chip."""
        self.crcs.pop(address, None)

    def add(self, sector: Sector) -> None:
        """Store a sector: the data first, then the journal entry that confirms it."""
        self.data[sector.address : sector.address + SECTOR] = sector.data
        self.crcs[sector.address] = sector.crc
        try:
            self._file.seek(sector.address)
            self._file.write(sector.data)
            self._file.flush()
            self._note({"a": sector.address, "c": sector.crc})
        except OSError as error:
            raise _access(self.partial, error) from error

    def _note(self, entry: Mapping[str, Any]) -> None:
        self._log.write(json.dumps(entry) + "\n")
        self._log.flush()

    def finish(self, manifest: Mapping[str, Any]) -> None:
        """Give a complete and verified backup its name, and write its manifest."""
        try:
            os.fsync(self._file.fileno())
            self._file.close()
            self._compare()
            text = json.dumps({**self._head, **manifest}, indent=1)
            stopping.check()
            with stopping.shield():  # dump and manifest, or neither
                write_whole(manifest_path(self.output), text.encode(), private=True)
                self.partial.replace(self.output)
                self.close()
                self.journal.unlink()
        except OSError as error:
            raise _access(self.output, error) from error
        finally:
            self.close()

    def _compare(self) -> None:
        """Read the partial file back: what is on disk is what will be relied on."""
        if self.output.exists():
            raise RefusedError(
                f"{self.output} has been created meanwhile", action=Action("name-output")
            )
        if self.partial.read_bytes() != self.data:
            raise FileAccessError(
                f"{self.partial} does not hold what was written to it",
                hint="try again; if it happens again, choose another disk",
            )

    def close(self) -> None:
        """Close the files, which stay for a later run."""
        self._file.close()
        self._log.close()


@dataclass(frozen=True, slots=True)
class CutOffBackup:
    """A backup that was cut off and that no run is making.

    Attributes:
        journal: Its journal.
        chip: Name of the chip, or an empty string.
        done: Bytes read so far.
        size: Bytes of flash.
    """

    journal: Path
    chip: str
    done: int
    size: int


def cut_off_backups(folder: Path) -> list[CutOffBackup]:
    """Backups in a folder that can be resumed, newest first."""
    found: list[CutOffBackup] = []
    for journal in sorted(folder.glob("*.bin.journal"), reverse=True):
        try:
            head, *entries = _lines(journal)
        except OSError:
            continue
        size = head.get("size")
        if head.get("format") != FORMAT or not isinstance(size, int) or not entries:
            continue
        if not is_being_made(journal):
            done = len({str(entry.get("a")) for entry in entries}) * SECTOR
            found.append(CutOffBackup(journal, str(head.get("chip") or ""), min(done, size), size))
    return found


def is_being_made(journal: Path) -> bool:
    """Whether a running backup holds a lock on the journal."""
    try:
        with journal.open("a", encoding="utf-8") as log:
            return not lock(log)
    except OSError:
        return True


def _lines(journal: Path) -> list[dict[str, Any]]:
    """The journal's entries; one truncated by a crash is left out."""
    found: list[dict[str, Any]] = []
    with journal.open("rb") as file:
        text = file.read(_LONGEST_JOURNAL).decode("utf-8", "replace")
    for line in text.splitlines():
        try:
            entry = read_json(line)
        except JsonError:
            continue
        if isinstance(entry, dict):
            found.append(entry)
    return found or [{}]


def _head(journal: Path) -> dict[str, Any]:
    """The journal's first entry, which identifies the chip; empty when it cannot be read."""
    try:
        return _lines(journal)[0]
    except OSError:
        return {}


def _access(path: Path, error: OSError) -> FileAccessError:
    return file_access(path, "written", error, hint="choose another folder")
