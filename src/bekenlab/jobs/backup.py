"""Back a chip up into a file, prove it, and note it, so that later writes can rely on it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import Action, file_access
from bekenlab.events import EventSink, ignore
from bekenlab.flashing import backup as reading
from bekenlab.flashing.backup_files import check_output, next_output
from bekenlab.flashing.connection import open_chip
from bekenlab.flashing.plan import line_seconds
from bekenlab.link.errors import VerifyFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from bekenlab.flashing.backup import BackupReport
    from bekenlab.flashing.connection import ConnectionOptions
    from bekenlab.flashing.places import Places
    from bekenlab.link.identity import Identity
    from bekenlab.link.target import Target

JOB = reading.JOB


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """What a backup would read.

    Attributes:
        identity: The chip.
        size: Bytes of flash.
        seconds: How long it takes at most; blank flash is not transferred.
    """

    identity: Identity
    size: int
    seconds: float


def plan_backup(
    connection: ConnectionOptions, output: Path, *, events: EventSink = ignore
) -> BackupPlan:
    """Find out what a backup of the chip on a line would take; makes no file.

    Raises:
        RefusedError: The file exists.
        BekenlabError: Line, chip or folder fail.
    """
    check_output(output)
    with open_chip(connection, JOB, events) as link:
        size = link.target.size
        return BackupPlan(link.target.identity, size, line_seconds(size // SECTOR, link.baud))


def backup(
    connection: ConnectionOptions,
    output: Path | None,
    places: Places,
    *,
    linked: Callable[[Identity], None] = lambda _identity: None,
    now: Callable[[], datetime] = _now,
    events: EventSink = ignore,
) -> BackupReport:
    """Back the chip on a line up.

    Args:
        connection: How to reach the chip.
        output: File to make; None: in the user's folder, where a backup of this kind of chip was
            cut off, or under a new name.
        places: The user's folders; the backup is noted there.
        linked: Told the chip, before anything is read.
        now: Wall-clock time.
        events: Told of progress.

    Raises:
        RefusedError: The file exists.
        NotADumpError: The chip reads all 00 or FF.
        BekenlabError: Line, chip or files fail. Running it again continues.
    """
    if output is not None:
        check_output(output)  # before anybody has reset a chip for it
    with open_chip(connection, JOB, events) as link:
        identity = link.target.identity
        linked(identity)
        path = output or next_output(make_folder(places.backups), identity, now())
        return backup_linked(link.target, path, places, now=now, events=events)


def backup_linked(
    target: Target,
    output: Path,
    places: Places,
    *,
    seen: Mapping[int, int] | None = None,
    now: Callable[[], datetime] = _now,
    events: EventSink = ignore,
) -> BackupReport:
    """The same for a chip that is linked already.

    Args:
        target: The chip.
        output: File to make.
        places: The user's folders.
        seen: CRC-32 by sector address, of what the chip was seen to hold a moment ago.
        now: Wall-clock time.
        events: Told of progress.

    Raises:
        VerifyFailedError: Something else was read than had been seen.
        BekenlabError: As :func:`backup`.
    """
    report = reading.backup(target, output, now=now, events=events)
    if seen:
        _raise_if_of_another(output, seen)
    places.known.add(output)
    return report


def make_folder(folder: Path, action: Action | tuple[Action, ...] = ()) -> Path:
    """Make the folder that backups go to.

    Args:
        folder: The folder.
        action: What can be done where that fails.

    Raises:
        FileAccessError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise file_access(folder, "made", error, action=action) from error
    return folder


def _raise_if_of_another(path: Path, seen: Mapping[int, int]) -> None:
    """What was seen a moment ago has to be what was read."""
    data = path.read_bytes()
    if all(zlib.crc32(data[a : a + SECTOR]) == crc for a, crc in seen.items()):
        return
    kept = path.with_name(f"{path.name}.wrong")
    path.replace(kept)
    raise VerifyFailedError(
        f"what was read is not what the chip held a moment ago; it is kept as {kept}",
        hint="was another device put on the wire meanwhile? Start again",
    )
