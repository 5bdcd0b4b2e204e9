"""Jobs with a chip on a port: doctor, info, backup, write, verify, restore, log, reboot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.analysis.inputs import load_one
from bekenlab.chips import LOG_BAUD, SECTOR
from bekenlab.errors import RefusedError
from bekenlab.events import Line
from bekenlab.flashing.codes import KEEPABLE, OVERRIDABLE
from bekenlab.flashing.connection import ConnectionOptions
from bekenlab.flashing.plan_write import WriteOptions
from bekenlab.jobs import doctor as doctor_job
from bekenlab.jobs.backup import backup
from bekenlab.jobs.capture import capture
from bekenlab.jobs.info import info
from bekenlab.jobs.reboot import reboot
from bekenlab.jobs.restore import restore
from bekenlab.jobs.verify import verify
from bekenlab.jobs.write import write
from bekenlab.report.chip_json import (
    backup_json,
    doctor_json,
    flash_json,
    identity_json,
    info_json,
    verify_json,
)
from bekenlab.report.json_report import pin_json
from bekenlab.report.live_log import LiveLog
from bekenlab.stopping import stopped_by
from bekenlab.web.events import JobEventSink, merge
from bekenlab.web.failures import hints, job_error, labelled, noticed, seen_texts, told
from bekenlab.web.tasks.parameters import Parameters, Task
from bekenlab.web.texts import LANGUAGES, texts
from bekenlab.web.views.plan import plan_view

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.flashing.planner import WriteProposal
    from bekenlab.jobs.write import Answer, WriteReport
    from bekenlab.web.context import AppContext
    from bekenlab.web.job import Job
    from bekenlab.web.ports import Offer

    Work = Callable[[Job], dict[str, Any]]

# Long enough to solder a wire; the job can be stopped at any time.
_WAIT = 120.0
_LONGEST_LOG = 600.0


def doctor_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "doctor", "port": ID}``: find the chip, or the reason why it does not answer."""
    offer = context.ports.find(parameters.text("port"))

    def work(job: Job) -> dict[str, Any]:
        report = doctor_job.doctor(
            connection_for(context, offer, job),
            journal=context.settings.places.journal,
            events=JobEventSink(job, context.clock),
        )
        job.raise_if_cancelled()
        problem = job_error(report.problem) if report.problem else None
        advice = report.advice(texts(LANGUAGES[0]).wording)
        result = doctor_json(report, advice)
        result["checks"] = [check | seen_texts(check["seen"]) for check in result["checks"]]
        return {
            **result,
            "problem": problem,
            "works": problem is None and all(check.ok for check in report.checks),
            **told(report.verdict),
            **hints(report.hint, report.actions),
        }

    return Task(offer_name(offer), work, offer.id)


def info_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "info", "port": ID}``: identify a chip without reading all of its flash."""
    offer = context.ports.find(parameters.text("port"))

    def work(job: Job) -> dict[str, Any]:
        connection, events = connection_for(context, offer, job), JobEventSink(job, context.clock)
        journal = context.settings.places.journal
        return info_json(info(connection, journal=journal, events=events))

    return Task(offer_name(offer), work, offer.id)


def backup_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "backup", "port": ID}``: read all of flash into a file in the user's folder."""
    offer = context.ports.find(parameters.text("port"))

    def work(job: Job) -> dict[str, Any]:
        report = backup(
            connection_for(context, offer, job),
            None,
            context.settings.places,
            linked=lambda identity: job.emit("chip", chip=identity_json(identity)),
            events=JobEventSink(job, context.clock),
        )
        kept = context.backups.of(report.output)
        return {**backup_json(report), "backup": kept.id, "name": kept.path.name}

    return Task(offer_name(offer), work, offer.id)


