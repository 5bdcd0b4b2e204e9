"""What is done to a chip on a port: find out what is wrong, back up, write, go back, listen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bekenlab.errors import NotADumpError, RefusedError
from bekenlab.jobs.chip import backup as backup_job
from bekenlab.jobs.chip import doctor as doctor_job
from bekenlab.jobs.chip import verify as verify_job
from bekenlab.jobs.chip.baud_memory import BaudMemory
from bekenlab.jobs.chip.bench import Bench, open_chip
from bekenlab.jobs.chip.capture import capture
from bekenlab.jobs.chip.flash import flash
from bekenlab.jobs.chip.flash_file import FileKind, recognise
from bekenlab.jobs.chip.flash_journal import WriteJournal
from bekenlab.jobs.chip.flash_state import Wishes, look, plan_write
from bekenlab.jobs.chip.info import info
from bekenlab.jobs.chip.refusals import OVERRIDABLE
from bekenlab.jobs.inputs import load_one
from bekenlab.link.commands import SECTOR
from bekenlab.report.chip_json import (
    backup_json,
    doctor_json,
    error_json,
    flash_json,
    identity_json,
    info_json,
    verify_json,
)
from bekenlab.report.json_report import pin_json
from bekenlab.report.live_log import LiveLog
from bekenlab.web.events import Teller, merge
from bekenlab.web.tasks.parameters import Parameters, Task
from bekenlab.web.views.plan import plan_view

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bekenlab.jobs.chip.flash_file import FlashFile
    from bekenlab.jobs.chip.flash_plan import FlashPlan
    from bekenlab.jobs.chip.flash_state import ChipState
    from bekenlab.link.target import Target
    from bekenlab.web.lab import Lab
    from bekenlab.web.manager import Job
    from bekenlab.web.ports import Offer

    Work = Callable[[Job], dict[str, Any]]

_KEEPABLE = ("bootloader", "rf")
_LOG_BAUD = 115_200
# Long enough to solder a wire; it can be stopped at any time.
_WAIT = 120.0
_LONGEST_LOG = 600.0


def doctor_task(lab: Lab, parameters: Parameters) -> Task:
    """``{"kind": "doctor", "port": ID}``: who is there, or why nobody answers."""
    offer = lab.ports.find(parameters.text("port"))

    def work(job: Job) -> dict[str, Any]:
        report = doctor_job.doctor(bench_for(lab, offer, job), events=Teller(job, lab.clock))
        job.raise_if_cancelled()
        problem = error_json(report.problem) if report.problem else None
        return {**doctor_json(report), "problem": problem}

    return Task(offer_name(offer), work, offer.id)


def info_task(lab: Lab, parameters: Parameters) -> Task:
    """``{"kind": "info", "port": ID}``: what can be told of a chip without reading its flash."""
    offer = lab.ports.find(parameters.text("port"))

    def work(job: Job) -> dict[str, Any]:
        with open_chip(bench_for(lab, offer, job), "info", Teller(job, lab.clock)) as link:
            return info_json(info(link))

    return Task(offer_name(offer), work, offer.id)


def backup_task(lab: Lab, parameters: Parameters) -> Task:
    """``{"kind": "backup", "port": ID}``: all of flash into the user's folder."""
    offer = lab.ports.find(parameters.text("port"))

    def work(job: Job) -> dict[str, Any]:
        tell = Teller(job, lab.clock)
        with open_chip(bench_for(lab, offer, job), "backup", tell) as link:
            job.emit("chip", chip=identity_json(link.target.identity))
            output = lab.backups.place_for(link.target, _now)
            report = backup_job.backup(link.target, output, now=_now, events=tell)
        kept = lab.backups.add(output)
        return {**backup_json(report), "backup": kept.id, "name": kept.path.name}

    return Task(offer_name(offer), work, offer.id)


def write_task(lab: Lab, parameters: Parameters) -> Task:
    """``{"kind": "write", "port": ID, "dump": ID}``: a file that was dropped."""
    offer = lab.ports.find(parameters.text("port"))
    dump = lab.shelf.get(parameters.text("dump"))

    def work(job: Job) -> dict[str, Any]:
        return _carry_out(lab, job, offer, recognise(dump.file), ())

    return Task(f"{dump.file.name} → {offer_name(offer)}", work, offer.id)


def verify_task(lab: Lab, parameters: Parameters) -> Task:
    """``{"kind": "verify", "port": ID, "backup": ID}``: whether a chip holds what a backup does."""
    offer = lab.ports.find(parameters.text("port"))
    kept = lab.backups.get(parameters.text("backup"))

    def work(job: Job) -> dict[str, Any]:
        file = recognise(load_one(kept.path))
        tell = Teller(job, lab.clock)
        with open_chip(bench_for(lab, offer, job), "verify", tell) as link:
            report = verify_job.verify(link.target, kept.path, file.at(0), events=tell)
        different = [(address, address + SECTOR) for address in report.different]
        return {**verify_json(report), "file": kept.path.name, "spans": merge(different)}

    return Task(f"{kept.path.name} → {offer_name(offer)}", work, offer.id)


