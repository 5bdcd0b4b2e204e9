"""The backup an install relies on: an existing one, or a new one."""

from __future__ import annotations

import zlib
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import Action, RefusedError
from bekenlab.events import EventSink, Message, ignore
from bekenlab.flashing.state import ChipState, survey
from bekenlab.flashing.unsaved import known_sectors
from bekenlab.jobs.backup import backup_linked, make_folder
from bekenlab.jobs.install.model import JOB, SavedBackup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from bekenlab.errors import Notice
    from bekenlab.flashing.journal import WriteJournal
    from bekenlab.flashing.pieces import Piece
    from bekenlab.flashing.places import Places
    from bekenlab.link.target import Target


def survey_with_backup(
    target: Target,
    journal: WriteJournal,
    places: Places,
    named: Path | None,
    events: EventSink = ignore,
) -> ChipState:
    """Survey the chip, and find its backup among the known ones and the one the user named.

    Raises:
        RefusedError: The named file exists, but is not a backup of this chip.
        BekenlabError: The chip or the port fails.
    """
    there = [named] if named is not None and named.exists() else []
    state = survey(target, journal, places.candidates(there), events=events)
    # Relying on another backup than the one named would be safe, but a surprise.
    if there and (state.backup is None or state.backup[0] != named):
        raise RefusedError(
            f"{named} is not a backup of this chip",
            action=Action("leave-backup-out"),
            refusals=["no-backup"],
        )
    return state


def reusable(state: ChipState, named: Path | None, firmware: Sequence[Piece]) -> bool:
    """Whether the known backup can be relied on instead of a new one.

    It can when the user named it, when the chip still holds exactly that, when a write since was
    interrupted, or when the chip already holds the firmware to be installed. Otherwise the device
    has changed since, and needs a new backup; so does a named file that does not exist yet.

    This is decided before there is a plan. If the plan turns out to destroy something that the
    backup does not hold, a new one is made all the same (``flashing.unsaved``).

    Args:
        state: What the chip holds.
        named: The backup the user named.
        firmware: Where the firmware's bytes go.
    """
    if state.backup is None:
        return False
    path, data = state.backup
    if path == named or state.unfinished is not None:
        return True
    if named is not None:
        return False
    untouched = all(_crc(data, address) == crc for address, crc in state.crcs.items())
    return untouched or _holds(state.crcs, firmware)


def _holds(crcs: Mapping[int, int], firmware: Sequence[Piece]) -> bool:
    """Whether the chip holds these bytes; only whole sectors are compared."""
    whole = [
        (address, piece.data[address - piece.start :][:SECTOR])
        for piece in firmware
        for address in piece.sectors
        if piece.start <= address and address + SECTOR <= piece.end
    ]
    return bool(whole) and all(zlib.crc32(data) == crcs.get(address) for address, data in whole)


def _crc(data: bytes, address: int) -> int:
    return zlib.crc32(data[address : address + SECTOR])


def make_backup(
    target: Target,
    state: ChipState,
    places: Places,
    named: Path | None,
    *,
    events: EventSink = ignore,
) -> tuple[SavedBackup, ChipState]:
    """Back up the chip; an interrupted backup is resumed.

    Returns:
        The backup, and the state with it.

    Raises:
        VerifyFailedError: The bytes read do not match the survey.
        BekenlabError: The port, the chip or a file fails.
    """
    path = named or _name(target, state.crcs, places.backups)
    make_folder(path.parent, Action("name-backup"))
    report = backup_linked(
        target, path, places, seen=state.crcs, known=known_sectors(state), events=events
    )
    data = path.read_bytes()
    _tell(report.notices, events)
    return SavedBackup(path, data, reused=False), replace(state, backup=(path, data))


def reuse_backup(path: Path, data: bytes, places: Places, events: EventSink) -> SavedBackup:
    """Rely on a backup that exists, and put it on the list where undo looks for it."""
    _tell(places.known.add(path), events)
    return SavedBackup(path, data, reused=True)


def _tell(notices: Iterable[Notice], events: EventSink) -> None:
    for notice in notices:
        events(Message(JOB, notice.code, notice.message))


def _name(target: Target, crcs: Mapping[int, int], folder: Path) -> Path:
    """A file name that is always the same for a chip, and does not reveal its MAC address.

    It contains the CRC of the RF calibration, which differs from chip to chip.
    """
    chip = target.identity.chip
    own = crcs.get(chip.rf_address, 0) if chip else 0
    stem = f"{target.identity.chip_name}-{own:08x}"
    names = (folder / f"{stem}{'' if n == 1 else f'-{n}'}.bin" for n in count(1))
    return next(path for path in names if not path.exists())
