"""Writes a pin map as an OpenBeken device template, as used by its web app and device list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import Notice
from bekenlab.openbeken.flags import MQTT_STATE_ON_CONNECT, flags_to_number
from bekenlab.openbeken.numbers import to_openbeken
from bekenlab.openbeken.roles import role_of_pin
from bekenlab.pins.choose import one_job_each
from bekenlab.pins.model import Polarity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.pins.model import Pin, PinMap


ONE_WAY = ("BridgeFWD", "BridgeREV")
"""Roles that OpenBeken offers for active-high pins only."""


def build_template(
    pinmap: PinMap,
    *,
    chip: str,
    board: str | None = None,
    vendor: str = "",
    name: str = "",
    model: str = "",
) -> dict[str, object]:
    """The template of a device.

    Args:
        pinmap: Its pins.
        chip: ``"BK7231N"``.
        board: Module name; by default the one in the configuration.
        vendor: Vendor of the device.
        name: Name of the device.
        model: Model number.

    Returns:
        Plain JSON values in the web app's order. ``pins`` is sorted by number, with one role each
        (see ``pins.choose`` for which one wins); ``command`` has one startup command per line;
        ``flags`` is a decimal number as text.
    """
    return {
        "vendor": vendor,
        "bDetailed": "0",
        "name": name,
        "model": model,
        "chip": chip,
        "board": board if board is not None else pinmap.module or "",
        "keywords": [],
        "pins": dict(_settings(pinmap, chip)),
        "command": "\n".join(pinmap.commands),
        "flags": str(flags_to_number({MQTT_STATE_ON_CONNECT} | pinmap.flags)),
        "image": "",
        "wiki": "",
    }


def _settings(pinmap: PinMap, chip: str) -> Iterator[tuple[str, str]]:
    numbered = ((to_openbeken(pin.gpio, chip), pin) for pin in template_pins(pinmap))
    known = [(number, pin) for number, pin in numbered if number is not None]
    for number, pin in sorted(known, key=lambda each: each[0]):
        yield str(number), f"{role_of_pin(pin)};{pin.channel}"


def template_pins(pinmap: PinMap) -> tuple[Pin, ...]:
    """The pins that go into a template: one for each GPIO that has a role, by GPIO."""
    return one_job_each(pin for pin in pinmap.pins if pin.role != "None")


def lost_levels(pinmap: PinMap) -> tuple[Notice, ...]:
    """Warnings for pins whose stated level the template cannot carry.

    OpenBeken drives bridges active high only.
    """
    lost = [
        pin
        for pin in template_pins(pinmap)
        if pin.role in ONE_WAY and pin.polarity is Polarity.ACTIVE_LOW
    ]
    if not lost:
        return ()
    names = ", ".join(f"{pin.place} ({pin.role})" for pin in lost)
    text = (
        f"{names} is active low, which OpenBeken has no role for: the template would drive it the "
        "wrong way round. Do not use it for these pins."
    )
    return (Notice("level-not-expressible", text),)
