"""Write to a chip: plan, show, ask, carry out. Whatever changes a chip's flash goes through here.

``carry_out`` is the one way. ``write`` opens a chip for it; ``restore``, ``erase``, ``undo``,
``install``, the rehearsal and the demo make the files, and say in their own words what they ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bekenlab.errors import RefusedError, UsageError
from bekenlab.events import EventSink, Step, ignore
from bekenlab.flashing.connection import open_chip
from bekenlab.flashing.execute import flash
from bekenlab.flashing.flash_file import recognise
from bekenlab.flashing.planner import Planner, WriteProposal
from bekenlab.flashing.planning import WriteOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bekenlab.analysis.inputs import InputFile
    from bekenlab.flashing.connection import ConnectionOptions
    from bekenlab.flashing.execute import FlashReport
    from bekenlab.flashing.flash_file import FlashFile
    from bekenlab.flashing.journal import WriteJournal
    from bekenlab.flashing.places import Places
    from bekenlab.link.target import Target

JOB = "write"


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What a write came to.

    Attributes:
        proposal: The plan that counted.
        flash: What was written; None where it was only planned.
    """

    proposal: WriteProposal
    flash: FlashReport | None


Answer = bool | WriteOptions
"""Yes, no, or other options to plan again with."""


class Questions(Protocol):
    """Who decides whether a plan is carried out. A method may raise to end the job."""

    def planned(self, proposal: WriteProposal, /) -> None:
        """See each plan once it is made, whether it will be asked about or not."""
        ...

    def carry_out(self, proposal: WriteProposal, /) -> Answer:
        """Decide about a plan.

        It may be refused by rules (``plan.refusals``): then only other options lead on. Or it may
        change nothing (``plan.changes``): then nobody needs to be asked. ``YesOrNo`` answers both
        for a frontend that cannot offer other options.
        """
        ...


class YesOrNo:
    """Questions for those who say yes or no, and cannot change the options.

    Args:
        agree: Asked once, about a plan that changes something and that no rule refuses.
        show: Shown each plan before.
    """

    def __init__(
        self,
        agree: Callable[[WriteProposal], bool],
        show: Callable[[WriteProposal], None] = lambda _proposal: None,
    ) -> None:
        self._agree = agree
        self._show = show

    def planned(self, proposal: WriteProposal, /) -> None:
        """See ``Questions``."""
        self._show(proposal)

    def carry_out(self, proposal: WriteProposal, /) -> bool:
        """See ``Questions``."""
        proposal.plan.raise_if_refused()
        return not proposal.plan.changes or self._agree(proposal)


YES = YesOrNo(lambda _proposal: True)
"""Carries out whatever no rule refuses: for virtual chips, and callers that were told yes."""


def agreement(confirm: Callable[[WriteProposal], bool] | None, *, yes: bool) -> Questions:
    """The questions of a program, which said yes beforehand or gives a function that decides.

    Raises:
        UsageError: It did neither.
    """
    if yes:
        return YES
    if confirm is None:
        raise UsageError(
            "the chip is only changed after a yes",
            hint="pass yes=True, or confirm=: a function that is given the plan",
        )
    return YesOrNo(confirm)


def write(
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
    """Write a file to the chip on a line, and verify it.

    Args:
        connection: How to reach the chip.
        file: What to write.
        options: Where, and what to leave alone.
        places: The user's folders.
        questions: Who decides.
        backups: Files the user names as backups of the chip.
        plan_only: Change nothing on the chip.
        reboot: Start the firmware at the end.
        events: Told of progress.

    Raises:
        RefusedError: A safety rule or a person says no; nothing was changed on the chip.
        UsageError: Nothing says where the file belongs.
        BekenlabError: Line, chip or files fail. Running it again continues.
    """
    known = recognise(file)
    with open_chip(connection, JOB, events) as link:
        return write_linked(
            link.target,
            known,
            options,
            places,
            questions,
            backups=backups,
            plan_only=plan_only,
            reboot=reboot,
            events=events,
        )


def write_linked(
    target: Target,
    file: FlashFile,
    options: WriteOptions,
    places: Places,
    questions: Questions,
    *,
    backups: Sequence[Path] = (),
    plan_only: bool = False,
    reboot: bool = True,
    events: EventSink = ignore,
) -> WriteReport:
    """The same for a chip that is linked already, and a file that was recognised."""
    journal = places.journal
    planner = Planner(target, [file], journal, places.candidates(backups), events=events)
    if plan_only:
        proposal = planner.propose(options)
        questions.planned(proposal)
        return WriteReport(proposal, None)
    return WriteReport(
        *carry_out(
            target, planner.propose, options, journal, questions, reboot=reboot, events=events
        )
    )


def carry_out(
    target: Target,
    propose: Callable[[WriteOptions], WriteProposal],
    options: WriteOptions,
    journal: WriteJournal,
    questions: Questions,
    *,
    reboot: bool = True,
    step: Step | None = None,
    kept: str = "",
    events: EventSink = ignore,
) -> tuple[WriteProposal, FlashReport]:
    """Plan, ask, and do what was agreed to.

    Args:
        target: The chip.
        propose: Makes a plan for it.
        options: What the user wants at first.
        journal: Where to record what must not be forgotten while writing.
        questions: Who decides.
        reboot: Start the firmware at the end.
        step: Told to ``events`` when writing begins.
        kept: What to say of the backup that stays, where the answer is no.
        events: Told of progress.

    Returns:
        What was agreed to, and what was written.

    Raises:
        RefusedError: A safety rule or a person says no; nothing was changed on the chip.
        BekenlabError: Line, chip or files fail.
    """
    answer: Answer = options
    while isinstance(answer, WriteOptions):
        proposal = propose(answer)
        questions.planned(proposal)
        answer = questions.carry_out(proposal)
    if not answer:
        raise RefusedError("nothing was written: you said no", hint=kept)
    proposal.plan.raise_if_refused()
    if step is not None:
        events(step)
    done = flash(target, proposal.plan, proposal.state, journal, reboot=reboot, events=events)
    return proposal, done
