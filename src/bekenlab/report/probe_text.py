"""The report of ``probe`` for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bekenlab.probing.as_pins import role_words
from bekenlab.probing.observations import Outcome
from bekenlab.probing.rules.commands import on_controller
from bekenlab.probing.rules.lamps import COLOURS
from bekenlab.probing.rules.model import Confidence
from bekenlab.report.printable import Printable
from bekenlab.report.text import LEVELS, heading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import RenderableType

    from bekenlab.jobs.probe import Agreement, ProbeReport
    from bekenlab.probing.rules.model import PinConclusion

_SURE = {
    Confidence.CERTAIN: "certain",
    Confidence.LIKELY: "likely",
    Confidence.ONE_OF: "one of",
}
_NOTHING = "The firmware has set up no pins for a device, so nothing can be seen."
_SILENT = "No pin did anything that tells what it is."


def render(report: ProbeReport) -> RenderableType:
    """The experiments, what follows from them, and what storage says."""
    return Printable(Group(*_sections(report)))


def _sections(report: ProbeReport) -> Iterator[RenderableType]:
    yield Padding(_facts(report), (1, 0, 0, 2))
    found = report.conclusions
    if not found.pins:
        yield Padding(Text(_SILENT if found.set_up else _NOTHING), (1, 0, 0, 2))
    else:
        yield heading("Pins, by what they did")
        yield _pins(found.pins)
    driver = found.driver
    if driver is not None:
        outputs = [
            f"{colour} {output}"
            for colour, output in zip(COLOURS, driver.outputs, strict=True)
            if output >= 0
        ]
        shown = ", ".join(outputs) or "not seen"
        yield Padding(Text(f"LED driver {driver.family}; its outputs: {shown}"), (0, 0, 0, 2))
    told = on_controller(report.probed.observations)
    if told:
        yield heading("Data points of the second controller")
        yield _controller(told)
    if report.agreement:
        yield heading("Compared with storage")
        yield _agreement(report)


def _facts(report: ProbeReport) -> RenderableType:
    experiments = report.probed.observations.experiments
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    probed = report.probed
    spent = f"{probed.device_seconds:.0f} s on the device, {probed.wall_seconds:.0f} s here"
    table.add_row("Experiments", f"{len(experiments)}, {spent}")
    late = sum(each.outcome is Outcome.OUT_OF_TIME for each in experiments)
    if late:
        table.add_row("Out of time", f"{late}: what they did not show says nothing")
    if report.probed.edited:
        table.add_row("In a copy", f"changed: {', '.join(report.probed.edited)}")
    return table


def _controller(told: Mapping[int, tuple[bool | None, bool | None]]) -> RenderableType:
    """Which ones the firmware passed on to it, and which it took from it."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for way, name in enumerate(("Passed on to it", "Taken from it")):
        for seen, word in ((True, ""), (False, ", not")):
            numbers = [str(each) for each, ways in told.items() if ways[way] is seen]
            if numbers:
                table.add_row(f"{name}{word}", ", ".join(numbers))
    return Padding(table, (0, 0, 0, 2))


def _pins(pins: tuple[PinConclusion, ...]) -> RenderableType:
    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
    for name in ("Pin", "Role", "Active", "How sure", "Seen"):
        table.add_column(name, overflow="fold")
    for pin in pins:
        sure = _SURE[pin.confidence]
        if pin.alternatives:
            sure += f"; or {', '.join(pin.alternatives)}"
        seen = "\n".join(f"{each.experiment}: {each.saw}" for each in pin.evidence[:1])
        table.add_row(f"P{pin.gpio}", role_words(pin), LEVELS[pin.polarity], sure, seen)
    return Padding(table, (0, 0, 0, 2))


def _agreement(report: ProbeReport) -> RenderableType:
    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
    for name in ("Pin", "Storage", "Seen", ""):
        table.add_column(name, overflow="fold")
    for each in report.agreement:
        seen = each.behaviour
        verdict = _verdict(each)
        shown = role_words(seen) if seen is not None else "-"
        table.add_row(f"P{each.gpio}", role_words(each.storage), shown, verdict)
    return Padding(table, (0, 0, 0, 2))


def _verdict(each: Agreement) -> str:
    seen = each.behaviour
    if seen is None:
        return "nothing seen"
    if not each.same:
        return "differs"
    return "same" if seen.role == each.storage.role else "fits"
