"""What a device's pins do, in its own numbers and names, and which chip it has."""

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
        setting: What it does, with the device's own name of the role.
        state: Value of its channel.
    """

    setting: PinSetting
    state: int


@dataclass(frozen=True, slots=True)
class PinsReport:
    """The pins of a device.

    Attributes:
        count: Number of GPIOs.
        pins: Those with a role, by GPIO.
    """

    count: int
    pins: tuple[PinState, ...]


def read_pins(device: Device) -> PinsReport:
    """Ask a device what its pins do."""
    current = device.pins()
    pins = tuple(
        PinState(setting_of(current, gpio), current.states[gpio])
        for gpio, role in enumerate(current.roles)
        if role
    )
    return PinsReport(len(current.roles), pins)


def setting_of(pins: DevicePins, gpio: int) -> PinSetting:
    """What a pin does. Role numbers differ between builds, so the device's own names are used."""
    return PinSetting(
        gpio=gpio,
        role=role_name(pins.role_names, pins.roles[gpio]),
        channel=pins.channels[gpio],
        channel2=pins.second_channels[gpio],
    )


def role_name(names: Sequence[str], number: int) -> str:
    """A device's name of a role; ``None`` for role 0, ``#120`` for one without a name."""
    if number == 0:
        return "None"
    name = names[number].strip() if 0 <= number < len(names) else ""
    return canonical_role(name) or name or f"#{number}"


def role_number(names: Sequence[str], name: str) -> int | None:
    """A device's number of a role, or None if its build does not have it."""
    if name == "None":
        return 0
    wanted = name.lower()
    return next((number for number, each in enumerate(names) if each.lower() == wanted), None)


def chip_of(info: DeviceInfo) -> Chip:
    """The Beken chip of a device.

    Raises:
        UnsupportedError: It has another one; OpenBeken runs on many chips.
    """
    chip = find_chip(info.chipset)
    if chip is None:
        raise UnsupportedError(
            f"the device has a {info.chipset}, which is not a Beken chip that bekenlab knows",
            action=Action("use-web-page"),
        )
    return chip
