"""The wires of a power meter (BL0937, HLW8012): two inputs that count edges, and what selects.

Firmware selects voltage or current for a second or so by an output, and lets the two inputs
interrupt at edges. Which input is which, and what the level selects, shows where the firmware obeys
a button only with a meter that is connected in one way: without it, it believes in a fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, permutations, product
from typing import TYPE_CHECKING

from bekenlab.probing.observations import MeterWires, Outcome
from bekenlab.probing.rules.model import Confidence, PinConclusion, Seen, polarity_of
from bekenlab.probing.rules.reactions import reactions
from bekenlab.probing.sdk_inputs import sdk_inputs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.probing.observations import Observation, Observations, PinTrace

_CF, _CF1, _SEL, _LED = "BL0937CF", "BL0937CF1", "BL0937SEL", "WifiLED"
_EDGES = ("rising", "falling")
_BOOT, _CONTROL, _METER, _PRESS = "boot", "control", "meter", "press"
_WIRES = 2
_SHORTEST = 700.0  # milliseconds for which one of the two is selected
_GLITCH = 20.0
_MOST_SELECTING = 2
_LAST = 99


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pins that may be those of a meter.

    Attributes:
        counting: The two inputs, in the order in which the firmware set them up.
        selecting: Outputs that may select, the likeliest first.
    """

    counting: tuple[int, int]
    selecting: tuple[int, ...]

    def ways(self) -> tuple[MeterWires, ...]:
        """All ways in which a meter may be connected to them."""
        return tuple(
            MeterWires(cf, cf1, sel, voltage)
            for sel, (cf, cf1), voltage in product(
                self.selecting, permutations(self.counting), (1, 0)
            )
        )


def candidates(observations: Observations) -> Candidates | None:
    """The pins that may be those of a meter; None if they do not look like one."""
    start = next(iter(observations.named(_BOOT)), None)
    control = next(iter(observations.named(_CONTROL)), None)
    if start is None or control is None:
        return None
    pressed = _that_do_something(observations, control)
    counting = [
        trace.gpio
        for trace in start.pins
        if trace.after.direction == "in"
        and trace.after.interrupt in _EDGES
        and trace.gpio not in pressed | set(sdk_inputs(observations.chip))
    ]
    if len(counting) != _WIRES:
        return None
    first, second = sorted(counting, key=lambda gpio: _place(gpio, start))
    near = _place(first, start)
    selecting = sorted(
        (trace.gpio for trace in control.pins if _selects(trace)),
        key=lambda gpio: (abs(_place(gpio, start) - near), gpio),
    )
    if not selecting:
        return None
    return Candidates((first, second), tuple(selecting[:_MOST_SELECTING]))


def meter(observations: Observations) -> tuple[PinConclusion, ...]:
    """The wires of a meter, if there is one."""
    found = candidates(observations)
    if found is None:
        return ()
    obeyed = {seen.meter: seen for seen in _obeyed(observations) if seen.meter is not None}
    if len(obeyed) == 1:
        ((wires, seen),) = obeyed.items()
        return _connected(wires, seen, observations)
    return _undecided(found)


def presses_with_meter(observations: Observations) -> tuple[Observation, ...]:
    """The presses with a meter that is connected in the one way that the firmware believes."""
    obeyed = _obeyed(observations)
    return obeyed if len({seen.meter for seen in obeyed}) == 1 else ()


def _obeyed(observations: Observations) -> tuple[Observation, ...]:
    control = next(iter(observations.named(_CONTROL)), None)
    if control is None:
        return ()
    return tuple(seen for seen in observations.named(_METER) if reactions(seen, control))


def _that_do_something(observations: Observations, control: Observation) -> set[int]:
    """Inputs that move an output or restart the device: they are buttons."""
    return {
        seen.gpio
        for seen in observations.experiments
        if seen.gpio is not None
        and seen.name.startswith(_PRESS)
        and (seen.outcome is Outcome.RESTARTED or reactions(seen, control))
    }


def _selects(trace: PinTrace) -> bool:
    """Whether an output changes by itself, and stays long each time."""
    times = [at for at, _ in trace.edges]
    gaps = [later - early for early, later in pairwise(times) if later - early > _GLITCH]
    return trace.after.direction == "out" and bool(gaps) and min(gaps) >= _SHORTEST


def _place(gpio: int, start: Observation) -> int:
    return start.set_up.index(gpio) if gpio in start.set_up else _LAST + gpio


def _connected(
    wires: MeterWires, seen: Observation, observations: Observations
) -> tuple[PinConclusion, ...]:
    sure = Confidence.LIKELY if _obeys_without(observations) else Confidence.CERTAIN
    level = "high" if wires.voltage else "low"
    saw = (
        f"P{seen.gpio} was obeyed with pulses of power at P{wires.cf}, and at P{wires.cf1} of "
        f"voltage while P{wires.sel} was {level}, else of current; with no other wiring"
    )
    evidence = (Seen(_METER, saw),)
    return (
        PinConclusion(wires.cf, _CF, 0, None, sure, (), evidence),
        PinConclusion(wires.cf1, _CF1, 0, None, sure, (), evidence),
        PinConclusion(wires.sel, _SEL, 0, polarity_of(wires.voltage), sure, (), evidence),
    )


def _obeys_without(observations: Observations) -> bool:
    control = next(iter(observations.named(_CONTROL)), None)
    pressed = (seen for seen in observations.experiments if seen.name.startswith(_PRESS))
    return control is not None and any(reactions(seen, control) for seen in pressed)


def _undecided(found: Candidates) -> tuple[PinConclusion, ...]:
    """CF is guessed to be the input that was set up first."""
    alone = len(found.selecting) == 1
    sel = found.selecting[0]
    pins = _and(found.counting)
    counts = Seen(_BOOT, f"{pins} count edges, and P{sel} is switched for a second or more")
    selects = Seen(_CONTROL, f"P{sel} is switched for a second or more, and {pins} count edges")
    return (
        PinConclusion(found.counting[0], _CF, 0, None, Confidence.ONE_OF, (_CF1,), (counts,)),
        PinConclusion(found.counting[1], _CF1, 0, None, Confidence.ONE_OF, (_CF,), (counts,)),
        PinConclusion(
            sel,
            _SEL,
            0,
            None,
            Confidence.LIKELY if alone else Confidence.ONE_OF,
            (_LED,),
            (selects,),
        ),
    )


def _and(pins: Iterable[int]) -> str:
    return " and ".join(f"P{gpio}" for gpio in pins)
