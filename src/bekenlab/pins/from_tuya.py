"""Reads a Tuya device configuration into a pin map.

The meaning of each key is in ``data/tuya_keys.toml``; this module and the ``_`` modules next to it
hold only decisions that involve more than one key.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.chips import find_other_chip, serial_ports
from bekenlab.errors import Notice
from bekenlab.pins._found import Found, Reading, read_pins
from bekenlab.pins._lights import read_lights
from bekenlab.pins._metering import (
    read_battery,
    read_latching,
    read_metering,
    read_second_processor,
)
from bekenlab.pins._switching import curtain_notices, read_curtains, read_power_on
from bekenlab.pins._values import flatten
from bekenlab.pins.model import Pin, PinMap, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bekenlab.chips.models import Module

_NAME_LIMIT = 32


def pins_from_parameters(
    values: Mapping[str, object],
    *,
    source: Source,
    module: Module | None = None,
    mcu_baud: int | None = None,
    chip: str | None = None,
) -> PinMap:
    """Read Tuya parameters (``user_param_key``, ``oem_cfg``, boot log) into a pin map.

    Args:
        values: Parsed parameters: numbers or text, including the nested format of old firmware.
        source: Where they were found; becomes the evidence of every pin.
        module: The device's module; its pads are compared with the pins.
        mcu_baud: Baud rate of a second controller from Tuya's storage (``baud_cfg``,
            ``uart_adapt_params``), or None.
        chip: Name of the chip, for the names of its pins; by default they are Beken's.

    Returns:
        The pin map. Never raises: every key that names a pin is in ``pins``, in
        ``not_understood`` or, if Tuya marks it as not fitted, in ``notes``.
    """
    reading = read_pins(flatten(values), source, find_other_chip(chip))
    pulse_ms = read_latching(reading)
    cct, hertz, driver, strip = read_lights(reading)
    meter = read_metering(reading)
    battery = read_battery(reading)
    curtains = read_curtains(reading)
    power_on = read_power_on(reading, curtains)
    baud = read_second_processor(reading, mcu_baud)
    pins = _merge_same(reading.found)
    return PinMap(
        pins=pins,
        not_understood=tuple(reading.unknown),
        module=_module_name(reading),
        pwm_hz=hertz,
        cct=cct,
        led_driver=driver,
        meter=meter,
        mcu_baud=baud,
        strip=strip,
        battery=battery,
        pulse_ms=pulse_ms,
        curtains=curtains,
        power_on=power_on,
        ports=serial_ports(chip),
        commands=tuple(reading.commands),
        flags=frozenset(reading.flags),
        notes=tuple(reading.notes),
        notices=(
            *curtain_notices(curtains),
            *_conflicts(reading.found),
            *missing_pads(pins, module),
        ),
    )


def missing_pads(pins: Iterable[Pin], module: Module | None) -> tuple[Notice, ...]:
    """A notice for each GPIO in use that the module does not bring out."""
    if module is None or not module.pads_known:
        return ()
    jobs: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for pin in pins:
        if pin.gpio not in module.gpios:
            jobs[pin.gpio, pin.place].append(pin.label)
    return tuple(
        Notice(
            "pin-not-on-module",
            f"{place} ({' and '.join(labels)}) is not brought out by the module {module.name}.",
        )
        for (_, place), labels in sorted(jobs.items())
    )


def _module_name(reading: Reading) -> str | None:
    """The module name from the configuration, in capitals as printed on modules."""
    name = reading.values.get("module")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= _NAME_LIMIT:
        return None
    return name.strip().upper()


def _merge_same(found: list[Found]) -> tuple[Pin, ...]:
    """Merge keys that give the same pin, keeping all as evidence; sorted by GPIO and role."""
    merged: dict[tuple[object, ...], Pin] = {}
    for pin in (item.pin for item in found):
        label = pin.label if pin.role == "None" else ""
        slot = (pin.gpio, pin.role, pin.channel, pin.polarity, label)
        earlier = merged.get(slot)
        evidence = (*earlier.evidence, *pin.evidence) if earlier else pin.evidence
        merged[slot] = replace(earlier or pin, evidence=evidence)
    return tuple(sorted(merged.values(), key=lambda p: (p.gpio, p.role, p.channel, p.label)))


def _conflicts(found: list[Found]) -> tuple[Notice, ...]:
    """A notice for each GPIO that has several different roles."""
    jobs: defaultdict[tuple[int, str], dict[tuple[str, int, object], str]] = defaultdict(dict)
    for item in found:
        if not item.reserved:
            pin = item.pin
            key = pin.evidence[0].key
            jobs[pin.gpio, pin.place].setdefault(
                (pin.role if pin.role != "None" else pin.label, pin.channel, pin.polarity),
                f"{pin.label} ({key})",
            )
    return tuple(
        Notice("pin-conflict", f"{place} has more than one job: {', '.join(labels.values())}.")
        for (_, place), labels in sorted(jobs.items())
        if len(labels) > 1
    )
