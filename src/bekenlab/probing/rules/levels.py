"""How the level of a pin went on: at a moment, on average, blinking or at rest."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from bekenlab.probing.observations import Happening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.probing.observations import Observation, PinTrace

_CHANGES = 6  # of a pin that blinks
_STEADY = 0.25  # how much its intervals differ
_TWICE = 0.1
_FASTEST = 50.0  # milliseconds
_FLASHES = 0.35  # of the time, of a pin that flashes


def spans(trace: PinTrace, begin: float, end: float) -> Iterator[tuple[float, int]]:
    """Lengths in milliseconds and levels of the parts of a time."""
    level, at = trace.before.level, 0.0
    for when, new in (*trace.edges, (end, 0)):
        start, stop = max(at, begin), min(when, end)
        if stop > start:
            yield stop - start, level
        level, at = new, when


def high_share(trace: PinTrace, begin: float, end: float) -> float:
    """Share of a time in which a pin was high."""
    if end <= begin:
        return float(trace.before.level)
    return sum(length * level for length, level in spans(trace, begin, end)) / (end - begin)


def blinks(trace: PinTrace) -> bool:
    """Whether an output changes often and evenly."""
    return interval(trace) is not None


def first_blink(trace: PinTrace) -> float | None:
    """When it began to blink, in milliseconds; None if it does not."""
    begun = _begun(trace)
    return None if begun is None else begun[0]


def _begun(trace: PinTrace) -> tuple[float, float] | None:
    """When it began to blink, and its first interval: the first that is followed by its like."""
    middle = interval(trace)
    if middle is None:
        return None
    gaps = _gaps(trace.edges)
    alike = (
        one
        for one, (_, after) in pairwise(gaps)
        if one[1] > _FASTEST and abs(after - one[1]) <= _STEADY * one[1]
    )
    usual = (one for one in gaps if abs(one[1] - middle) <= _STEADY * middle)
    return next(alike, None) or next(usual)


def interval(trace: PinTrace) -> float | None:
    """Milliseconds between the changes of an output that blinks; None if it does not."""
    if "out" not in (trace.before.direction, trace.after.direction):
        return None
    gaps = [gap for _, gap in _gaps(trace.edges)]
    if len(gaps) < _CHANGES - 1:
        return None
    middle = sorted(gaps)[len(gaps) // 2]
    even = sum(abs(gap - middle) <= _STEADY * middle for gap in gaps)
    return middle if middle > _FASTEST and 2 * even >= len(gaps) else None


def _gaps(edges: tuple[tuple[float, int], ...]) -> list[tuple[float, float]]:
    times = [at for at, _ in edges]
    return [(early, late - early) for early, late in pairwise(times)]


def rest_of_light(trace: PinTrace, seconds: float) -> int:
    """The level at which a blinking light is off.

    One that flashes is off most of the time; else it is off until it begins to blink. Blinking
    begins with on: where the first change comes after two intervals, on was the level at which the
    pin had been set up, and nobody saw it begin.
    """
    end = 1000 * seconds
    first = first_blink(trace)
    share = high_share(trace, 0.0 if first is None else first, end)
    if share < _FLASHES or share > 1 - _FLASHES:
        return int(share > 0.5)
    if first is None:
        return int(share > 0.5)
    # Setting a pin up may move it for a moment.
    before = int(high_share(trace, trace.since, first) >= 0.5)
    return 1 - before if _began_unseen(trace) else before


def _began_unseen(trace: PinTrace) -> bool:
    """Whether a pin was at rest for just two intervals before its first change."""
    begun = _begun(trace)
    if begun is None or any(trace.since < at < begun[0] for at, _ in trace.edges):
        return False
    return abs((begun[0] - trace.since) / begun[1] - 2) < _TWICE


def rest_of_output(test: Observation | None, start: Observation, gpio: int) -> int:
    """The level at which an output is off.

    Before its product test the firmware has set up its outputs and switched them off, but not yet
    restored the state they had.
    """
    began = test.when(Happening.TEST_BEGAN) if test is not None else None
    trace = test.pin(gpio) if test is not None else None
    end = began
    if trace is None or end is None or trace.since >= end:
        trace, end = start.pin(gpio), 1000 * start.seconds
    if trace is None:
        return 0
    return int(high_share(trace, trace.since, end) > 0.5)
