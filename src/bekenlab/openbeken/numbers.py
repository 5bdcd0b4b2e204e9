"""OpenBeken's numbers of pins, which on some chips are indices of a table of its own.

Source: ``src/hal/*/hal_pins_*.c`` of OpenBeken; the tables are in ``chips/data/others``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import find_other_chip
from bekenlab.errors import Notice

if TYPE_CHECKING:
    from bekenlab.pins.model import PinMap


def to_openbeken(gpio: int, chip: str | None) -> int | None:
    """OpenBeken's number of a pin, or None if it has no such pin on that chip."""
    other = find_other_chip(chip)
    if other is None:
        return gpio
    pin = other.pin(gpio)
    return pin.openbeken if pin else None


def from_openbeken(number: int, chip: str | None) -> tuple[int, str] | None:
    """The pin with a number in OpenBeken, and its name if that is not ``P`` and the number.

    Returns:
        None if OpenBeken has no such pin on that chip.
    """
    other = find_other_chip(chip)
    if other is None:
        return number, ""
    pin = other.pin_of_openbeken(number)
    return (pin.gpio, pin.name) if pin else None


def lost_pins(pinmap: PinMap, chip: str | None) -> tuple[Notice, ...]:
    """The warning about pins that a template cannot hold, as OpenBeken does not know them."""
    used = [pin for pin in pinmap.pins if pin.role != "None"]
    lost = [pin for pin in used if to_openbeken(pin.gpio, chip) is None]
    if not lost:
        return ()
    names = ", ".join(f"{pin.place} ({pin.label})" for pin in lost)
    text = f"OpenBeken has no such pin on the {chip}: {names}. The template leaves it out."
    return (Notice("pin-not-on-chip", text),)
