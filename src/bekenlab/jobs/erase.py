"""Erase a range of a chip's flash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.events import EventSink, ignore
from bekenlab.flashing.connection import open_chip
from bekenlab.flashing.erase import blank, parse_range
from bekenlab.flashing.plan_write import WriteOptions
from bekenlab.jobs.write import write_linked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bekenlab.flashing.connection import ConnectionOptions
    from bekenlab.flashing.flash_file import FlashFile
    from bekenlab.flashing.places import Places
    from bekenlab.jobs.write import Questions, WriteReport
    from bekenlab.link.target import Target

JOB = "erase"


def erase(
    connection: ConnectionOptions,
    area: str,
    places: Places,
    questions: Questions,
    *,
    force: frozenset[str] = frozenset(),
    backups: Sequence[Path] = (),
    plan_only: bool = False,
    events: EventSink = ignore,
) -> WriteReport:
    """Erase part of the connected chip's flash, and check that it is blank.

    The chip stays in its loader.

    Args:
        connection: How to reach the chip.
        area: ``START-END``, ``START+LENGTH``, the name of a region of the chip, or ``all``.
        places: The user's folders.
        questions: Decides whether to go ahead.
        force: Codes of refusals to override.
        backups: Files the user names as backups of the chip.
        plan_only: Change nothing on the chip.
        events: Receives progress.

    Raises:
        UsageError: The range is invalid.
        RefusedError: A safety rule or the user refuses; nothing was changed on the chip.
        BekenlabError: The port, the chip or a file fails.
    """
    with open_chip(connection, JOB, events) as link:
        target = link.target
        return write_linked(
            target,
            blank_area(target, area),
            WriteOptions(force=force),
            places,
            questions,
            backups=backups,
            plan_only=plan_only,
            reboot=False,
            events=events,
        )


def blank_area(target: Target, area: str) -> FlashFile:
    """A range of a chip as a file of blank bytes, planned like any other.

    Raises:
        UsageError: The range is invalid.
    """
    return blank(*parse_range(area, target.identity.chip, target.size))
