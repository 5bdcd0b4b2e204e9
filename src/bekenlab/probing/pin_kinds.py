"""How a pin is tried, by its role in OpenBeken."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.data import read_table
from bekenlab.openbeken.roles import find_role
from bekenlab.pins.model import Polarity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.machine.devices.gpio import PinState
    from bekenlab.openbeken.settings import PinSetting


class Kind(StrEnum):
    """Keys of ``data/rehearsal.toml``, where each is explained."""

    SWITCHED = "switched"
    DIMMED = "dimmed"
    BLINKING = "blinking"
    RESTLESS = "restless"
    HELD_HIGH = "held_high"
    HELD_LOW = "held_low"
    PRESSED = "pressed"
    SENSED = "sensed"
    PULSED_ON = "pulsed_on"
    PULSED_OFF = "pulsed_off"
    WIRED = "wired"
    NONE = "none"


def kind_of(role: str) -> Kind:
    """How a pin with this role is tried; ``NONE`` if it cannot be."""
    return _kinds().get(role, Kind.NONE)


def of_kind(settings: Iterable[PinSetting], *kinds: Kind) -> list[PinSetting]:
    """The pins of these kinds."""
    return [setting for setting in settings if kind_of(setting.role) in kinds]


def on_level(role: str) -> int:
    """The level that means on, or pressed."""
    found = find_role(role)
    return 0 if found is not None and found.active is Polarity.ACTIVE_LOW else 1


def word(level: int) -> str:
    """A level in words."""
    return "high" if level else "low"


def state_words(pin: PinState | None) -> str:
    """How a pin is set up, in words."""
    if pin is None:
        return "this chip has no such pin"
    if pin.direction == "out":
        return f"an output, {word(pin.level)}"
    if pin.direction == "in":
        return f"an input, pulled {pin.pull}" if pin.pull else "an input"
    return "used by a peripheral" if pin.direction == "function" else "not set up"


@cache
def _kinds() -> dict[str, Kind]:
    return {
        role: Kind(kind)
        for kind, roles in read_table("probing", "pin_kinds.toml").items()
        for role in roles
    }
