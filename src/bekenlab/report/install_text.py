"""Installing, rehearsing and undoing, for a terminal of 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from bekenlab.jobs.install.configure import ssid_of
from bekenlab.jobs.install.model import Outcome
from bekenlab.openbeken.boot_log import ConfigVerdict
from bekenlab.pins import Source
from bekenlab.probing.rehearsal import PinVerdict
from bekenlab.report.chip_json import override
from bekenlab.report.chip_text import flash_text, sectors
from bekenlab.report.labelled import labelled, noted
from bekenlab.report.printable import printable
from bekenlab.report.text import SOURCES, heading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from bekenlab.flashing.plan import FlashPlan
    from bekenlab.jobs.install.model import FirstStart, InstallReport, Proposal, SavedBackup
    from bekenlab.jobs.undo import UndoProposal
    from bekenlab.openbeken.config import Config
    from bekenlab.probing.network import NetworkCheck
    from bekenlab.probing.rehearsal import Rehearsal

_MARKS = {
    PinVerdict.MOVED: "works",
    PinVerdict.WRONG: "wrong",
    PinVerdict.UNTRIED: "not tested",
}
_ENDS = {
    Outcome.PLANNED: "Nothing was written.",
    Outcome.ONLINE: "The device is online: http://{address}/",
    Outcome.JOINED: "The device has joined your Wi-Fi: its log says so.",
    Outcome.NOT_JOINED: "Written and verified. OpenBeken runs, but could not join your Wi-Fi.",
    Outcome.STARTED: "Written and verified. OpenBeken has started.",
    Outcome.UNSEEN: "Written and verified. Its start was not seen.",
}
_STYLES = {PinVerdict.MOVED: "green", PinVerdict.WRONG: "bold red", PinVerdict.UNTRIED: "dim"}


def proposal_text(proposal: Proposal) -> Group:
    """The proposal, shown before the user is asked to confirm it."""
    plan, file = proposal.plan, proposal.firmware.file
    module = f"module {proposal.subject.module}" if proposal.subject.module else None
    device = ", ".join(filter(None, (proposal.subject.firmware, module)))
    table = labelled(
        [
            ("Chip", proposal.identity.chip_name),
            ("Device", device or "not recognised"),
            ("Pins from", _pins_from(proposal)),
            ("Backup", _backup(proposal.backup)),
            ("Firmware", f"{file.firmware} ({file.name})"),
            ("Wi-Fi", wifi_words(proposal.made.config)),
            *settings_rows(proposal.made.config),
            ("Writes", _writes(plan)),
            *((("Repairs", sectors(len(plan.repairs))),) if plan.repairs else ()),
            ("Keeps", _keeps(plan)),
            ("Takes", f"about {max(1, round(plan.seconds))} s at {plan.baud} baud"),
        ]
    )
    refused = [
        Text.assemble(("refused: ", "bold red"), f"{r.reason}\n  override: {override(r)}")
        for r in plan.refusals
    ]
    notices = noted((*proposal.notices, *plan.notices))
    pins = pins_table(proposal)
    return Group(heading("Pins"), pins, heading("Plan"), table, *notices, *refused)


def _pins_from(proposal: Proposal) -> str:
    """Where the pins come from: the kind of source, and the file if it is not the backup."""
    source = proposal.source.source
    said = SOURCES[source] if source and proposal.made.config.pins() else "no source names any"
    if proposal.source is proposal.subject:
        return said
    given = proposal.source.analysis
    if given is not None and given.image is None and source is Source.STORAGE:
        said = "a configuration as text"
    return f"{proposal.source.name}: {said}"


def _backup(saved: SavedBackup) -> str:
    if not saved.kept:
        return "none yet; the install begins with one"
    state = "existing; it holds all that is overwritten" if saved.reused else "new, verified"
    return f"{saved.path} ({state})"


def _keeps(plan: FlashPlan) -> str:
    """What is left as it is: only what there is, and what the plan does not write."""
    condition = plan.condition
    begins_at_0 = any(piece.start == 0 for piece in plan.pieces)
    found = [] if begins_at_0 or (condition and not condition.loader.starts) else ["boot loader"]
    if condition is None or condition.has_rf or condition.rf_found is not None:
        found += ["RF calibration", "MAC address"]
    return ", ".join([*found, "everything else in flash"])


def _writes(plan: FlashPlan) -> str:
    places = ", ".join(f"{p.start:#x} to {p.end:#x}" for p in plan.pieces)
    right = f" ({len(plan.same)} already right)" if plan.same else ""
    return f"{places}: {sectors(len(plan.sectors))}{right}"


def pins_table(proposal: Proposal) -> Table | Text:
    """The planned setup of each pin."""
    table = _table("GPIO", "Does", "OpenBeken")
    pins = proposal.labelled_pins()
    for setting, label in pins:
        table.add_row(f"P{setting.gpio}", printable(label), setting.text)
    return table if pins else Text("No pins will be set up.", style="yellow")


def _table(*heads: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    return table


def wifi_words(config: Config) -> str:
    """The network the device will join, by the name the user has typed."""
    if not config.value("wifi_ssid"):
        return "none: the device opens its own, unprotected; --wifi-ssid NAME sets one"
    password = "with its password" if config.value("wifi_password") else "without a password"
    return f"joins {printable(ssid_of(config).decode('utf-8', 'replace'))!r}, {password}"


def settings_rows(config: Config) -> list[tuple[str, str]]:
    """MQTT and startup command, if set."""
    found = []
    if config.value("mqtt_host"):
        found.append(("MQTT", f"{config.value('mqtt_host')}:{config.value('mqtt_port')}"))
    if config.value("startup_command"):
        found.append(("Startup", str(config.value("startup_command")).replace("\n", "; ")))
    return found


def rehearsal_text(rehearsal: Rehearsal) -> Group:
    """Report of a rehearsal, pin by pin."""
    table = _table("GPIO", "OpenBeken", "What it did", "")
    for pin in rehearsal.pins:
        wrong = pin.verdict is PinVerdict.WRONG
        seen = f"{pin.seen}; expected: {pin.expected}" if wrong else pin.seen
        mark = Text(_MARKS[pin.verdict], style=_STYLES[pin.verdict])
        table.add_row(f"P{pin.gpio}", pin.setting, printable(seen), mark)
    log = rehearsal.log
    facts = [
        ("Rehearsed", f"{sectors(rehearsal.written)} over the wire of a virtual {rehearsal.chip}"),
        ("Started", " ".join(filter(None, (log.name, log.version))) or "no: nothing was printed"),
        ("Config", _config_words(log.config)),
        ("Wi-Fi", _wifi_seen(rehearsal.wifi)),
        *([("Network", _network_seen(rehearsal.network))] if rehearsal.network else []),
        *([("Data points", _points(rehearsal))] if rehearsal.data_points else []),
        ("Outcome", _outcome(rehearsal)),
    ]
    pins: list[RenderableType] = [table, Text()] if rehearsal.pins else []
    if rehearsal.source is not None:
        facts.insert(0, ("Pins from", SOURCES[rehearsal.source]))
    return Group(heading("Rehearsal"), *pins, labelled(facts), *noted(rehearsal.notices))


def _outcome(rehearsal: Rehearsal) -> str:
    if rehearsal.crash:
        return f"the firmware stopped: {rehearsal.crash}"
    if not rehearsal.pins:
        points = rehearsal.data_points
        if points and all(each.works for each in points):
            return "the data points do what they should"
        return "not all data points do" if points else "no pin was tested: the pin map is empty"
    count = {v: sum(pin.verdict is v for pin in rehearsal.pins) for v in PinVerdict}
    text = f"{count[PinVerdict.MOVED]} of {len(rehearsal.pins)} pins do what the pin map says"
    if count[PinVerdict.UNTRIED]:
        text += f"; {count[PinVerdict.UNTRIED]} cannot be tested without real hardware"
    return text


def _points(rehearsal: Rehearsal) -> str:
    points = rehearsal.data_points
    lost = [str(each.point.id) for each in points if not each.works]
    good = len(points) - len(lost)
    text = f"{good} of {len(points)} go both ways between OpenBeken and a controller"
    return f"{text}; not so: {', '.join(lost)}" if lost else text


def _config_words(verdict: ConfigVerdict) -> str:
    return {
        ConfigVerdict.TAKEN: "accepted by OpenBeken",
        ConfigVerdict.REJECTED: "rejected by OpenBeken",
        ConfigVerdict.UNSEEN: "OpenBeken did not report whether it accepted it",
    }[verdict]


def _wifi_seen(wifi: bool | None) -> str:
    said = {True: "as you set it up", False: "not as you set it up", None: "not reported"}
    return said[wifi]


def _network_seen(check: NetworkCheck) -> str:
    """What was seen in a virtual network with the user's name and password."""
    if check.timed_out and not check.page:
        return "not tested to the end: this computer is too slow, or too busy"
    if not check.tried:
        return "it did not try to join a virtual network with that name; not tested"
    if not check.joined:
        return "it could not join a virtual network with the name and password you gave"
    if not check.address:
        return "it joined a virtual network with the name and password you gave, but got no address"
    page = "its page answered" if check.page else "its page did not answer"
    return f"it joined a virtual network with the name and password you gave; {page}{_told(check)}"


