"""What a person is asked while a device is probed, what they may answer, and what that makes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bekenlab.openbeken.template import build_template
from bekenlab.pins.model import Colour, Evidence, Pin, PinMap, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.openbeken.settings import PinSetting
    from bekenlab.pins.model import Polarity

TRIED = "found by trying"
"""The keyword in a template, and the key of the evidence of its pins."""


class Answer(StrEnum):
    """What happened while a pin was driven, or what to do instead."""

    RELAY = "relay"
    LED = "led"
    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    COLD = "cold"
    WARM = "warm"
    NOTHING = "nothing"
    AGAIN = "again"
    BACK = "back"
    STOP = "stop"


# OpenBeken's usual channels of a lamp: red, green, blue, cold, warm.
_LAMP = {Answer.RED: 1, Answer.GREEN: 2, Answer.BLUE: 3, Answer.COLD: 4, Answer.WARM: 5}


@dataclass(frozen=True, slots=True)
class Trial:
    """A pin that has just been driven.

    Attributes:
        gpio: The pin.
        level: Its level for that moment.
        number: Which of the pins it is, from 1.
        count: How many pins there are.
        likely: What a file says about it, or None.
    """

    gpio: int
    level: int
    number: int
    count: int
    likely: PinSetting | None


@dataclass(frozen=True, slots=True)
class FoundInput:
    """A pin that changed while buttons were pressed; ``active`` is its level when pressed."""

    gpio: int
    active: Polarity


@dataclass(frozen=True, slots=True)
class FoundOutput:
    """A pin at which something happened; ``active`` is the level at which it did."""

    gpio: int
    what: Answer
    active: Polarity


class Person(Protocol):
    """Presses buttons and says what happens; a frontend asks."""

    def press_now(self, seconds: float) -> None:
        """Buttons are to be pressed within this time; returns at once."""
        ...

    def pressed(self, found: FoundInput) -> None:
        """A button was seen."""
        ...

    def more_buttons(self, found: int) -> bool:
        """Whether there are more buttons than these."""
        ...

    def happened(self, trial: Trial) -> Answer:
        """What happened while the pin was driven."""
        ...


def found_pins(inputs: Sequence[FoundInput], outputs: Sequence[FoundOutput]) -> PinMap:
    """What was found, as a pin map: the first button is for the first relay, and so on."""
    evidence = (Evidence(Source.OPENBEKEN, TRIED),)
    relays = sum(found.what is Answer.RELAY for found in outputs)
    pins = [
        Pin(
            found.gpio,
            "Btn",
            number if number <= relays else 1,
            found.active,
            f"Button {number}",
            evidence,
        )
        for number, found in enumerate(inputs, 1)
    ]
    counts = dict.fromkeys(Answer, 0)
    for found in outputs:
        counts[found.what] += 1
        pins.append(_output(found, counts[found.what], evidence))
    return PinMap(tuple(sorted(pins, key=lambda pin: pin.gpio)))


def _output(found: FoundOutput, number: int, evidence: tuple[Evidence, ...]) -> Pin:
    if found.what in _LAMP:
        colour = Colour(found.what.value)
        name = f"{found.what.value.capitalize()} light"
        return Pin(
            found.gpio, "PWM", _LAMP[found.what], found.active, name, evidence, colour=colour
        )
    role, name = ("Rel", "Relay") if found.what is Answer.RELAY else ("LED", "LED")
    return Pin(found.gpio, role, number, found.active, f"{name} {number}", evidence)


def found_template(chip: str, pins: PinMap) -> dict[str, object]:
    """The template of what was found, marked as such."""
    return build_template(pins, chip=chip) | {"keywords": [TRIED]}
