"""The backup an install relies on: one that is there already, or a new one."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import FileAccessError, RefusedError
from bekenlab.events import EventSink, Message, ignore
from bekenlab.flashing.backup import backup
from bekenlab.flashing.known_backups import KnownBackups
from bekenlab.flashing.state import ChipState, look
from bekenlab.jobs.install.model import JOB, SavedBackup
from bekenlab.link.errors import VerifyFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from bekenlab.flashing.journal import WriteJournal
    from bekenlab.flashing.plan import Piece
    from bekenlab.jobs.install.model import Places
    from bekenlab.link.target import Target


def candidates(places: Places, named: Path | None = None) -> list[Path]:
    """Files that may be backups of a chip, oldest first; one that was named comes last.

    The folder is looked into as well: a run may have been ended between making a backup and
    noting it.
    """
    found = KnownBackups(places.state).paths()
    if places.backups.is_dir():
        known = {path.resolve() for path in found}
        files = sorted(places.backups.glob("*.bin"), key=lambda path: path.stat().st_mtime)
        found = [path for path in files if path.resolve() not in known] + found
    return [*found, *([named] if named is not None and named.exists() else [])]


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
    state = look(target, journal, candidates(places, named), events=events)
    # Another backup instead of the one that was asked for would be a surprise, if a safe one.
    if named is not None and named.exists() and (state.backup is None or state.backup[0] != named):
        raise RefusedError(
            f"{named} is no backup of this chip",
            hint="leave --backup out: what was backed up on this computer is found by itself",
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
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    events: EventSink = ignore,
) -> tuple[SavedBackup, ChipState]:
    """Back the chip up; a run that was ended in the middle is gone on with.

    Returns:
        The backup, and the state with it.

    Raises:
        VerifyFailedError: Something else was read than what was looked at before.
        BekenlabError: Line, chip or files fail.
    """
    path = named or _name(target, state.crcs, places.backups)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FileAccessError(
            f"{path.parent} cannot be made: {reason}", hint="name a file with --backup"
        ) from error
    report = backup(target, path, now=now, events=events)
    data = path.read_bytes()
    _raise_if_of_another(path, data, state.crcs)
    KnownBackups(places.state).add(path)
    for notice in report.notices:
        events(Message(JOB, notice.code, notice.message))
    return SavedBackup(path, data, reused=False), replace(state, backup=(path, data))


def _raise_if_of_another(path: Path, data: bytes, crcs: Mapping[int, int]) -> None:
    """What was looked at before has to be what was read."""
    if all(_crc(data, address) == crc for address, crc in crcs.items()):
        return
    kept = path.with_name(f"{path.name}.wrong")
    path.replace(kept)
    raise VerifyFailedError(
        f"what was read is not what the chip held a moment ago; it is kept as {kept}",
        hint="was another device put on the wire meanwhile? Run the command again",
    )


def _name(target: Target, crcs: Mapping[int, int], folder: Path) -> Path:
    """A name that is the same for the same chip, and does not tell its MAC address.

    The calibration data of a chip, of which this is the checksum, are its own.
    """
    chip = target.identity.chip
    own = crcs.get(chip.rf_address, 0) if chip else 0
    stem = f"{target.identity.chip_name}-{own:08x}"
    names = (folder / f"{stem}{'' if n == 1 else f'-{n}'}.bin" for n in count(1))
    return next(path for path in names if not path.exists())
