"""Go back: the newest backup of this very chip, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.analysis.inputs import InputFile, load
from bekenlab.errors import RefusedError
from bekenlab.events import EventSink, Finished, Started, Step, ignore
from bekenlab.flashing.connection import open_chip
from bekenlab.flashing.execute import flash
from bekenlab.flashing.flash_file import recognise
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.planning import WriteOptions, plan_write
from bekenlab.jobs.install.backups import look_at
from bekenlab.jobs.install.model import UNDO

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bekenlab.flashing.connection import ConnectionOptions
    from bekenlab.flashing.execute import FlashReport
    from bekenlab.flashing.flash_file import FlashFile
    from bekenlab.flashing.plan import FlashPlan
    from bekenlab.jobs.install.model import Places
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
        return bool(self.plan.sectors or self.plan.repairs)


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
    carry_out: Callable[[UndoProposal], bool],
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
        carry_out: Asked once, before anything is changed; not when nothing is to do.
        named: The backup to restore, where it is not the newest, or was made elsewhere.
        plan_only: Change nothing on the chip.
        events: Told of steps and progress.

    Raises:
        RefusedError: No backup of this chip is known, the file named is none, or a person says no.
        FileAccessError: The file named cannot be read.
        BekenlabError: Line, chip or files fail. Running it again goes on.
    """
    events(Started(UNDO))
    journal = WriteJournal(places.state)
    if named is not None:
        load(named)  # a name mistyped is told before the chip is looked for
    with open_chip(connection, UNDO, events) as link:
        target = link.target
        events(Step(UNDO, "look", "Looking for a backup of this chip"))
        state = look_at(target, journal, places, named, events)
        if state.backup is None:
            raise RefusedError(
                "no backup of this chip is known on this computer",
                hint="name it: bekenlab undo --backup FILE; a dump of another chip is never taken",
                refusals=["no-backup"],
            )
        path, data = state.backup
        file = recognise(InputFile(path.name, path, data))
        wishes = WriteOptions(0, force=_IT_WAS_THERE)
        plan = plan_write(target, file, wishes, state)
        proposal = UndoProposal(target.identity, path, file, plan)
        if plan_only:
            return UndoReport(proposal, None)
        plan.raise_if_refused()
        agreed = not proposal.needed or carry_out(proposal)
        if not agreed:
            raise RefusedError("nothing was written: you said no", hint="")
        events(Step(UNDO, "write", "Restoring the backup"))
        report = flash(target, plan, state, journal, events=events)
    events(Finished(UNDO))
    return UndoReport(proposal, report)
