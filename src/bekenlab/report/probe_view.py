"""What a probe showed, as rows for a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.openbeken.to_pins import pins_from_template
from bekenlab.probing.as_pins import role_words
from bekenlab.probing.observations import Outcome
from bekenlab.probing.rules.evidence import named
from bekenlab.report.pictures.edges import Line, Strip

if TYPE_CHECKING:
    from bekenlab.jobs.probe import Agreement, ProbeReport
    from bekenlab.probing.observations import Observation, PinTrace
    from bekenlab.probing.rules.model import PinConclusion

_MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class ProbeRow:
    """A pin.

    Attributes:
        gpio: ``"P26"``.
        label: What it is, in English words.
        openbeken: Role and channel as in a template.
        level: ``"high"``, ``"low"`` or an empty string.
        confidence: How sure that is: ``certain``, ``likely``, ``one_of``.
        others: What else fits, in English words.
        experiment: The experiment that shows it.
        saw: What was seen in it, as an English sentence.
        strip: The levels in it; None where there were no changes.
        stored: Role and channel in storage, or an empty string.
        agrees: Whether that is the same; None where nothing is stored.
    """

    gpio: str
    label: str
    openbeken: str
    level: str
    confidence: str
    others: tuple[str, ...]
    experiment: str
    saw: str
    strip: Strip | None
    stored: str
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class ProbeView:
    """A probe.

    Attributes:
        rows: The pins.
        unseen: Stored pins that showed nothing, as (GPIO, role and channel).
        experiments: Number of experiments.
        late: How many of them ran out of time.
        edited: Names of what was changed in copies.
        set_up: Whether the firmware has set up any pins.
        device_seconds: Device time.
        wall_seconds: Real time.
    """

    rows: tuple[ProbeRow, ...]
    unseen: tuple[tuple[str, str], ...]
    experiments: int
    late: int
    edited: tuple[str, ...]
    set_up: bool
    device_seconds: float
    wall_seconds: float


def probe_view(report: ProbeReport) -> ProbeView:
    """The rows of a report."""
    seen = report.probed.observations.experiments
    stored = {each.gpio: each for each in report.agreement}
    found = report.conclusions.pins
    # Together, since what a PWM is for depends on the other ones.
    labels = _labels({pin.gpio: role_words(pin) for pin in found})
    return ProbeView(
        rows=tuple(_row(pin, labels[pin.gpio], stored.get(pin.gpio), seen) for pin in found),
        unseen=tuple(
            (f"P{each.gpio}", role_words(each.storage))
            for each in report.agreement
            if each.behaviour is None
        ),
        experiments=len(seen),
        late=sum(each.outcome is Outcome.OUT_OF_TIME for each in seen),
        edited=report.probed.edited,
        set_up=report.conclusions.set_up,
        device_seconds=report.probed.device_seconds,
        wall_seconds=report.probed.wall_seconds,
    )


def _row(
    pin: PinConclusion, label: str, stored: Agreement | None, seen: tuple[Observation, ...]
) -> ProbeRow:
    by = pin.evidence[0]
    return ProbeRow(
        gpio=f"P{pin.gpio}",
        label=label,
        openbeken=role_words(pin),
        level=pin.polarity.value.removeprefix("active_") if pin.polarity is not None else "",
        confidence=str(pin.confidence),
        others=tuple(_labels({pin.gpio: f"{role};0"})[pin.gpio] for role in pin.alternatives),
        experiment=by.experiment,
        saw=by.saw,
        strip=_evidence(pin, seen),
        stored=role_words(stored.storage) if stored is not None else "",
        agrees=stored.same if stored is not None else None,
    )


def _labels(settings: dict[int, str]) -> dict[int, str]:
    """Roles in words, as for a template, by GPIO."""
    template = {"pins": {str(gpio): setting for gpio, setting in settings.items()}}
    words = {pin.gpio: pin.label for pin in pins_from_template(template).pins}
    return {gpio: words.get(gpio, setting) for gpio, setting in settings.items()}


def _evidence(pin: PinConclusion, seen: tuple[Observation, ...]) -> Strip | None:
    """The first experiment that shows the pin, and in which levels were recorded."""
    for said in pin.evidence:
        found = next((each for each in seen if named(each) == said.experiment), None)
        strip = _strip(found, pin.gpio) if found is not None else None
        if strip is not None:
            return strip
    return None


def _strip(seen: Observation, gpio: int) -> Strip | None:
    """The pin of a conclusion, and where one was driven, that one and what moved with it."""
    traces = {trace.gpio: trace for trace in seen.pins}
    driven = seen.gpio is not None
    moved = [g for g, trace in traces.items() if driven and trace.edges and g != gpio]
    wanted = dict.fromkeys([seen.gpio, gpio, *moved])
    lines = [
        _line(traces[each], driven=each == seen.gpio)
        for each in wanted
        if each is not None and each in traces
    ][:_MOST_LINES]
    if not any(line.changes for line in lines):
        return None
    return Strip(named(seen), seen.seconds, tuple(lines))


def _line(trace: PinTrace, *, driven: bool) -> Line:
    if trace.shares:
        first = trace.before.share
        return Line(
            trace.gpio, trace.before.level if first is None else first, trace.shares, driven
        )
    return Line(trace.gpio, trace.before.level, trace.edges, driven)