def _told(check: NetworkCheck) -> str:
    """What it did in that network when it was told to."""
    still = [f"P{gpio}" for gpio, moved in check.by_http if not moved]
    text = ""
    if still:
        text = f", but {', '.join(still)} did not move when told by HTTP"
    elif check.by_http:
        text = ", and its relays moved when told by HTTP"
    if check.broker is not None:
        text += "; it connected to a broker of the name you gave" if check.broker else (
            "; it did not connect to a broker of the name you gave"
        )  # fmt: skip
    return text


def start_text(start: FirstStart) -> Table:
    """The log of the first start."""
    if start.log is None:
        return labelled([("Log", "not read; the write is verified anyway")])
    if not start.heard:
        text = "nothing received: is RX on TX2? The write is verified anyway"
        return labelled([("Log", text)])
    name = " ".join(filter(None, (start.log.name, start.log.version)))
    if not name:
        text = (
            "not OpenBeken's: is the baud rate 115200, and ground connected? "
            "The write is verified anyway"
        )
        return labelled([("Log", text)])
    facts = [
        ("Started", name),
        ("Config", _config_words(start.log.config)),
        ("Wi-Fi", _wifi_seen(start.wifi)),
    ]
    if start.log.joined is not None:
        facts.append(("Network", "joined" if start.log.joined else "not joined"))
    if start.log.calibration_missing:
        facts.append(("RF", "no calibration in flash: Wi-Fi may be weak; restore a backup"))
    return labelled(facts)


