"""Plan what setting a device's pins would change, in the device's own numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bekenlab.chips import find_chip
from bekenlab.errors import Action, BadValueError, RefusedError, UnsupportedError
from bekenlab.jobs.lan.pins import chip_of, role_name, role_number, setting_of
from bekenlab.jobs.lan.settings import read_settings
from bekenlab.openbeken import lost_levels
from bekenlab.openbeken.flags import flags_from_number
from bekenlab.openbeken.settings import PinSetting, parse_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.analysis.subject import Subject
    from bekenlab.chips import Chip
    from bekenlab.errors import Notice
    from bekenlab.lan.device import Device
    from bekenlab.lan.replies import DeviceInfo, DevicePins
    from bekenlab.openbeken.config import Config


@dataclass(frozen=True, slots=True)
class Columns:
    """What all pins do, in the device's numbers: one number per GPIO.

    Attributes:
        roles: Roles.
        channels: Channels.
        second_channels: Second channels; 0 for none.
    """

    roles: tuple[int, ...]
    channels: tuple[int, ...]
    second_channels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PinChange:
    """A pin whose setting would change."""

    before: PinSetting
    after: PinSetting


@dataclass(frozen=True, slots=True)
class ApplyPlan:
    """What would change on a device.

    Attributes:
        info: The device.
        chip: Its chip.
        source: Name of the file with the new settings.
        pins: Pins that change.
        now: What all pins do now.
        wanted: What they are to do.
        flags: Flags before and after; None if the file does not mention them.
        startup: Startup command before and after; None if the file has none.
        left_out: Settings in the file that cannot be applied, one sentence each.
        notices: Warnings about the pins in the file.
    """

    info: DeviceInfo
    chip: Chip
    source: str
    pins: tuple[PinChange, ...]
    now: Columns
    wanted: Columns
    flags: tuple[frozenset[int], frozenset[int]] | None
    startup: tuple[str, str] | None
    left_out: tuple[str, ...]
    notices: tuple[Notice, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything would change."""
        pairs = [pair for pair in (self.flags, self.startup) if pair]
        return bool(self.pins) or any(before != after for before, after in pairs)


def plan_apply(device: Device, subject: Subject, *, any_chip: bool = False) -> ApplyPlan:
    """Compare the settings in a file with those of a device.

    Args:
        device: The device.
        subject: The file: template, dump, report, boot log or settings.
        any_chip: Accept a file for a device with another chip.

    Raises:
        BekenlabError: The file is damaged.
        RefusedError: It is for another chip.
        UnsupportedError: The device lacks a role or pin, or has no Beken chip.
        BadValueError: The startup command is too long to be sent.
    """
    if subject.problem is not None:
        raise subject.problem
    info = device.info()
    chip = chip_of(info)
    _check_chip(subject, chip, any_chip=any_chip)
    current = device.pins()
    settings = read_settings(device, chip)
    pins, left_out = parse_settings(subject.template.get("pins") or {})
    wanted = _wanted(current, pins)
    flags, odd = _flags(subject.template, settings)
    return ApplyPlan(
        info=info,
        chip=chip,
        source=subject.name,
        pins=_changes(current, wanted),
        now=Columns(current.roles, current.channels, current.second_channels),
        wanted=wanted,
        flags=flags,
        startup=_startup(device, subject.template, settings),
        left_out=(*left_out, *odd, *_lost(subject)),
        notices=subject.pins.notices if subject.pins is not None else subject.notices,
    )


def _lost(subject: Subject) -> tuple[str, ...]:
    """Pins that the device would drive with the wrong active level."""
    if subject.pins is None:
        return ()
    return tuple(notice.message for notice in lost_levels(subject.pins))


def _check_chip(subject: Subject, chip: Chip, *, any_chip: bool) -> None:
    meant = find_chip(subject.chip) if subject.chip else None
    if any_chip or meant is None or meant.name == chip.name:
        return
    raise RefusedError(
        f"{subject.name} is for a device with {meant.name}, but this one has {chip.name}",
        hint="its pins may be different: check carefully",
        action=Action("take-any-chip"),
    )


def _wanted(current: DevicePins, pins: tuple[PinSetting, ...]) -> Columns:
    """All pins as they are to be; those not named are cleared, as mixed settings are worse."""
    count = len(current.roles)
    columns = [[0] * count for _ in range(3)]
    for pin in pins:
        number = role_number(current.role_names, pin.role)
        if number is None:
            raise UnsupportedError(
                f"the firmware on the device does not know the role {pin.role} (for P{pin.gpio})",
                action=Action("update-device"),
            )
        if pin.gpio >= count:
            raise UnsupportedError(
                f"the device has no P{pin.gpio}; its pins are P0 to P{count - 1}"
            )
        for column, value in zip(columns, (number, pin.channel, pin.channel2), strict=True):
            column[pin.gpio] = value
    roles, channels, seconds = (tuple(column) for column in columns)
    return Columns(roles, channels, seconds)


def _changes(current: DevicePins, wanted: Columns) -> tuple[PinChange, ...]:
    found = []
    for gpio in range(len(current.roles)):
        after = PinSetting(
            gpio,
            role_name(current.role_names, wanted.roles[gpio]),
            wanted.channels[gpio],
            wanted.second_channels[gpio],
        )
        before = setting_of(current, gpio)
        if before != after:
            found.append(PinChange(before, after))
    return tuple(found)


def _flags(
    template: Mapping[str, Any], settings: Config
) -> tuple[tuple[frozenset[int], frozenset[int]] | None, tuple[str, ...]]:
    text = str(template.get("flags") or "").strip()
    now = settings.value("flags")
    if not text or not isinstance(now, frozenset):
        return None, ()
    try:
        return (now, flags_from_number(int(text))), ()
    except ValueError:
        return None, (f"flags {text[:20]!r} are not a number; the device's flags do not change",)


def _startup(
    device: Device, template: Mapping[str, Any], settings: Config
) -> tuple[str, str] | None:
    if not isinstance(template.get("command"), str):
        return None
    wanted = template["command"].replace("\r\n", "\n").strip()
    if not device.fits_startup_command(wanted):
        raise BadValueError(
            f"the startup command has {len(wanted)} characters, too many for one request",
            action=Action("restore-configuration"),
        )
    return str(settings.value("startup_command")), wanted
