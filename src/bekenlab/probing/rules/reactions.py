"""What a press did, compared with a run in which nothing was pressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.probing.observations import Happening

if TYPE_CHECKING:
    from bekenlab.probing.observations import Observation, PinTrace

_RHYTHM = 0.35  # how much more or less often a blinking pin changes
_FEW = 3
_DIMMED = 0.02  # of a share


@dataclass(frozen=True, slots=True)
class Reaction:
    """A pin that moved after a press, although it is quiet otherwise.

    Attributes:
        gpio: The pin.
        before: Its level before.
        edges: Its changes after the press, as (milliseconds, new level), before any restart.
        released: Whether the first change came after the release.
    """

    gpio: int
    before: int
    edges: tuple[tuple[float, int], ...]
    released: bool

    @property
    def toggled(self) -> bool:
        """Whether it changed once, and stayed."""
        return len(self.edges) == 1

    @property
    def pulsed(self) -> bool:
        """Whether it changed and came back."""
        return len(self.edges) == 2


def reactions(press: Observation, control: Observation) -> tuple[Reaction, ...]:
    """Pins that are quiet in the control run and moved after the press, in the order of moving."""
    begin = press.when(Happening.PRESSED)
    if begin is None:
        return ()
    end = press.when(Happening.RESTARTED) or 1000 * press.seconds
    released = press.when(Happening.RELEASED) or end
    found = []
    for trace in press.pins:
        other = control.pin(trace.gpio)
        if trace.gpio == press.gpio or other is None or _restless(other):
            continue
        edges = tuple((at, level) for at, level in trace.edges if begin <= at < end)
        if edges and trace.before.direction == "out":
            late = edges[0][0] >= released
            found.append(Reaction(trace.gpio, trace.before.level, edges, late))
    return tuple(sorted(found, key=lambda each: each.edges[0]))


def other_rhythm(press: Observation, control: Observation) -> tuple[int, ...]:
    """Pins that blink in the control run, and blink otherwise after the press."""
    begin = press.when(Happening.PRESSED)
    end = press.when(Happening.RESTARTED) or 1000 * press.seconds
    if begin is None or end <= begin:
        return ()
    found = []
    for trace in press.pins:
        other = control.pin(trace.gpio)
        if other is None or not _restless(other):
            continue
        here, there = _count(trace, begin, end), _count(other, begin, end)
        if max(here, there) >= _FEW and abs(here - there) > _RHYTHM * max(here, there):
            found.append(trace.gpio)
    return tuple(found)


def dimmed(press: Observation, control: Observation) -> tuple[int, ...]:
    """Pins whose PWM is steady in the control run, and changed after the press."""
    begin = press.when(Happening.PRESSED)
    end = press.when(Happening.RESTARTED) or 1000 * press.seconds
    if begin is None:
        return ()
    found = []
    for trace in press.pins:
        other = control.pin(trace.gpio)
        if other is None or _restless(other) or other.after.share is None:
            continue
        usual = other.after.share
        if any(abs(share - usual) > _DIMMED for at, share in trace.shares if begin <= at < end):
            found.append(trace.gpio)
    return tuple(found)


def _restless(trace: PinTrace) -> bool:
    return bool(trace.edges or trace.bursts or trace.shares[1:])


def _count(trace: PinTrace, begin: float, end: float) -> int:
    return sum(begin <= at < end for at, _ in trace.edges)
