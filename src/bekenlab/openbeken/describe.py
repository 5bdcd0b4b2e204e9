"""Describes a pin map in plain text, for a forum post or a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.openbeken.roles import role_of_pin
from bekenlab.openbeken.template import ONE_WAY
from bekenlab.pins.model import Polarity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.pins.model import LedDriver, Pin, PinMap, UnknownKey

_NOTHING = "No pins are known, nor whether a second controller (TuyaMCU) does the work."
_SECOND_CONTROLLER = "No pins to set up: a second controller (TuyaMCU) does the work."

_LONGEST_NUMBER = 4
_CURRENTS = {"CW": "White", "C": "Cool white", "W": "Warm white"}


def describe(pinmap: PinMap, *, chip: str | None = None, without_pins: str = _NOTHING) -> str:
    """The pin map as text, one fact per line.

    Args:
        pinmap: The pins.
        chip: Name of the chip, if known.
        without_pins: What to say if there are no pins.
    """
    return "\n".join(_lines(pinmap, chip, without_pins)) + "\n"


def _lines(pinmap: PinMap, chip: str | None, without_pins: str) -> Iterator[str]:
    if pinmap.module or chip:
        yield f"Module {pinmap.module or 'unknown'}, chip {chip or 'unknown'}."
    nothing = without_pins if pinmap.mcu_baud is None else _SECOND_CONTROLLER
    yield "Pins:" if pinmap.pins else nothing
    for pin in pinmap.pins:
        yield f"- {_pin(pin)}"
    if pinmap.pwm_hz is not None:
        yield f"- PWM frequency {pinmap.pwm_hz} Hz"
    if pinmap.led_driver is not None:
        yield from _driver(pinmap.led_driver)
    yield from _section("Startup commands:", pinmap.commands)
    yield from _section("Notes:", pinmap.notes)
    yield from _section("Warnings:", tuple(notice.message for notice in pinmap.notices))
    unknown = tuple(_unknown(item) for item in pinmap.not_understood)
    yield from _section("Not understood:", unknown)


def _unknown(item: UnknownKey) -> str:
    """A key, with its value only if that is a short number: others could be personal."""
    number = item.value.lstrip("-").isdecimal() and len(item.value) <= _LONGEST_NUMBER
    return f"{item.key} = {item.value}" if number else item.key


def _section(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield title
    for line in lines:
        yield f"- {line}"


def _pin(pin: Pin) -> str:
    """``Relay 1 (channel 1) on P26, active high: Rel``."""
    channel = f" (channel {pin.channel})" if pin.channel else ""
    level = f", {pin.polarity.replace('_', ' ')}" if pin.polarity else ""
    role = role_of_pin(pin)
    if role == "None":
        return f"{pin.label} on {pin.place}{level}, no OpenBeken role"
    lost = pin.role in ONE_WAY and pin.polarity is Polarity.ACTIVE_LOW
    hint = " (OpenBeken has this role active high only)" if lost else ""
    return f"{pin.label}{channel} on {pin.place}{level}: {role}{hint}"


def _driver(driver: LedDriver) -> Iterator[str]:
    yield f"- LED driver {driver.name}"
    for label, stored in driver.currents.items():
        ma = driver.in_ma.get(label)
        what = f"setting {stored}, unit unknown" if ma is None else f"{ma} mA"
        yield f"- {_CURRENTS.get(label, label)} current {what}"
    if driver.led_map is not None:
        colours = ("red", "green", "blue", "cool", "warm")
        used = [f"{c} {o}" for c, o in zip(colours, driver.led_map, strict=True) if o >= 0]
        yield f"- LED driver outputs: {', '.join(used)}"
