"""The survey of a chip before it is written: its CRCs, and the known backup of it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bekenlab.analysis.inputs import load_one
from bekenlab.chips import SECTOR
from bekenlab.errors import BekenlabError, CorruptInputError, Notice, TooLargeError
from bekenlab.events import EventSink, Progress, ignore
from bekenlab.flashing.backup_files import is_as_made, is_manifest_broken
from bekenlab.flashing.flash_answers import raise_if_flash_is_silent
from bekenlab.flashing.same_chip import is_blank, protected_regions
from bekenlab.image.layout import arrange
from bekenlab.image.loader_check import check_loader
from bekenlab.link.comparing import sector_crcs, verified_crcs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from bekenlab.chips import Region
    from bekenlab.flashing.journal import WriteJournal, WriteRecord
    from bekenlab.link.identity import Identity
    from bekenlab.link.target import Target

JOB = "write"


@dataclass(frozen=True, slots=True)
class ChipState:
    """What is known about a chip's flash without reading it.

    Attributes:
        crcs: CRC-32 by sector address.
        unfinished: The record of an interrupted write, with its file; None without one.
        backup: A backup of this chip, with its bytes; None if none is known.
        notices: Files of bekenlab that are broken, and were left out.
    """

    crcs: Mapping[int, int]
    unfinished: tuple[Path, WriteRecord] | None
    backup: tuple[Path, bytes] | None
    notices: tuple[Notice, ...] = ()

    @property
    def before(self) -> Mapping[int, int]:
        """CRCs as they were before an interrupted write, where that is known.

        Sectors that noise damaged outside the written range, or that cannot be rebuilt, thus still
        count as this chip's.
        """
        if self.unfinished is None:
            return self.crcs
        record = self.unfinished[1]
        kept = {a for a in record.crcs if a in record.originals or not record.is_inside(a)}
        return {**self.crcs, **{a: record.crcs[a] for a in kept}}

    def original(self, address: int) -> bytes | None:
        """What a sector held before an interrupted write, if the record has it."""
        record = self.unfinished[1] if self.unfinished else None
        return record.originals.get(address) if record else None


def survey(
    target: Target,
    journal: WriteJournal,
    backups: Sequence[Path],
    *,
    events: EventSink = ignore,
) -> ChipState:
    """Ask the chip for the CRC of every sector; find its unfinished write and its backup.

    Args:
        target: The chip.
        journal: Records of interrupted writes.
        backups: Files that may be backups of it, oldest first.
        events: Receives progress.

    Raises:
        FlashSilentError: The chip answers, its flash does not.
        BekenlabError: The chip or the port fails.
    """
    raise_if_flash_is_silent(target)
    identity = target.identity
    regions = protected_regions(identity)
    own = [a for r in regions for a in range(r.start, r.end, SECTOR) if a < target.size]
    # Most of flash equals the backup, which makes comparing whole ranges cheap.
    broken: list[Notice] = []
    likely = backup_of(identity, dict(sector_crcs(target, own)), backups, broken.append)
    crcs: dict[int, int] = {}
    for piece in verified_crcs(target, _crcs_of(likely[1]) if likely else {}):
        crcs |= piece
        span = (min(piece), max(piece) + SECTOR)
        events(Progress(JOB, "compare", len(crcs) * SECTOR, target.size, span))
    unfinished = journal.find(identity, crcs)
    candidates = [*backups, *([likely[0]] if likely else [])]
    if unfinished and unfinished[1].backup:
        candidates.append(unfinished[1].backup)
    state = ChipState(crcs, unfinished, None)
    backup = backup_of(identity, state.before, candidates, broken.append)
    notices = dict.fromkeys([*journal.unreadable(), *broken])
    return replace(state, backup=backup, notices=tuple(notices))


def _crcs_of(data: bytes) -> dict[int, int]:
    return {a: zlib.crc32(data[a : a + SECTOR]) for a in range(0, len(data), SECTOR)}


def backup_of(
    identity: Identity,
    crcs: Mapping[int, int],
    candidates: Sequence[Path],
    tell: Callable[[Notice], None] = lambda _notice: None,
) -> tuple[Path, bytes] | None:
    """The newest backup of this chip, and its bytes.

    A file is a backup of a chip when it has the size of its flash and agrees with it in everything
    that cannot be rebuilt: boot loader and RF calibration, which differs from chip to chip. A file
    that no longer matches its manifest has been changed or damaged and does not count.

    Args:
        identity: The chip.
        crcs: CRC-32 by sector address, as the chip holds them.
        candidates: Files to check, oldest first.
        tell: Called with a warning for each broken file among those looked at.
    """
    for path in dict.fromkeys(reversed(candidates)):
        data = _whole(path, tell)
        if len(data) != identity.flash_size:
            continue
        if not is_as_made(path, data):
            text = f"The backup {path} is ignored: it is not what was read from the chip any more."
            tell(Notice("state-ignored", text))
            continue
        if is_manifest_broken(path):
            text = f"The manifest of the backup {path} is broken and is ignored."
            tell(Notice("state-ignored", text))
        # Some tools start reading in the middle; once put in order, it is a backup like any other.
        for ordered in dict.fromkeys((data, arrange(data).data)):
            if _same_chip(identity, crcs, ordered):
                return path, ordered
    return None


def _whole(path: Path, tell: Callable[[Notice], None]) -> bytes:
    """The bytes of a file that may be a backup; empty if it cannot be one."""
    try:
        return load_one(path).data
    except (CorruptInputError, TooLargeError) as error:
        text = f"The backup {path} is ignored: {error.message}."
        tell(Notice("state-ignored", text))
    except BekenlabError:
        pass  # it was moved or deleted
    return b""


def _same_chip(identity: Identity, crcs: Mapping[int, int], data: bytes) -> bool:
    regions = protected_regions(identity)
    own = [r for r in regions if r.name != "bootloader" and not is_blank(crcs, r.start, r.end)]
    # Thousands of devices share a boot loader. Without calibration data only all of flash can
    # identify a chip; a dump equal to it loses nothing in any case.
    spans = (
        [(r.start, r.end) for r in regions if _lasts(r, identity, data)]
        if own
        else [(0, len(data))]
    )
    return all(
        zlib.crc32(data[address : address + SECTOR]) == crcs.get(address)
        for start, end in spans
        for address in range(start, end, SECTOR)
    )


def _lasts(region: Region, identity: Identity, data: bytes) -> bool:
    """Whether a chip keeps a protected region: a boot loader that cannot run is replaced."""
    names = (identity.chip.name,) if identity.chip else ()
    return region.name != "bootloader" or check_loader(data, chips=names).starts


def lost_sectors(
    record: WriteRecord, crcs: Mapping[int, int], backup: tuple[Path, bytes] | None
) -> dict[int, bytes]:
    """Sectors that changed since the record was made, with their former content where it is known.

    The content comes from the record, or from a backup whose sector has the same CRC.
    """
    found: dict[int, bytes] = {}
    for address, before in record.crcs.items():
        data = record.originals.get(address)
        if crcs.get(address) == before or (record.is_inside(address) and data is None):
            continue
        if data is None and backup is not None:
            data = backup[1][address : address + SECTOR]
        if data is not None and zlib.crc32(data) == before:
            found[address] = data
    return found
