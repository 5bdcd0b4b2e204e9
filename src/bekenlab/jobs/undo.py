"""Undo: restore the newest backup of this very chip, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.analysis.inputs import InputFile, load_one
from bekenlab.errors import Action, RefusedError
from bekenlab.events import EventSink, Finished, Started, Step, ignore
from bekenlab.flashing.connection import open_chip
from bekenlab.flashing.flash_file import recognise
from bekenlab.flashing.plan_write import WriteOptions
from bekenlab.flashing.planner import Planner
from bekenlab.jobs.install.backups import survey_with_backup
from bekenlab.jobs.install.model import UNDO
from bekenlab.jobs.save_first import with_unsaved_notice
from bekenlab.jobs.write import YesOrNo, carry_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bekenlab.flashing.connection import ConnectionOptions
    from bekenlab.flashing.execute import FlashReport
    from bekenlab.flashing.flash_file import FlashFile
    from bekenlab.flashing.places import Places
    from bekenlab.flashing.plan import FlashPlan
    from bekenlab.flashing.planner import WriteProposal
    from bekenlab.link.identity import Identity


# A verified backup of this very chip is restored whatever it contains, and whatever has been
# written since. Its boot loader can only differ from the chip's if it is one that cannot run.
_ALWAYS_RESTORED = frozenset(
    {
        *("unknown-file", "damaged-file", "wrong-chip", "encryption"),
        *("bootloader", "no-bootloader"),
    }
)


@dataclass(frozen=True, slots=True)
class UndoProposal:
    """What an undo would do.

    Attributes:
        identity: The chip.
        backup: The file to restore.
        file: Its content.
        plan: The plan.
    """

    identity: Identity
    backup: Path
    file: FlashFile
    plan: FlashPlan

    @property
    def needed(self) -> bool:
        """Whether anything differs."""
        return self.plan.changes


@dataclass(frozen=True, slots=True)
class UndoReport:
    """The result of an undo.

    Attributes:
        proposal: What was agreed to.
        flash: What was written; None if it was only planned.
    """

    proposal: UndoProposal
    flash: FlashReport | None


def undo(
    connection: ConnectionOptions,
    places: Places,
    agree: Callable[[UndoProposal], bool],
    *,
    named: Path | None = None,
    plan_only: bool = False,
    events: EventSink = ignore,
) -> UndoReport:
    """Restore the newest backup of the connected chip, and verify it.

    The backup is found by its content: boot loader and RF calibration agree with the chip.

    Args:
        connection: How to reach the chip.
        places: The user's folders.
        agree: Called once, before anything is changed; not when nothing has to be changed.
        named: The backup to restore, if not the newest, or made elsewhere.
        plan_only: Change nothing on the chip.
        events: Receives steps and progress.

    Raises:
        RefusedError: No backup of this chip is known, ``named`` is not one, or the user declines.
        FileAccessError: ``named`` cannot be read.
        BekenlabError: The port, the chip or a file fails. Running it again resumes.
    """
    events(Started(UNDO))
    journal = places.journal
    if named is not None:
        load_one(named)  # report a mistyped name before waiting for a chip
    with open_chip(connection, UNDO, events) as link:
        target = link.target
        events(Step(UNDO, "look", "Looking for a backup of this chip"))
        state = survey_with_backup(target, journal, places, named, events)
        if state.backup is None:
            raise RefusedError(
                "no backup of this chip is known on this computer",
                action=Action("name-undo-backup"),
                hint="a dump of another chip is never restored",
                refusals=["no-backup"],
            )
        path, data = state.backup
        file = recognise(InputFile(path.name, path, data))

        def proposed(found: WriteProposal) -> UndoProposal:
            return UndoProposal(found.identity, path, file, found.plan)

        planner = Planner(target, [file], journal, state=state)
        options = WriteOptions(0, force=_ALWAYS_RESTORED)

        def propose(wanted: WriteOptions) -> WriteProposal:
            return with_unsaved_notice(planner.propose(wanted), saves=False)

        if plan_only:
            return UndoReport(proposed(propose(options)), None)
        agreed, flashed = carry_out(
            target,
            propose,
            options,
            journal,
            YesOrNo(lambda found: agree(proposed(found))),
            step=Step(UNDO, "write", "Restoring the backup"),
            events=events,
        )
    events(Finished(UNDO))
    return UndoReport(proposed(agreed), flashed)
