"""Compare a chip with a file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.events import EventSink, ignore
from bekenlab.flashing.condition import examine
from bekenlab.flashing.connection import open_chip
from bekenlab.flashing.flash_answers import raise_if_flash_is_silent
from bekenlab.flashing.flash_file import FileKind, recognise
from bekenlab.flashing.plan_write import WriteOptions, loader_area, placed
from bekenlab.flashing.verify import JOB
from bekenlab.flashing.verify import verify as compare
from bekenlab.image.condition import NOTHING_KNOWN

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

    What a write would leave out is not compared: the boot loader of QIO firmware, where the chip
    has its own.

    Args:
        target: The chip.
        file: What it should hold.
        path: The file's path, for the report.
        address: Physical address of the file's first byte; None: where it belongs.
        events: Receives progress.
    """
    raise_if_flash_is_silent(target)
    brings_loader = file.kind is FileKind.QIO
    condition = examine(target, likely=[loader_area(file)]) if brings_loader else NOTHING_KNOWN
    part = placed(target, file, WriteOptions(), address, condition)
    report = compare(target, path, part.pieces, events=events)
    return replace(report, left_out=tuple(part.kept))
