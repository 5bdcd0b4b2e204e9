"""What a device is and does, without changing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips import find_chip
from bekenlab.errors import Action, UnsupportedError
from bekenlab.openbeken.settings import PinSetting, canonical_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.chips import Chip
    from bekenlab.lan.device import Device
    from bekenlab.lan.replies import DeviceInfo, DevicePins


@dataclass(frozen=True, slots=True)
class PinState:
    """A pin of a device.

    Attributes:
        setting: What it does, by the device's own name of the role.
        state: Value of its channel.
    """

    setting: PinSetting
    state: int


@dataclass(frozen=True, slots=True)
class PinsReport:
    """The pins of a device.

    Attributes:
        count: GPIOs it has.
        pins: Those with a role, by GPIO.
    """

    count: int
    pins: tuple[PinState, ...]


def look_at_pins(device: Device) -> PinsReport:
    """Ask what the pins do."""
    told = device.pins()
    pins = tuple(
        PinState(setting_of(told, gpio), told.states[gpio])
        for gpio, role in enumerate(told.roles)
        if role
    )
    return PinsReport(len(told.roles), pins)


def setting_of(told: DevicePins, gpio: int) -> PinSetting:
    """What a pin does. The numbers of roles differ between builds, so the device's names count."""
    return PinSetting(
        gpio=gpio,
        role=role_called(told.role_names, told.roles[gpio]),
        channel=told.channels[gpio],
        channel2=told.seconds[gpio],
    )


def role_called(names: Sequence[str], number: int) -> str:
    """A device's name of a role; ``None`` for the first, ``#120`` for one it has no name for."""
    if number == 0:
        return "None"
    name = names[number].strip() if 0 <= number < len(names) else ""
    return canonical_role(name) or name or f"#{number}"


def role_number(names: Sequence[str], name: str) -> int | None:
    """A device's number of a role, or None where this build has not got it."""
    if name == "None":
        return 0
    wanted = name.lower()
    return next((number for number, each in enumerate(names) if each.lower() == wanted), None)


def chip_of(info: DeviceInfo) -> Chip:
    """The Beken chip of a device.

    Raises:
        UnsupportedError: It has another: OpenBeken runs on many.
    """
    chip = find_chip(info.chipset)
    if chip is None:
        raise UnsupportedError(
            f"the device has a {info.chipset}, which is no Beken chip bekenlab knows",
            action=Action("use-web-page"),
        )
    return chip
