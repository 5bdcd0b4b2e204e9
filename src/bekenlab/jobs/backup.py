"""Back up a chip into a verified file, and register it, so that later writes can rely on it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import Action, file_access
from bekenlab.events import EventSink, ignore
from bekenlab.flashing import backup as reading
from bekenlab.flashing.backup_files import check_output, next_output
from bekenlab.flashing.connection import open_chip
from bekenlab.flashing.plan import transfer_seconds
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
        size: Size of flash in bytes.
        seconds: How long it takes at most; blank flash is not transferred.
    """

    identity: Identity
    size: int
    seconds: float


def plan_backup(
    connection: ConnectionOptions, output: Path, *, events: EventSink = ignore
) -> BackupPlan:
    """Estimate a backup of the connected chip; creates no file.

    Raises:
        RefusedError: The file exists.
        BekenlabError: The port, the chip or the folder fails.
    """
    check_output(output)
    with open_chip(connection, JOB, events) as link:
        size = link.target.size
        return BackupPlan(link.target.identity, size, transfer_seconds(size // SECTOR, link.baud))


def backup(
    connection: ConnectionOptions,
    output: Path | None,
    places: Places,
    *,
    linked: Callable[[Identity], None] = lambda _identity: None,
    now: Callable[[], datetime] = _now,
    events: EventSink = ignore,
) -> BackupReport:
    """Back up the connected chip.

    Args:
        connection: How to reach the chip.
        output: File to create; None: in the user's folder, resuming an interrupted backup of this
            kind of chip, else under a new name.
        places: The user's folders; the backup is registered there.
        linked: Called with the chip before anything is read.
        now: Wall-clock time.
        events: Receives progress.

    Raises:
        RefusedError: The file exists.
        FlashSilentError: The chip answers, its flash does not.
        NotADumpError: Every byte reads FF.
        BekenlabError: The port, the chip or a file fails. Running it again resumes.
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
    known: Mapping[int, bytes] | None = None,
    now: Callable[[], datetime] = _now,
    events: EventSink = ignore,
) -> BackupReport:
    """The same for a chip that is already linked.

    Args:
        target: The chip.
        output: File to create.
        places: The user's folders.
        seen: CRC-32 by sector address, from a survey a moment ago.
        known: Sectors of an earlier backup with these CRCs, which are not read again.
        now: Wall-clock time.
        events: Receives progress.

    Raises:
        VerifyFailedError: The bytes read do not match ``seen``.
        BekenlabError: As :func:`backup`.
    """
    report = reading.backup(target, output, now=now, known=known, events=events)
    if seen:
        _raise_if_of_another(output, seen)
    unfinished = places.journal.half_written(target)
    first = (unfinished.notice(),) if unfinished else ()
    return replace(report, notices=(*first, *report.notices, *places.known.add(output)))


def make_folder(folder: Path, action: Action | tuple[Action, ...] = ()) -> Path:
    """Create the folder that backups go to.

    Args:
        folder: The folder.
        action: What the user can do if that fails.

    Raises:
        FileAccessError: It cannot be created.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise file_access(folder, "made", error, action=action) from error
    return folder


def _raise_if_of_another(path: Path, seen: Mapping[int, int]) -> None:
    """Check that the backup matches the CRCs of the survey made just before."""
    data = path.read_bytes()
    if all(zlib.crc32(data[a : a + SECTOR]) == crc for a, crc in seen.items()):
        return
    kept = path.with_name(f"{path.name}.wrong")
    path.replace(kept)
    raise VerifyFailedError(
        f"the chip no longer holds what it held a moment ago; what was read is kept as {kept}",
        hint="was another device connected meanwhile? Start again",
    )
