"""The colours of a lamp, from the order in which its product test lights them.

Each colour is alone for a while, at its full level or fading: the channels are taken in the order
in which each was first the brightest by its own measure. The order is counted from the moment at
which the firmware says that the test begins, since the first colour may be lit already.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Level = tuple[float, float]  # milliseconds, share of the time or of the current

_REACTS = 120.0  # milliseconds
_EVERY = 25.0
_LIT, _BESIDE = 0.55, 0.6  # of a channel's own highest level
_SEEN = 0.02
#: In the order in which the product test lights them.
COLOURS = ("red", "green", "blue", "cold", "warm")
#: What a lamp with so many channels has.
_SETS = {1: (3,), 2: (3, 4), 3: (0, 1, 2), 4: (0, 1, 2, 3), 5: (0, 1, 2, 3, 4)}
_WHOLE = 5


@dataclass(frozen=True, slots=True)
class Lit:
    """A channel in a product test.

    Attributes:
        channel: Number of a pin, or of an output of a driver.
        colour: Number of its colour, in the order of ``COLOURS``.
        active: The level at which it is lit.
        at: Milliseconds from the beginning of the test until it was first lit alone.
    """

    channel: int
    colour: int
    active: int
    at: float


def colours(levels: Mapping[int, Sequence[Level]], began: float, end: float) -> tuple[Lit, ...]:
    """The colour of each channel; empty if the test did not show all of them.

    Args:
        levels: How each channel's level went on, an entry where it changed.
        began: When the test began.
        end: When the record ends.
    """
    times = [began + _REACTS + _EVERY * n for n in range(int((end - began - _REACTS) / _EVERY))]
    courses = {key: [_at(course, at) for at in times] for key, course in levels.items()}
    active = {key: _active(course, len(courses)) for key, course in courses.items()}
    shown = {
        key: [share if active[key] else 1 - share for share in course]
        for key, course in courses.items()
    }
    moving = {key: course for key, course in shown.items() if max(course, default=0) > _SEEN}
    order = _order(moving, times)
    places = _SETS.get(len(order))
    if places is None or len(order) != len(moving):
        return ()
    return tuple(
        Lit(key, colour, active[key], at - began)
        for (key, at), colour in zip(order.items(), places, strict=True)
    )


def whole(found: Sequence[Lit]) -> bool:
    """Whether all five colours were seen, so that their order says which is which."""
    return len(found) == _WHOLE


def _order(moving: Mapping[int, Sequence[float]], times: Sequence[float]) -> dict[int, float]:
    """When each channel was first lit alone."""
    peaks = {key: max(course) for key, course in moving.items()}
    order: dict[int, float] = {}
    for number, at in enumerate(times if moving else ()):
        parts = sorted(
            ((course[number] / peaks[key], -key, key) for key, course in moving.items()),
            reverse=True,
        )
        alone = len(parts) == 1 or parts[1][0] < _BESIDE * parts[0][0]
        if parts[0][0] >= _LIT and alone:
            order.setdefault(parts[0][2], at)
    return order


def _active(course: Sequence[float], channels: int) -> int:
    """With three channels or more each is dark most of the time."""
    if channels < 3 or not course:
        return 1
    return int(sum(course) / len(course) <= 0.5)


def _at(course: Sequence[Level], at: float) -> float:
    place = bisect_right(course, at, key=lambda each: each[0])
    return course[place - 1][1] if place else 0.0