def install_text(report: InstallReport) -> Group:
    """Report of an install with the next steps."""
    config = report.proposal.made.config
    parts: list[RenderableType] = []
    if report.flash is not None:
        parts += [heading("Done"), flash_text(report.flash), start_text(report.start), Text()]
    verdict, *todo = _end(report, str(config.value("long_name")))
    parts.append(Text(verdict, style="bold"))
    parts += [Text(line) for line in todo]
    parts.append(Text("To restore the backup at any time: bekenlab undo"))
    return Group(*parts)


def _end(report: InstallReport, name: str) -> Iterator[str]:
    """What was seen of the device, and what to do next."""
    outcome, joins = report.outcome, report.proposal.joins_wifi
    yield _ENDS[outcome].format(address=report.address)
    if outcome in (Outcome.ONLINE, Outcome.NOT_JOINED):
        return
    if outcome is Outcome.UNSEEN:
        yield "Switch the device off and on, without the adapter's GND on CEN."
        yield "Its log is on TX2 (a wire to the adapter's RX): bekenlab log shows it."
    if not joins:
        shown = name.rpartition("_")[0] or name
        yield f"Join its Wi-Fi, {shown}..., and open http://192.168.4.1/"
        return
    if report.search and report.search.complete:
        yield "It was not found on your network."
    yield "To find it on your network: bekenlab obk scan."
    if outcome is not Outcome.JOINED:
        yield (
            "If it does not appear, the Wi-Fi name or password may be mistyped: install again with "
            "the right one. Only the configuration is written then."
        )


def undo_text(proposal: UndoProposal) -> Group:
    """Plan of an undo."""
    plan = proposal.plan
    table = labelled(
        [
            ("Chip", proposal.identity.chip_name),
            ("Backup", str(proposal.backup)),
            ("Firmware", proposal.file.firmware or "unknown"),
            ("Writes", f"{sectors(len(plan.sectors))}, {len(plan.same)} already right"),
            ("Takes", f"about {max(1, round(plan.seconds))} s at {plan.baud} baud"),
        ]
    )
    return Group(table, *noted(plan.notices))
