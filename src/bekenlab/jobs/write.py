"""Write to a chip: plan, show, ask, carry out. Every change of a chip's flash goes through here.

``carry_out`` does the work. ``write`` opens a chip for it; ``restore``, ``erase``, ``undo``,
``install``, the rehearsal and the demo provide the files and word the question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bekenlab import stopping
from bekenlab.errors import DeclinedError, UsageError
from bekenlab.events import EventSink, Step, ignore
from bekenlab.flashing.connection import open_chip
from bekenlab.flashing.execute import flash
from bekenlab.flashing.flash_file import recognise
from bekenlab.flashing.plan_write import WriteOptions
from bekenlab.flashing.planner import Planner, WriteProposal
from bekenlab.jobs.save_first import SaveFirst, with_unsaved_notice

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
    """The result of a write.

    Attributes:
        proposal: The last proposal.
        flash: What was written; None if it was only planned.
    """

    proposal: WriteProposal
    flash: FlashReport | None


Answer = bool | WriteOptions
"""Yes, no, or other options to make a new plan with."""


class Questions(Protocol):
    """Decides whether a plan is carried out. A method may raise to end the job."""

    def planned(self, proposal: WriteProposal, /) -> None:
        """Called with each proposal as soon as it is made."""
        ...

    def carry_out(self, proposal: WriteProposal, /) -> Answer:
        """Decide about a proposal.

        A plan with refusals (``plan.refusals``) can only be answered with other options. One that
        would change nothing (``plan.changes``) needs no question. ``YesOrNo`` handles both for a
        frontend that cannot offer other options.
        """
        ...


class YesOrNo:
    """Questions answered with yes or no, without a way to change the options.

    Args:
        agree: Called once, for a plan that changes something and has no refusals.
        show: Called with each proposal before that.
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
"""Carries out every plan without refusals: for virtual chips, and callers who agreed beforehand."""


def agreement(confirm: Callable[[WriteProposal], bool] | None, *, yes: bool) -> Questions:
    """The questions of a program, which agrees beforehand or passes a function that decides.

    Raises:
        UsageError: It does neither.
    """
    if yes:
        return YES
    if confirm is None:
        raise UsageError(
            "changing the chip needs a confirmation",
            hint="pass yes=True, or a function as confirm= that is given the plan",
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
    """Write a file to the connected chip, and verify it.

    Args:
        connection: How to reach the chip.
        file: What to write.
        options: Where to, and what to leave alone.
        places: The user's folders.
        questions: Decides whether to go ahead.
        backups: Files the user names as backups of the chip.
        plan_only: Change nothing on the chip.
        reboot: Start the firmware at the end.
        events: Receives progress.

    Raises:
        RefusedError: A safety rule or the user refuses; nothing was changed on the chip.
        UsageError: The file's address is unknown.
        BekenlabError: The port, the chip or a file fails. Running it again resumes.
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
    saves: bool = True,
    plan_only: bool = False,
    reboot: bool = True,
    events: EventSink = ignore,
) -> WriteReport:
    """The same for a chip that is already linked, and a recognised file.

    Args:
        target: The chip.
        file: What to write.
        options: As for ``write``, like all that follow.
        places: As above.
        questions: As above.
        backups: As above.
        saves: Whether what the write would destroy and no backup holds is saved first; else the
            plan has a warning.
        plan_only: As above.
        reboot: As above.
        events: As above.
    """
    journal = places.journal
    planner = Planner(target, [file], journal, places.candidates(backups), events=events)
    first = SaveFirst(target, places, events) if saves else None

    def propose(wanted: WriteOptions) -> WriteProposal:
        return with_unsaved_notice(planner.propose(wanted), saves=saves)

    if plan_only:
        proposal = propose(options)
        questions.planned(proposal)
        return WriteReport(proposal, None)
    return WriteReport(
        *carry_out(
            target, propose, options, journal, questions, first=first, reboot=reboot, events=events
        )
    )


def carry_out(
    target: Target,
    propose: Callable[[WriteOptions], WriteProposal],
    options: WriteOptions,
    journal: WriteJournal,
    questions: Questions,
    *,
    first: SaveFirst | None = None,
    reboot: bool = True,
    step: Step | None = None,
    kept: str = "",
    events: EventSink = ignore,
) -> tuple[WriteProposal, FlashReport]:
    """Plan, ask, and carry out what was agreed.

    Args:
        target: The chip.
        propose: Makes a plan for it.
        options: The user's initial options.
        journal: Where to record what the chip held.
        questions: Decides whether to go ahead.
        first: Saves what the plan would destroy, once it is agreed to.
        reboot: Start the firmware at the end.
        step: Event to emit when writing begins.
        kept: Hint about the backup that is kept, if the answer is no.
        events: Receives progress.

    Returns:
        The proposal that was agreed to, and the report of the write.

    Raises:
        RefusedError: A safety rule refuses, or (DeclinedError) the user does; nothing was changed
            on the chip.
        BekenlabError: The port, the chip or a file fails.
    """
    answer: Answer = options
    while isinstance(answer, WriteOptions):
        proposal = propose(answer)
        questions.planned(proposal)
        answer = questions.carry_out(proposal)
    if not answer:
        raise DeclinedError("nothing was written: you declined", hint=kept)
    proposal.plan.raise_if_refused()
    if first is not None:
        proposal = first.saved(proposal)
    if step is not None:
        events(step)
    stopping.check()
    done = flash(target, proposal.plan, proposal.state, journal, reboot=reboot, events=events)
    return proposal, done
