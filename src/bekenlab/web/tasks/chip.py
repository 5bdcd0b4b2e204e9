"""What is done to a chip on a port: find out what is wrong, back up, write, go back, listen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bekenlab.analysis.inputs import load_one
from bekenlab.chips import LOG_BAUD, SECTOR
from bekenlab.errors import NotADumpError, RefusedError
from bekenlab.flashing import backup as backup_job
from bekenlab.flashing import verify as verify_job
from bekenlab.flashing.baud_memory import BaudMemory
from bekenlab.flashing.connection import ConnectionOptions, open_chip
from bekenlab.flashing.execute import flash
from bekenlab.flashing.flash_file import FileKind, recognise
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.refusals import OVERRIDABLE
from bekenlab.flashing.state import WriteOptions, look, plan_write
from bekenlab.jobs import doctor as doctor_job
from bekenlab.jobs.capture import capture
from bekenlab.jobs.info import info
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
from bekenlab.web.events import JobEventSink, merge
from bekenlab.web.tasks.parameters import Parameters, Task
from bekenlab.web.views.plan import plan_view

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bekenlab.flashing.flash_file import FlashFile
    from bekenlab.flashing.plan import FlashPlan
    from bekenlab.flashing.state import ChipState
    from bekenlab.link.target import Target
    from bekenlab.web.context import AppContext
    from bekenlab.web.manager import Job
    from bekenlab.web.ports import Offer

    Work = Callable[[Job], dict[str, Any]]

_KEEPABLE = ("bootloader", "rf")
# Long enough to solder a wire; it can be stopped at any time.
_WAIT = 120.0
_LONGEST_LOG = 600.0


def doctor_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "doctor", "port": ID}``: who is there, or why nobody answers."""
    offer = context.ports.find(parameters.text("port"))

    def work(job: Job) -> dict[str, Any]:
        report = doctor_job.doctor(
            connection_for(context, offer, job), events=JobEventSink(job, context.clock)
        )
        job.raise_if_cancelled()
        problem = error_json(report.problem) if report.problem else None
        return {**doctor_json(report), "problem": problem}

    return Task(offer_name(offer), work, offer.id)


def info_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "info", "port": ID}``: what can be told of a chip without reading its flash."""
    offer = context.ports.find(parameters.text("port"))

    def work(job: Job) -> dict[str, Any]:
        with open_chip(
            connection_for(context, offer, job), "info", JobEventSink(job, context.clock)
        ) as link:
            return info_json(info(link))

    return Task(offer_name(offer), work, offer.id)


def backup_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "backup", "port": ID}``: all of flash into the user's folder."""
    offer = context.ports.find(parameters.text("port"))

    def work(job: Job) -> dict[str, Any]:
        tell = JobEventSink(job, context.clock)
        with open_chip(connection_for(context, offer, job), "backup", tell) as link:
            job.emit("chip", chip=identity_json(link.target.identity))
            output = context.backups.place_for(link.target, _now)
            report = backup_job.backup(link.target, output, now=_now, events=tell)
        kept = context.backups.add(output)
        return {**backup_json(report), "backup": kept.id, "name": kept.path.name}

    return Task(offer_name(offer), work, offer.id)


def write_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "write", "port": ID, "dump": ID}``: a file that was dropped."""
    offer = context.ports.find(parameters.text("port"))
    dump = context.uploads.get(parameters.text("dump"))

    def work(job: Job) -> dict[str, Any]:
        return _carry_out(context, job, offer, recognise(dump.file), ())

    return Task(f"{dump.file.name} → {offer_name(offer)}", work, offer.id)


def verify_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "verify", "port": ID, "backup": ID}``: whether a chip holds what a backup does."""
    offer = context.ports.find(parameters.text("port"))
    kept = context.backups.get(parameters.text("backup"))

    def work(job: Job) -> dict[str, Any]:
        file = recognise(load_one(kept.path))
        tell = JobEventSink(job, context.clock)
        with open_chip(connection_for(context, offer, job), "verify", tell) as link:
            report = verify_job.verify(link.target, kept.path, file.at(0), events=tell)
        different = [(address, address + SECTOR) for address in report.different]
        return {**verify_json(report), "file": kept.path.name, "spans": merge(different)}

    return Task(f"{kept.path.name} → {offer_name(offer)}", work, offer.id)


def restore_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "restore", "port": ID, "backup": ID}``: a backup, back on its chip."""
    offer = context.ports.find(parameters.text("port"))
    kept = context.backups.get(parameters.text("backup"))

    def work(job: Job) -> dict[str, Any]:
        file = recognise(load_one(kept.path))
        if file.kind not in {FileKind.DUMP, FileKind.ROTATED_DUMP}:
            raise NotADumpError(f"{kept.path.name} is no whole dump (any more)")
        return _carry_out(context, job, offer, file, (kept.path,))

    return Task(f"{kept.path.name} → {offer_name(offer)}", work, offer.id)


def log_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "log", "port": ID}``: what a device prints, and the pins in it."""
    offer = context.ports.find(parameters.text("port"))

    def work(job: Job) -> dict[str, Any]:
        if offer.device is not None:
            raise RefusedError(
                "a virtual device on a wire has no log port", hint="boot its flash instead"
            )
        shown = LiveLog()
        line = context.ports.opener(offer, job.raise_if_cancelled)(offer.id, LOG_BAUD)
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


def reboot_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "reboot", "port": ID}``: out of the loader, into the firmware."""
    offer = context.ports.find(parameters.text("port"))

    def work(job: Job) -> dict[str, Any]:
        with open_chip(
            connection_for(context, offer, job), "reboot", JobEventSink(job, context.clock)
        ) as link:
            link.target.reboot()
        return {"rebooted": True}

    return Task(offer_name(offer), work, offer.id)


def connection_for(context: AppContext, offer: Offer, job: Job) -> ConnectionOptions:
    """How a job reaches what is behind an offer; the job can be stopped on the way."""
    memory = None if offer.device else BaudMemory(context.settings.state)
    opener = context.ports.opener(offer, job.raise_if_cancelled)
    return ConnectionOptions(port=offer_name(offer), wait=_WAIT, memory=memory, open_line=opener)


def offer_name(offer: Offer) -> str:
    """An offer, for a person."""
    return offer.device.name if offer.device else offer.id


def _carry_out(
    context: AppContext, job: Job, offer: Offer, file: FlashFile, more: tuple[Path, ...]
) -> dict[str, Any]:
    tell = JobEventSink(job, context.clock)
    journal = WriteJournal(context.settings.state)
    with open_chip(connection_for(context, offer, job), "write", tell) as link:
        target = link.target
        state = look(target, journal, [*context.backups.paths(), *more], events=tell)
        plan = _agreed(job, target, file, state)
        report = flash(target, plan, state, journal, events=tell)
    undo = context.backups.of(plan.backup).id if plan.backup and not more else None
    return {**flash_json(report), "undo": undo, "plan": plan_view(plan, target.identity)}


def _agreed(job: Job, target: Target, file: FlashFile, state: ChipState) -> FlashPlan:
    """The plan that somebody said yes to, after changing their wishes as often as they like.

    Raises:
        RefusedError: They said no, or yes to what a rule refuses.
    """
    wishes = WriteOptions()
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
        wishes = WriteOptions(keep=keep, force=force)


def _now() -> datetime:
    return datetime.now(UTC)