def restore_task(lab: Lab, parameters: Parameters) -> Task:
    """``{"kind": "restore", "port": ID, "backup": ID}``: a backup, back on its chip."""
    offer = lab.ports.find(parameters.text("port"))
    kept = lab.backups.get(parameters.text("backup"))

    def work(job: Job) -> dict[str, Any]:
        file = recognise(load_one(kept.path))
        if file.kind not in {FileKind.DUMP, FileKind.ROTATED_DUMP}:
            raise NotADumpError(f"{kept.path.name} is no whole dump (any more)")
        return _carry_out(lab, job, offer, file, (kept.path,))

    return Task(f"{kept.path.name} → {offer_name(offer)}", work, offer.id)


def log_task(lab: Lab, parameters: Parameters) -> Task:
    """``{"kind": "log", "port": ID}``: what a device prints, and the pins in it."""
    offer = lab.ports.find(parameters.text("port"))

    def work(job: Job) -> dict[str, Any]:
        if offer.device is not None:
            raise RefusedError(
                "a virtual device on a wire has no log port", hint="boot its flash instead"
            )
        shown = LiveLog()
        line = lab.ports.opener(offer, job.raise_if_cancelled)(offer.id, _LOG_BAUD)
        at = 0.0

        def tell(lines: list[str]) -> None:
            for text in lines:
                job.emit("line", seconds=round(at, 3), text=text)

        def heard(seconds: float, text: str) -> None:
            nonlocal at
            at = seconds
            tell(shown.feed(text))

        try:
            found = capture(
                line, seconds=_LONGEST_LOG, heard=heard, interrupted=lambda: job.cancelled
            )
        finally:
            line.close()
        tell(shown.end())
        # To stop listening is the usual end of it.
        return {"bytes": len(found.data), "pins": [pin_json(pin) for pin in found.pins.pins]}

    return Task(offer_name(offer), work, offer.id)


def reboot_task(lab: Lab, parameters: Parameters) -> Task:
    """``{"kind": "reboot", "port": ID}``: out of the loader, into the firmware."""
    offer = lab.ports.find(parameters.text("port"))

    def work(job: Job) -> dict[str, Any]:
        with open_chip(bench_for(lab, offer, job), "reboot", Teller(job, lab.clock)) as link:
            link.target.reboot()
        return {"rebooted": True}

    return Task(offer_name(offer), work, offer.id)


def bench_for(lab: Lab, offer: Offer, job: Job) -> Bench:
    """How a job reaches what is behind an offer; the job can be stopped on the way."""
    memory = None if offer.device else BaudMemory(lab.settings.state)
    opener = lab.ports.opener(offer, job.raise_if_cancelled)
    return Bench(port=offer_name(offer), wait=_WAIT, memory=memory, open_line=opener)


def offer_name(offer: Offer) -> str:
    """An offer, for a person."""
    return offer.device.name if offer.device else offer.id


def _carry_out(
    lab: Lab, job: Job, offer: Offer, file: FlashFile, more: tuple[Path, ...]
) -> dict[str, Any]:
    tell = Teller(job, lab.clock)
    journal = WriteJournal(lab.settings.state)
    with open_chip(bench_for(lab, offer, job), "write", tell) as link:
        target = link.target
        state = look(target, journal, [*lab.backups.paths(), *more], events=tell)
        plan = _agreed(job, target, file, state)
        report = flash(target, plan, state, journal, events=tell)
    undo = lab.backups.of(plan.backup).id if plan.backup and not more else None
    return {**flash_json(report), "undo": undo, "plan": plan_view(plan, target.identity)}


def _agreed(job: Job, target: Target, file: FlashFile, state: ChipState) -> FlashPlan:
    """The plan that somebody said yes to, after changing their wishes as often as they like.

    Raises:
        RefusedError: They said no, or yes to what a rule refuses.
    """
    wishes = Wishes()
    while True:
        plan = plan_write(target, file, wishes, state)
        said = job.ask("plan", plan=plan_view(plan, target.identity))
        given = Parameters(said if isinstance(said, dict) else {})
        if given.flag("yes"):
            plan.raise_if_refused()
            return plan
        if not given.flag("again"):
            raise RefusedError("nothing was written: you said no")
        keep, force = given.choices("keep", _KEEPABLE), given.choices("force", OVERRIDABLE)
        wishes = Wishes(keep=keep, force=force)


def _now() -> datetime:
    return datetime.now(UTC)
