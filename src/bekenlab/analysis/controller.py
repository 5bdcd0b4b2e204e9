"""The set-up for a device's second controller: its data points, by storage and product table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.errors import Notice

if TYPE_CHECKING:
    from bekenlab.analysis.tuya_findings import TuyaFindings
    from bekenlab.mcu.meaning import Meaning
    from bekenlab.mcu.schema import SchemaPoint
    from bekenlab.pins import PinMap
    from bekenlab.tuya.firmware import Firmware

_LOW_POWER = "lowpower"
# Set again by the whole set-up.
_BASE = ("startDriver TuyaMCU", "tuyaMcu_setBaudRate")


def meaning_of_device(tuya: TuyaFindings) -> Meaning:
    """The data points of a device, with or without a second controller."""
    # Imported here: the table of products is needed for few dumps.
    from bekenlab.mcu.meaning import meaning_of

    stored = tuya.product
    schema = stored.schema.points if stored.schema is not None else ()
    return meaning_of(schema, stored.id, stored.factory_pin)


def points_on_uart1(tuya: TuyaFindings) -> tuple[SchemaPoint, ...]:
    """The data points that a second controller has; none where there is no such controller."""
    return meaning_of_device(tuya).points if tuya.mcu_baud else ()


def is_battery(firmware: Firmware) -> bool:
    """Whether firmware is Tuya's for battery devices with a second controller."""
    return _LOW_POWER in (firmware.name or "").replace("_", "")


def with_data_points(pins: PinMap, tuya: TuyaFindings, firmware: Firmware) -> PinMap:
    """The pin map with the commands for each data point, if they fit the startup command."""
    if not tuya.mcu_baud:
        return pins
    from bekenlab.openbeken.mcu_setup import mcu_setup

    meaning = meaning_of_device(tuya)
    if not meaning.points:
        return pins
    battery = is_battery(firmware)
    setup = mcu_setup(meaning.points, tuya.mcu_baud, battery=battery, version=0).shortened()
    rest = tuple(line for line in pins.commands if not line.startswith(_BASE))
    if not setup.fits:
        text = (
            f"The set-up for the {len(meaning.points)} data points of its second controller is too "
            "long for the startup command: it belongs into autoexec.bat."
        )
        return replace(pins, notices=(*pins.notices, Notice("mcu-setup-long", text)))
    return replace(pins, commands=(*setup.commands, *rest), flags=pins.flags | setup.flags)
