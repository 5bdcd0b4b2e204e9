"""Compare a chip with a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import Action, UsageError
from bekenlab.events import EventSink, ignore
from bekenlab.flashing.connection import open_chip
from bekenlab.flashing.flash_file import place, recognise
from bekenlab.flashing.verify import JOB
from bekenlab.flashing.verify import verify as compare

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.analysis.inputs import InputFile
    from bekenlab.flashing.connection import ConnectionOptions
    from bekenlab.flashing.flash_file import FlashFile
    from bekenlab.flashing.verify import VerifyReport
    from bekenlab.link.target import Target


def verify(
    connection: ConnectionOptions,
    file: InputFile,
    *,
    address: int | None = None,
    events: EventSink = ignore,
) -> VerifyReport:
    """Compare the connected chip with a file, by the chip's own checksums.

    Args:
        connection: How to reach the chip.
        file: What it should hold.
        address: Physical address of the file's first byte; None: where it belongs.
        events: Receives progress.

    Raises:
        UsageError: The file's address is unknown, or it reaches beyond the flash.
        BekenlabError: The port, the chip or the file fails.
    """
    known = recognise(file)
    with open_chip(connection, JOB, events) as link:
        return verify_linked(link.target, known, file.path, address=address, events=events)


def verify_linked(
    target: Target,
    file: FlashFile,
    path: Path,
    *,
    address: int | None = None,
    events: EventSink = ignore,
) -> VerifyReport:
    """The same for a chip that is already linked.

    Args:
        target: The chip.
        file: What it should hold.
        path: The file's path, for the report.
        address: Physical address of the file's first byte; None: where it belongs.
        events: Receives progress.
    """
    start = place(file, target.identity.chip) if address is None else address
    if start is None:
        raise UsageError(f"the address of {path.name} is unknown", action=Action("name-address"))
    return compare(target, path, file.at(start), events=events)
