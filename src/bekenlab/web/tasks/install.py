"""Installs OpenBeken: backup, pins, plan, optional rehearsal, question, write, first start."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bekenlab.errors import BadValueError
from bekenlab.events import Line
from bekenlab.jobs.install.configure import check_values
from bekenlab.jobs.install.firmware import firmware_of
from bekenlab.jobs.install.install import Helpers, install, problem_of
from bekenlab.jobs.install.latest import latest_firmware
from bekenlab.jobs.install.model import InstallOptions
from bekenlab.jobs.rehearse import rehearse
from bekenlab.openbeken.config.edit import Changes
from bekenlab.report.chip_json import flash_json
from bekenlab.report.install_json import rehearsal_json
from bekenlab.report.live_log import LiveLog
from bekenlab.secret import Secret
from bekenlab.web.events import JobEventSink
from bekenlab.web.tasks.chip import connection_for, offer_name
from bekenlab.web.tasks.find import REPORT
from bekenlab.web.tasks.parameters import Parameters, Task
from bekenlab.web.views.install import proposal_view, search_view, start_view

if TYPE_CHECKING:
    from bekenlab.analysis.subject import Subject
    from bekenlab.events import EventSink
    from bekenlab.jobs.install.model import Firmware, InstallReport, Proposal, Search
    from bekenlab.openbeken.config import Value
    from bekenlab.probing.rehearsal import Rehearsal
    from bekenlab.web.context import AppContext
    from bekenlab.web.job import Job

LATEST = "latest"
"""Value of ``firmware`` to download the newest release."""

_FIELDS = {
    "wifi_ssid": "the Wi-Fi name",
    "wifi_password": "the Wi-Fi password",
    "mqtt_host": "the MQTT server",
    "mqtt_user": "the MQTT user",
    "mqtt_password": "the MQTT password",
}
"""What the form calls the settings."""

_TEXTS = ("wifi_ssid", "mqtt_host", "mqtt_user")
_SECRETS = ("wifi_password", "mqtt_password")


def install_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "install", "port": ID, "firmware": DUMP, "wifi_ssid": ..., "rehearse": true}``.

    ``"pins": DUMP`` takes the pins from another open file than the device's own backup. What can be
    known to be wrong without the device is refused before the job is started.
    """
    offer = context.ports.find(parameters.text("port"))
    wanted = parameters.text("firmware")
    dump = None if wanted == LATEST else context.uploads.get(wanted)
    found = firmware_of(dump.file) if dump else None
    pins = parameters.text("pins", "")
    source = context.uploads.subject(pins) if pins else None
    probes, rehearses = parameters.flag("probe"), parameters.flag("rehearse")
    ssid = parameters.text("wifi_ssid", "").strip()
    changes = _changes(parameters)
    _check(changes)

    def work(job: Job) -> dict[str, Any]:
        tell = JobEventSink(job, context.clock)

        def firmware(chip: str) -> Firmware:
            return found or latest_firmware(chip, context.settings.cache, events=tell)

        report = install(
            connection_for(context, offer, job),
            InstallOptions(firmware, changes, source),
            context.settings.places,
            _Asked(context, job, ssid, probes=probes, rehearses=rehearses),
            helpers=_helpers(context, job, tell, finds=offer.device is None),
            events=tell,
        )
        job.private[REPORT] = report
        problem = problem_of(report)
        if problem is not None:
            raise problem
        return {
            **proposal_view(report.proposal, context.backups, ssid),
            "rehearsal": rehearsal_json(report.rehearsal) if report.rehearsal else None,
            "flash": flash_json(report.flash) if report.flash else None,
            "start": start_view(report.start),
            "outcome": str(report.outcome),
            "virtual": offer.device is not None,
            **search_view(report.search),
        }

    name = f"{dump.file.name} → " if dump else ""
    return Task(f"{name}{offer_name(offer)}", work, offer.id)


def _helpers(context: AppContext, job: Job, tell: EventSink, *, finds: bool) -> Helpers:
    """What the install needs of this frontend.

    Args:
        context: State of the server.
        job: The job.
        tell: Receives the events.
        finds: Whether the device can be in this computer's network; a virtual one cannot.
    """
    log = LiveLog(marks=False)

    def heard(seconds: float, text: str) -> None:
        for line in log.feed(text):
            tell(Line("install", seconds, line))

    def rehearsed(proposal: Proposal) -> Rehearsal:
        chip = proposal.identity.chip
        if chip is None:  # install() refuses an unknown chip before this
            raise AssertionError
        return rehearse(proposal.backup, chip, proposal.firmware, proposal.made, events=tell)

    def find(report: InstallReport) -> Search:
        with job.offer("search") as skipped:
            return context.find(report, skipped=skipped, events=tell)

    return Helpers(rehearse=rehearsed, find=find if finds else None, heard=heard)


class _Asked:
    """Asks the person at the browser.

    Args:
        context: State of the server.
        job: The job that asks.
        ssid: Name of the network the device is to join, as typed, or an empty string.
        probes: Whether experiments were requested in the form.
        rehearses: Whether a rehearsal was requested in the form.
    """

    def __init__(
        self, context: AppContext, job: Job, ssid: str, *, probes: bool, rehearses: bool
    ) -> None:
        self._probes = probes
        self._context = context
        self._job = job
        self._ssid = ssid
        self._rehearses = rehearses

    def probe(self, subject: Subject) -> bool:
        """See ``Questions``."""
        del subject
        return self._probes

    def rehearse(self, proposal: Proposal) -> bool:
        """See ``Questions``."""
        del proposal
        return self._rehearses

    def carry_out(self, proposal: Proposal, rehearsal: Rehearsal | None) -> bool:
        """See ``Questions``."""
        answer = self._job.ask(
            "install",
            **proposal_view(proposal, self._context.backups, self._ssid),
            rehearsal=rehearsal_json(rehearsal) if rehearsal else None,
        )
        return Parameters(answer if isinstance(answer, dict) else {}).flag("yes")

    def wire_moved(self) -> bool:
        """See ``Questions``."""
        answer = self._job.ask("wire")
        return Parameters(answer if isinstance(answer, dict) else {}).flag("yes")


def _check(changes: Changes) -> None:
    """Refuse settings that no device could use, before anybody waits for one.

    Raises:
        BadValueError: One is invalid.
    """
    try:
        check_values(changes)
    except BadValueError as error:
        field, wrong = error.facts["field"], error.facts["wrong"]
        text = f"{_FIELDS[str(field)]} {wrong}"
        raise BadValueError(text, hint=error.hint, field=field) from error
    if "wifi_password" in changes.values and "wifi_ssid" not in changes.values:
        raise BadValueError("there is a Wi-Fi password, but no Wi-Fi name", field="wifi_ssid")


def _changes(parameters: Parameters) -> Changes:
    values: dict[str, Value] = {
        name: text for name in _TEXTS if (text := parameters.text(name, "").strip())
    }
    given = {name: text for name in _SECRETS if (text := parameters.text(name, ""))}
    values |= {name: Secret(text.encode("utf-8")) for name, text in given.items()}
    return replace(Changes(), values=values)
