"""Go back: the newest backup of this very chip, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.analysis.inputs import InputFile, load
from bekenlab.errors import Action, RefusedError
from bekenlab.events import EventSink, Finished, Started, Step, ignore
from bekenlab.flashing.connection import open_chip
from bekenlab.flashing.flash_file import recognise
from bekenlab.flashing.planner import Planner
from bekenlab.flashing.planning import WriteOptions
from bekenlab.jobs.install.backups import look_at
from bekenlab.jobs.install.model import UNDO
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


# A proven backup of this very chip goes back to where it was, whatever is recognised in it, and
# whatever has been written over it.
_IT_WAS_THERE = frozenset({"unknown-file", "damaged-file", "wrong-chip", "encryption"})


@dataclass(frozen=True, slots=True)
class UndoProposal:
    """What going back would do.

    Attributes:
        identity: The chip.
        backup: The file that is restored.
        file: What is in it.
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
    """What going back came to.

    Attributes:
        proposal: What was said yes to.
        flash: What was written; None where it was only planned.
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
    """Restore the newest backup of the chip on the line, and verify it.

    A backup is the chip's when boot loader and RF calibration agree; nobody has to know its name.

    Args:
        connection: How to reach the chip.
        places: The user's folders.
        agree: Asked once, before anything is changed; not when there is nothing to do.
        named: The backup to restore, where it is not the newest, or was made elsewhere.
        plan_only: Change nothing on the chip.
        events: Told of steps and progress.

    Raises:
        RefusedError: No backup of this chip is known, the file named is none, or a person says no.
        FileAccessError: The file named cannot be read.
        BekenlabError: Line, chip or files fail. Running it again goes on.
    """
    events(Started(UNDO))
    journal = places.journal
    if named is not None:
        load(named)  # a name mistyped is told before the chip is looked for
    with open_chip(connection, UNDO, events) as link:
        target = link.target
        events(Step(UNDO, "look", "Looking for a backup of this chip"))
        state = look_at(target, journal, places, named, events)
        if state.backup is None:
            raise RefusedError(
                "no backup of this chip is known on this computer",
                action=Action("name-undo-backup"),
                hint="a dump of another chip is never taken",
                refusals=["no-backup"],
            )
        path, data = state.backup
        file = recognise(InputFile(path.name, path, data))

        def proposed(found: WriteProposal) -> UndoProposal:
            return UndoProposal(found.identity, path, file, found.plan)

        planner = Planner(target, [file], journal, state=state)
        options = WriteOptions(0, force=_IT_WAS_THERE)
        if plan_only:
            return UndoReport(proposed(planner.propose(options)), None)
        agreed, flashed = carry_out(
            target,
            planner.propose,
            options,
            journal,
            YesOrNo(lambda found: agree(proposed(found))),
            step=Step(UNDO, "write", "Restoring the backup"),
            events=events,
        )
    events(Finished(UNDO))
    return UndoReport(proposed(agreed), flashed)
