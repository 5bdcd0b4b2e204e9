"""Install OpenBeken on a device: one guided job of steps that can be resumed.

Nothing is changed on the chip before the user agrees. An interrupted job is finished by running it
again: backup and write resume from their journals, and sectors that already hold the right bytes
are not written again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bekenlab import stopping
from bekenlab.errors import Action, FirstStartError, UnsupportedError
from bekenlab.events import EventSink, Finished, Message, Started, Step, ignore
from bekenlab.flashing.connection import open_chip
from bekenlab.flashing.places import Places
from bekenlab.flashing.plan_write import WriteOptions
from bekenlab.flashing.planner import Planner
from bekenlab.flashing.unsaved import unsaved_sectors
from bekenlab.jobs.install.backups import make_backup, reusable, reuse_backup, survey_with_backup
from bekenlab.jobs.install.configure import (
    as_file,
    check_values,
    configure,
    pins_can_be_seen,
    replaced,
    ssid_of,
    understand,
    with_pins_seen,
)
from bekenlab.jobs.install.firmware import check_chip, pieces_of
from bekenlab.jobs.install.first_start import start
from bekenlab.jobs.install.model import (
    JOB,
    FirstStart,
    InstallOptions,
    InstallReport,
    Outcome,
    Prepared,
    Proposal,
    Questions,
    SavedBackup,
    Search,
)
from bekenlab.jobs.write import carry_out
from bekenlab.link.reading import read_alone
from bekenlab.openbeken.boot_log import ConfigVerdict

if TYPE_CHECKING:
    from bekenlab.chips import Chip
    from bekenlab.flashing.connection import ConnectionOptions
    from bekenlab.flashing.execute import FlashReport
    from bekenlab.flashing.planner import WriteProposal
    from bekenlab.flashing.state import ChipState
    from bekenlab.jobs.install.model import Firmware
    from bekenlab.link.target import Target
    from bekenlab.probing.rehearsal import Rehearsal

Rehearse = Callable[[Proposal], "Rehearsal"]
Finder = Callable[[InstallReport], Search]


@dataclass(frozen=True, slots=True)
class Helpers:
    """Functions the job calls: services it needs, and callbacks of the frontend.

    Attributes:
        rehearse: Tries a proposal on a virtual chip; None: not offered.
        find: Looks for the device in the network; None: it is not searched for.
        heard: Called with (seconds, text) for each piece of the first start's log. It holds the
            Wi-Fi password: frontends show it through ``report.live_log``.
        proposed: Called with the proposal before any question.
        rehearsed: Called with the result of the rehearsal.
    """

    rehearse: Rehearse | None = None
    find: Finder | None = None
    heard: Callable[[float, str], None] = lambda _at, _text: None
    proposed: Callable[[Proposal], None] = lambda _proposal: None
    rehearsed: Callable[[Rehearsal], None] = lambda _rehearsal: None


def install(
    connection: ConnectionOptions,
    options: InstallOptions,
    places: Places,
    questions: Questions,
    *,
    helpers: Helpers | None = None,
    plan_only: bool = False,
    events: EventSink = ignore,
) -> InstallReport:
    """Install OpenBeken.

    Args:
        connection: How to reach the chip.
        options: What to install, and its settings.
        places: The user's folders.
        questions: Answers the questions only the user can answer.
        helpers: Services and callbacks.
        plan_only: Change nothing on the chip and keep no file; the report has only the proposal.
        events: Receives steps and progress.

    Returns:
        What was done; ``start`` says whether OpenBeken accepted its configuration.

    Raises:
        RefusedError: A safety rule or the user refuses; nothing was changed on the chip.
        BekenlabError: The port, the chip, a file or a download fails. Running it again resumes.
    """
    helpers = helpers or Helpers()
    check_values(options.changes)
    events(Started(JOB))
    with open_chip(connection, JOB, events) as link:
        run = _Run(link.target, options, places, events, keeps=not plan_only)
        prepared = run.prepare(questions)
        asked = _WriteQuestions(prepared, questions, helpers, events)
        if plan_only:
            found = run.planner(prepared).propose(run.write_options)
            asked.planned(found)
            report = InstallReport(prepared.proposal(found), None, None)
        else:
            agreed, flashed = run.write(prepared, asked)
            heard = run.start(prepared, questions, helpers)
            report = InstallReport(prepared.proposal(agreed), asked.rehearsal, flashed, heard)
    if _worth_finding(report) and helpers.find is not None:
        events(Step(JOB, "find", "Looking for the device on your network"))
        report = replace(report, search=helpers.find(report))
    events(Finished(JOB))
    return report


def _worth_finding(report: InstallReport) -> bool:
    """Whether the device can be in the network; not if its log says that it could not join."""
    return (
        report.flash is not None
        and report.proposal.joins_wifi
        and report.outcome is not Outcome.NOT_JOINED
    )


def _rehearsed(
    proposal: Proposal, questions: Questions, helpers: Helpers, events: EventSink
) -> Rehearsal | None:
    if helpers.rehearse is None or not questions.rehearse(proposal):
        return None
    events(Step(JOB, "rehearse", "Rehearsing on a virtual chip; yours is not changed"))
    try:
        outcome = helpers.rehearse(proposal)
        stopping.check()
    except UnsupportedError as error:
        events(Message(JOB, "rehearsal-impossible", f"Rehearsing is not possible: {error.message}"))
        return None
    helpers.rehearsed(outcome)
    return outcome


def problem_of(report: InstallReport) -> FirstStartError | None:
    """The error if the first start failed although everything was written, else None.

    A silent log is not an error: the log port may just not be wired.
    """
    log = report.start.log
    if log is not None and log.config is ConfigVerdict.REJECTED:
        return FirstStartError(
            "OpenBeken runs, but did not accept the configuration that was written",
            hint="is the firmware older than 1.17? Install a newer one, or set it up by hand",
        )
    if report.start.wifi is False:
        return FirstStartError(
            "OpenBeken runs with its configuration, but does not use the Wi-Fi it was given",
            hint="set it up in its web page, or install again",
        )
    if report.outcome is Outcome.NOT_JOINED:
        return FirstStartError(
            "OpenBeken runs with its configuration, but could not join the Wi-Fi it was given",
            hint="was the password mistyped, or is it a network of 5 GHz only? Install again with "
            "the right one; only the configuration is written then",
        )
    return None


class _WriteQuestions:
    """Adapts the questions of an install to ``jobs.write.Questions``."""

    def __init__(
        self, prepared: Prepared, questions: Questions, helpers: Helpers, events: EventSink
    ) -> None:
        self._prepared = prepared
        self._questions = questions
        self._helpers = helpers
        self._events = events
        self.rehearsal: Rehearsal | None = None

    def planned(self, found: WriteProposal, /) -> None:
        """Show the proposal."""
        self._helpers.proposed(self._prepared.proposal(found))

    def carry_out(self, found: WriteProposal, /) -> bool:
        """Rehearse if wanted, and ask whether to write."""
        found.plan.raise_if_refused()
        proposal = self._prepared.proposal(found)
        self.rehearsal = _rehearsed(proposal, self._questions, self._helpers, self._events)
        return self._questions.carry_out(proposal, self.rehearsal)


class _Run:
    """The steps that need the chip."""

    def __init__(
        self,
        target: Target,
        options: InstallOptions,
        places: Places,
        events: EventSink,
        *,
        keeps: bool,
    ) -> None:
        self._keeps = keeps
        self._target = target
        self._options = options
        self._places = places
        self._journal = places.journal
        self._events = events
        self.write_options = WriteOptions(force=options.force)

    def prepare(self, questions: Questions) -> Prepared:
        """Everything up to the plan; the chip is only read."""
        chip = self._chip()
        firmware = self._options.firmware(chip.name)
        check_chip(firmware, chip, self._options.force)
        self._step("backup", "Backing up first")
        saved, state = self._saved(firmware)
        self._step("understand", "Reading the pins from the backup")
        subject = understand(saved.path, saved.data)
        given = self._options.source
        if given is None and pins_can_be_seen(subject) and questions.probe(subject):
            self._step("probe", "Finding the pins by experiments in the virtual chip")
            subject = with_pins_seen(saved.path, saved.data, subject, self._events)
        made, notices = configure(subject, given, self._options.changes, chip, saved.data)
        there = replaced(read_alone(self._target, made.address).data, chip)
        self._step("plan", "Planning the write")
        prepared = Prepared(saved, state, subject, given or subject, firmware, made, notices, there)
        return self._with_all_saved(prepared)

    def _with_all_saved(self, prepared: Prepared) -> Prepared:
        """The same with a new backup, if the plan would destroy what an existing one lacks."""
        if not prepared.backup.reused:
            return prepared
        plan = self.planner(prepared).propose(self.write_options).plan
        if not unsaved_sectors(plan, prepared.state):
            return prepared
        text = "the backup is from before the last changes on the device; making a new one"
        self._events(Message(JOB, "backup-outdated", text))
        if not self._keeps:
            return replace(prepared, backup=replace(prepared.backup, reused=False, kept=False))
        saved, state = make_backup(
            self._target, prepared.state, self._places, None, events=self._events
        )
        return replace(prepared, backup=saved, state=state)

    def planner(self, prepared: Prepared) -> Planner:
        """A planner for firmware and configuration together."""
        files = [prepared.firmware.file, as_file(prepared.made)]
        return Planner(self._target, files, self._journal, state=prepared.state)

    def _chip(self) -> Chip:
        chip = self._target.identity.chip
        if chip is None:
            raise UnsupportedError(
                "bekenlab does not know this chip, nor which firmware would run on it",
                action=Action("look-at-chip"),
            )
        return chip

    def _saved(self, firmware: Firmware) -> tuple[SavedBackup, ChipState]:
        named = self._options.backup
        state = survey_with_backup(self._target, self._journal, self._places, named, self._events)
        if state.backup and reusable(state, named, pieces_of(firmware, self._target.identity)):
            places = self._places if self._keeps else Places(None, self._places.backups)
            return reuse_backup(*state.backup, places, self._events), state
        if self._keeps:
            return make_backup(self._target, state, self._places, named, events=self._events)
        with TemporaryDirectory() as folder:
            nowhere = Places(None, Path(folder))
            saved, state = make_backup(self._target, state, nowhere, None, events=self._events)
        return replace(saved, kept=False), state

    def write(
        self, prepared: Prepared, asked: _WriteQuestions
    ) -> tuple[WriteProposal, FlashReport]:
        """Plan, ask, write and verify."""
        agreed, flashed = carry_out(
            self._target,
            self.planner(prepared).propose,
            self.write_options,
            self._journal,
            asked,
            reboot=False,
            step=Step(JOB, "write", "Writing firmware and configuration"),
            kept=f"the backup is kept: {prepared.backup.path}",
            events=self._events,
        )
        return agreed, replace(flashed, rebooted=True)

    def start(self, prepared: Prepared, questions: Questions, helpers: Helpers) -> FirstStart:
        """Start the firmware, and read its log."""
        self._step("start", "Written and verified; starting OpenBeken")
        return start(
            self._target,
            ssid_of(prepared.made.config),
            questions,
            listens=self._options.listens,
            heard=helpers.heard,
            events=self._events,
        )

    def _step(self, step: str, title: str) -> None:
        stopping.check()
        self._events(Step(JOB, step, title))
