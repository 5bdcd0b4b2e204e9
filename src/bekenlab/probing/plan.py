"""Which presses are worth trying, by what was seen so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.probing.experiments import (
    INVERSE,
    LONG,
    METERED,
    MIDDLE,
    SHORT,
    Experiment,
    Name,
)
from bekenlab.probing.rules.meters import candidates
from bekenlab.probing.rules.reactions import reactions
from bekenlab.probing.sdk_inputs import sdk_inputs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.probing.experiments import Press
    from bekenlab.probing.observations import Observation, Observations, PinTrace
    from bekenlab.probing.rig import RigSource

_MOST_BUTTONS = 2


def presses(
    source: RigSource,
    saved: bytes,
    start: Observation,
    ways: tuple[Press, ...] = (SHORT, LONG),
) -> tuple[Experiment, ...]:
    """The control run, and a short and a long press of every input.

    Args:
        source: The chip.
        saved: Its state after the start.
        start: What was seen of the start.
        ways: How to press; inputs of the SDK's own get the first way only.
    """
    own = sdk_inputs(source.chip)
    found = [Experiment(Name.CONTROL, source, saved)]
    for trace in start.pins:
        if is_input(trace):
            these = ways[:1] if trace.gpio in own else ways
            found += [_press(source, saved, trace, way) for way in these]
    return tuple(found)


def longer_presses(
    source: RigSource, saved: bytes, start: Observation, seen: Iterable[Observation]
) -> tuple[Experiment, ...]:
    """For each input that did nothing when it was pressed shortly: other ways to press it.

    One of middle length, and one the other way round: a button that is pressed when its pin is at
    the level of the pull has a resistor of its own, which is driven here for some time before.
    """
    own = sdk_inputs(source.chip)
    known = tuple(seen)
    control = next((each for each in known if each.name == Name.CONTROL), None)
    quiet = {
        each.gpio
        for each in known
        if each.name == Name.PRESS_SHORT and control and not reactions(each, control)
    }
    return tuple(
        _press(source, saved, trace, way)
        for trace in start.pins
        for way in (MIDDLE, INVERSE)
        if is_input(trace) and trace.gpio in quiet and trace.gpio not in own
    )


def metered_presses(
    source: RigSource, start: Observation, seen: Observations
) -> tuple[Experiment, ...]:
    """If there seems to be a power meter: short presses with one, connected in all ways.

    Each begins with the start of the firmware, which looks for a fault before it obeys a button.
    """
    found = candidates(seen)
    if found is None:
        return ()
    own = {*sdk_inputs(source.chip), *found.counting}
    buttons = [trace for trace in start.pins if is_input(trace) and trace.gpio not in own]
    return tuple(
        Experiment(
            METERED.name,
            source,
            gpio=trace.gpio,
            level=1 - trace.after.level,
            meter=wires,
            seconds=METERED.lasts,
        )
        for wires in found.ways()
        for trace in buttons[:_MOST_BUTTONS]
    )


def _press(source: RigSource, saved: bytes, trace: PinTrace, way: Press) -> Experiment:
    level = 1 - trace.after.level
    return Experiment(way.name, source, saved, trace.gpio, level, seconds=way.lasts)


def is_input(trace: PinTrace) -> bool:
    """Whether a pin is an input that can be driven, not a wire on which messages are sent."""
    return trace.after.direction == "in" and not trace.bursts
