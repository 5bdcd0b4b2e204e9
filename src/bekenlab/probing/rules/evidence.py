"""What the rules look at: the presses and what they moved, what blinks, what commands told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.probing.observations import Happening, Outcome
from bekenlab.probing.rules.commands import Switched, switched
from bekenlab.probing.rules.levels import interval, rest_of_output
from bekenlab.probing.rules.meters import presses_with_meter
from bekenlab.probing.rules.reactions import Reaction, reactions

if TYPE_CHECKING:
    from bekenlab.probing.observations import Observation, Observations, PinTrace

_LONG, _INVERSE = "press-long", "press-inverse"
_LAST = 99
_CLICKS = 450.0  # milliseconds


@dataclass(frozen=True, slots=True)
class Press:
    """A press, and the outputs it moved.

    Attributes:
        seen: The experiment.
        gpio: The input.
        level: The level of the press.
        moved: The outputs, in the order of moving.
    """

    seen: Observation
    gpio: int
    level: int
    moved: tuple[Reaction, ...]

    @property
    def name(self) -> str:
        """Name of the experiment, with its pin."""
        return named(self.seen)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rules look at.

    Attributes:
        start: The start of the firmware.
        test: Its product test, or None.
        control: The run in which nothing is pressed.
        presses: All presses.
        blinking: The experiment in which a pin blinked, by pin.
        told: The outputs that switches of local control move, by pin.
    """

    start: Observation
    test: Observation | None
    control: Observation
    presses: tuple[Press, ...]
    blinking: dict[int, str]
    told: dict[int, Switched]

    @property
    def acting(self) -> list[Press]:
        """The presses that moved outputs which are no lights, without long ones: those reset."""
        return [
            each
            for each in self.presses
            if each.seen.name != _LONG and any(self.switches(moved) for moved in each.moved)
        ]

    def switches(self, moved: Reaction) -> bool:
        """Whether an output may be a relay."""
        return moved.gpio not in self.blinking

    def place(self, gpio: int) -> int:
        """When the firmware set a pin up, as a number of order."""
        order = self.start.set_up
        return order.index(gpio) if gpio in order else _LAST + gpio

    def rest(self, gpio: int) -> int:
        """The level at which an output is off."""
        told = self.told.get(gpio)
        if told is not None and told.on is not None:
            return 1 - told.on
        return rest_of_output(self.test, self.start, gpio)


def evidence_of(observations: Observations) -> Evidence | None:
    """What the rules look at; None without a start, and a control run to compare with."""
    by_name = {each.name: each for each in reversed(observations.experiments)}
    start, control = by_name.get("boot"), by_name.get("control")
    if start is None or control is None or control.outcome is not Outcome.DONE:
        return None
    presses, with_meter = [], presses_with_meter(observations)
    for seen in observations.experiments:
        trace = seen.pin(seen.gpio) if seen.gpio is not None else None
        if seen.meter is not None and seen not in with_meter:
            continue
        if trace is not None and seen.outcome in (Outcome.DONE, Outcome.RESTARTED):
            presses.append(
                Press(seen, trace.gpio, _pressed_to(trace, seen), reactions(seen, control))
            )
    test = by_name.get("product-test")
    blinking = _blinking(observations)
    told = {each.gpio: each for each in switched(observations) if each.gpio not in blinking}
    return Evidence(start, test, control, tuple(presses), blinking, told)


def _pressed_to(trace: PinTrace, seen: Observation) -> int:
    """The level to which an input was driven."""
    begin = seen.when(Happening.PRESSED) or 0.0
    idle = trace.before.level ^ (seen.name == _INVERSE)
    return next((level for at, level in trace.edges if at >= begin), 1 - idle)


def _blinking(observations: Observations) -> dict[int, str]:
    """Pins that blink, and where. In a product test relays may click, but not so fast."""
    found: dict[int, str] = {}
    for seen in observations.experiments:
        for trace in seen.pins:
            rhythm = interval(trace)
            slow = seen.name == "product-test" and rhythm is not None and rhythm > _CLICKS
            if trace.gpio != seen.gpio and rhythm is not None and not slow:
                found.setdefault(trace.gpio, named(seen))
    return found


def named(seen: Observation) -> str:
    """Name of an experiment, with its pin."""
    return str(seen.name) if seen.gpio is None else f"{seen.name} P{seen.gpio}"