def write_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "write", "port": ID, "dump": ID}``: write an open file."""
    offer = context.ports.find(parameters.text("port"))
    dump = context.uploads.get(parameters.text("dump"))

    def work(job: Job) -> dict[str, Any]:
        report = write(
            connection_for(context, offer, job),
            dump.file,
            WriteOptions(),
            context.settings.places,
            _Asked(job),
            events=JobEventSink(job, context.clock),
        )
        relied_on = report.proposal.plan.backup
        return _written(report, undo=context.backups.of(relied_on).id if relied_on else None)

    return Task(f"{dump.file.name} → {offer_name(offer)}", work, offer.id)


def verify_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "verify", "port": ID, "backup": ID}``: compare a chip with a backup."""
    offer = context.ports.find(parameters.text("port"))
    kept = context.backups.get(parameters.text("backup"))

    def work(job: Job) -> dict[str, Any]:
        report = verify(
            connection_for(context, offer, job),
            load_one(kept.path),
            address=0,
            events=JobEventSink(job, context.clock),
        )
        different = [(address, address + SECTOR) for address in report.different]
        return {
            **verify_json(report),
            "file": kept.path.name,
            "backup": kept.id,
            "spans": merge(different),
        }

    return Task(f"{kept.path.name} → {offer_name(offer)}", work, offer.id)


def restore_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "restore", "port": ID, "backup": ID}``: write a backup back to its chip."""
    offer = context.ports.find(parameters.text("port"))
    kept = context.backups.get(parameters.text("backup"))

    def work(job: Job) -> dict[str, Any]:
        report = restore(
            connection_for(context, offer, job),
            load_one(kept.path),
            WriteOptions(),
            context.settings.places,
            _Asked(job),
            events=JobEventSink(job, context.clock),
        )
        return _written(report, undo=None)

    return Task(f"{kept.path.name} → {offer_name(offer)}", work, offer.id)


def log_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "log", "port": ID}``: capture a device's log and the pins in it."""
    offer = context.ports.find(parameters.text("port"))

    def work(job: Job) -> dict[str, Any]:
        if offer.device is not None:
            raise RefusedError(
                "a virtual device has no log port", hint="open its flash instead, and boot it there"
            )
        shown = LiveLog()
        line = context.ports.opener(offer, job.raise_if_cancelled)(offer.id, LOG_BAUD)
        events = JobEventSink(job, context.clock)
        at = 0.0

        def tell(lines: list[str]) -> None:
            for text in lines:
                events(Line("log", at, text))

        def heard(seconds: float, text: str) -> None:
            nonlocal at
            at = seconds
            tell(shown.feed(text))

        # The user stopping it is the normal end of this job: what was heard is still read.
        with stopped_by(lambda: None):
            try:
                found = capture(
                    line, seconds=_LONGEST_LOG, heard=heard, interrupted=lambda: job.cancelled
                )
            finally:
                line.close()
            tell(shown.end())
        return {
            "bytes": len(found.data),
            "pins": [pin_json(pin) | labelled(pin.label) for pin in found.pins.pins],
            "warnings": noticed(found.pins.notices),
        }

    return Task(offer_name(offer), work, offer.id)


def reboot_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "reboot", "port": ID}``: leave the loader and start the firmware."""
    offer = context.ports.find(parameters.text("port"))

    def work(job: Job) -> dict[str, Any]:
        reboot(connection_for(context, offer, job), events=JobEventSink(job, context.clock))
        return {"rebooted": True}

    return Task(offer_name(offer), work, offer.id)


def connection_for(context: AppContext, offer: Offer, job: Job) -> ConnectionOptions:
    """Connection options for an offer; stopping the job interrupts the connection."""
    memory = None if offer.device else context.settings.places.memory
    opener = context.ports.opener(offer, job.raise_if_cancelled)
    return ConnectionOptions(port=offer_name(offer), wait=_WAIT, memory=memory, open_port=opener)


def offer_name(offer: Offer) -> str:
    """An offer's name, for display."""
    return offer.device.name if offer.device else offer.id


class _Asked:
    """Asks the person at the browser, who may change the options any number of times."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def planned(self, proposal: WriteProposal, /) -> None:
        """See ``Questions``: the page shows the plan together with the question."""

    def carry_out(self, proposal: WriteProposal, /) -> Answer:
        """See ``Questions``."""
        answer = self._job.ask("plan", plan=plan_view(proposal.plan, proposal.identity))
        given = Parameters(answer if isinstance(answer, dict) else {})
        if given.flag("yes") or not given.flag("again"):
            return given.flag("yes")
        return WriteOptions(
            keep=given.choices("keep", KEEPABLE), force=given.choices("force", OVERRIDABLE)
        )


def _written(report: WriteReport, *, undo: str | None) -> dict[str, Any]:
    done = flash_json(report.flash) if report.flash else {}
    plan = plan_view(report.proposal.plan, report.proposal.identity)
    return {**done, "undo": undo, "plan": plan}
