"""Put a whole dump back on its chip."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.errors import Action, UsageError
from bekenlab.events import EventSink, ignore
from bekenlab.flashing.connection import open_chip
from bekenlab.flashing.flash_file import KIND_MEANS, FileKind, recognise
from bekenlab.jobs.write import write_linked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bekenlab.analysis.inputs import InputFile
    from bekenlab.flashing.connection import ConnectionOptions
    from bekenlab.flashing.flash_file import FlashFile
    from bekenlab.flashing.places import Places
    from bekenlab.flashing.plan_write import WriteOptions
    from bekenlab.jobs.write import Questions, WriteReport

JOB = "restore"


def restore(
    connection: ConnectionOptions,
    file: InputFile,
    options: WriteOptions,
    places: Places,
    questions: Questions,
    *,
    backups: Sequence[Path] = (),
    plan_only: bool = False,
    reboot: bool = True,
    events: EventSink = ignore,
) -> WriteReport:
    """Restore a dump on the connected chip, and verify it; arguments as ``jobs.write.write``.

    A dump of this very chip counts as its backup.

    Raises:
        UsageError: The file is not a whole dump.
        RefusedError: A safety rule or the user refuses; nothing was changed on the chip.
        BekenlabError: The port, the chip or a file fails. Running it again resumes.
    """
    dump = whole_dump(file)
    with open_chip(connection, JOB, events) as link:
        return write_linked(
            link.target,
            dump,
            replace(options, address=0),
            places,
            questions,
            backups=(*backups, file.path),
            saves=False,
            plan_only=plan_only,
            reboot=reboot,
            events=events,
        )


def whole_dump(file: InputFile) -> FlashFile:
    """Recognise a file as a dump to be restored.

    Raises:
        UsageError: It is not a whole dump.
        BekenlabError: It cannot be used.
    """
    known = recognise(file)
    if known.kind not in {FileKind.DUMP, FileKind.ROTATED_DUMP}:
        raise UsageError(
            f"{file.path.name} is {KIND_MEANS[known.kind]}, not a whole dump",
            action=Action("write-firmware"),
        )
    return known
