"""The backup an install relies on: one that is there already, or a new one."""

from __future__ import annotations

import zlib
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import Action, RefusedError
from bekenlab.events import EventSink, Message, ignore
from bekenlab.flashing.state import ChipState, look
from bekenlab.jobs.backup import backup_linked, make_folder
from bekenlab.jobs.install.model import JOB, SavedBackup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bekenlab.flashing.journal import WriteJournal
    from bekenlab.flashing.pieces import Piece
    from bekenlab.flashing.places import Places
    from bekenlab.link.target import Target


def look_at(
    target: Target,
    journal: WriteJournal,
    places: Places,
    named: Path | None,
    events: EventSink = ignore,
) -> ChipState:
    """What the chip holds, and which backup of it is known.

    Raises:
        RefusedError: The file that was named is there, and is no backup of this chip.
        BekenlabError: Chip or line fail.
    """
    there = [named] if named is not None and named.exists() else []
    state = look(target, journal, places.candidates(there), events=events)
    # Another backup instead of the one that was asked for would be a surprise, if a safe one.
    if there and (state.backup is None or state.backup[0] != named):
        raise RefusedError(
            f"{named} is no backup of this chip",
            action=Action("leave-backup-out"),
            refusals=["no-backup"],
        )
    return state


def reusable(state: ChipState, named: Path | None, firmware: Sequence[Piece]) -> bool:
    """Whether the known backup still is what there is to go back to.

    It is when the user named it, when the chip holds exactly that, when a write over it was cut
    off, or when the application has been replaced by the very firmware that is installed now.
    Otherwise the device has moved on since, and what it holds now is worth a backup of its own;
    and a file that was named and does not exist yet is to be made.

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
    """Whether the chip holds these bytes, as far as they fill whole sectors."""
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
    """Back the chip up; a run that was ended in the middle is continued.

    Returns:
        The backup, and the state with it.

    Raises:
        VerifyFailedError: Something else was read than what was looked at before.
        BekenlabError: Line, chip or files fail.
    """
    path = named or _name(target, state.crcs, places.backups)
    make_folder(path.parent, Action("name-backup"))
    report = backup_linked(target, path, places, seen=state.crcs, events=events)
    data = path.read_bytes()
    for notice in report.notices:
        events(Message(JOB, notice.code, notice.message))
    return SavedBackup(path, data, reused=False), replace(state, backup=(path, data))


def _name(target: Target, crcs: Mapping[int, int], folder: Path) -> Path:
    """A name that is the same for the same chip, and does not tell its MAC address.

    The calibration data of a chip, of which this is the checksum, are its own.
    """
    chip = target.identity.chip
    own = crcs.get(chip.rf_address, 0) if chip else 0
    stem = f"{target.identity.chip_name}-{own:08x}"
    names = (folder / f"{stem}{'' if n == 1 else f'-{n}'}.bin" for n in count(1))
    return next(path for path in names if not path.exists())
