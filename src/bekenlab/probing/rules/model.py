"""Conclusions about pins, with their evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bekenlab.pins import Polarity


class Confidence(StrEnum):
    """How sure a conclusion is.

    ``CERTAIN``: the pin did what only such a pin does. ``LIKELY``: another explanation is possible,
    but unusual. ``ONE_OF``: the role is the likeliest, and the alternatives are told.
    """

    CERTAIN = "certain"
    LIKELY = "likely"
    ONE_OF = "one_of"


@dataclass(frozen=True, slots=True)
class Seen:
    """Evidence: an experiment, and what was seen in it, in words.

    Attributes:
        experiment: Name of the experiment, with its pin if it drove one: ``"press-short P8"``.
        saw: What was seen.
    """

    experiment: str
    saw: str


@dataclass(frozen=True, slots=True)
class PinConclusion:
    """What a pin is.

    Attributes:
        gpio: GPIO number.
        role: OpenBeken role without its polarity suffix.
        channel: OpenBeken channel; 0 if the role has none.
        polarity: Active level, or None if it is unknown or the role has none.
        confidence: How sure this is.
        alternatives: Other roles that fit what was seen.
        evidence: The experiments that show it.
    """

    gpio: int
    role: str
    channel: int
    polarity: Polarity | None
    confidence: Confidence
    alternatives: tuple[str, ...]
    evidence: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class DriverConclusion:
    """An LED driver on two wires.

    Attributes:
        family: OpenBeken's name of it, or None if its messages are unknown.
        clock: GPIO of the clock.
        data: GPIO of the data.
        outputs: Output of red, green, blue, cold and warm; -1 where none was seen.
    """

    family: str | None
    clock: int
    data: int
    outputs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Conclusions:
    """Everything that follows from the observations.

    Attributes:
        pins: The pins, by number.
        driver: The LED driver, or None.
        set_up: Whether the firmware set up any pin for a device at all: if not, nothing can be
            seen.
    """

    pins: tuple[PinConclusion, ...]
    driver: DriverConclusion | None = None
    set_up: bool = True


def polarity_of(level: int) -> Polarity:
    """The polarity of a pin that is active at a level."""
    from bekenlab.pins import Polarity as Levels

    return Levels.ACTIVE_HIGH if level else Levels.ACTIVE_LOW
