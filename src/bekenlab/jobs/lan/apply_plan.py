"""What giving a device its pins would change: compared first, by the device's own numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bekenlab.chips import find_chip
from bekenlab.errors import Action, BadValueError, RefusedError, UnsupportedError
from bekenlab.jobs.lan.look import chip_of, role_called, role_number, setting_of
from bekenlab.jobs.lan.settings import read_settings
from bekenlab.openbeken import lost_levels
from bekenlab.openbeken.flags import flags_from_number
from bekenlab.openbeken.settings import PinSetting, parse_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.analysis.subject import Subject
    from bekenlab.chips import Chip
    from bekenlab.lan.device import Device
    from bekenlab.lan.replies import DeviceInfo, DevicePins
    from bekenlab.openbeken.config import Config


@dataclass(frozen=True, slots=True)
class Columns:
    """What all pins do, in the device's numbers: one number a GPIO.

    Attributes:
        roles: Role.
        channels: Channel.
        seconds: Second channel.
    """

    roles: tuple[int, ...]
    channels: tuple[int, ...]
    seconds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PinChange:
    """A pin that would do something else."""

    before: PinSetting
    after: PinSetting


@dataclass(frozen=True, slots=True)
class ApplyPlan:
    """What would change on a device.

    Attributes:
        info: The device.
        chip: Its chip.
        source: Name of the file with what it is to do.
        pins: Pins that change.
        now: What all pins do.
        wanted: What they are to do.
        flags: Flags before and after; None where the file says nothing of them.
        startup: Startup command before and after; None likewise.
        left_out: What of the file makes no sense here, a sentence each.
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

    @property
    def changes(self) -> bool:
        """Whether anything would change."""
        pairs = [pair for pair in (self.flags, self.startup) if pair]
        return bool(self.pins) or any(before != after for before, after in pairs)


def plan_apply(device: Device, subject: Subject, *, any_chip: bool = False) -> ApplyPlan:
    """Compare what a file says of a device with what the device does.

    Args:
        device: The device.
        subject: The file: template, dump, report, boot log or settings.
        any_chip: Also where the file is about a device with another chip.

    Raises:
        BekenlabError: The file is damaged.
        RefusedError: It is about another chip.
        UnsupportedError: The device has no such role or pin, or no Beken chip.
        BadValueError: The startup command is too long to be sent.
    """
    if subject.problem is not None:
        raise subject.problem
    info = device.info()
    chip = chip_of(info)
    _check_chip(subject, chip, any_chip=any_chip)
    told = device.pins()
    settings = read_settings(device, chip)
    pins, left_out = parse_settings(subject.template.get("pins") or {})
    wanted = _wanted(told, pins)
    flags, odd = _flags(subject.template, settings)
    return ApplyPlan(
        info=info,
        chip=chip,
        source=subject.name,
        pins=_changes(told, wanted),
        now=Columns(told.roles, told.channels, told.seconds),
        wanted=wanted,
        flags=flags,
        startup=_startup(device, subject.template, settings),
        left_out=(*left_out, *odd, *_lost(subject)),
    )


def _lost(subject: Subject) -> tuple[str, ...]:
    """Pins that the device would drive the wrong way round."""
    if subject.pins is None:
        return ()
    return tuple(notice.message for notice in lost_levels(subject.pins))


def _check_chip(subject: Subject, chip: Chip, *, any_chip: bool) -> None:
    meant = find_chip(subject.chip) if subject.chip else None
    if any_chip or meant is None or meant.name == chip.name:
        return
    raise RefusedError(
        f"{subject.name} is about a device with {meant.name}, this one has {chip.name}",
        hint="its pins may be others: look twice",
        action=Action("take-any-chip"),
    )


def _wanted(told: DevicePins, pins: tuple[PinSetting, ...]) -> Columns:
    """Every pin that is not named is cleared: two sets of pins at once are worse than none."""
    count = len(told.roles)
    columns = [[0] * count for _ in range(3)]
    for pin in pins:
        number = role_number(told.role_names, pin.role)
        if number is None:
            raise UnsupportedError(
                f"the firmware on the device has no role {pin.role} (for P{pin.gpio})",
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


def _changes(told: DevicePins, wanted: Columns) -> tuple[PinChange, ...]:
    found = []
    for gpio in range(len(told.roles)):
        after = PinSetting(
            gpio,
            role_called(told.role_names, wanted.roles[gpio]),
            wanted.channels[gpio],
            wanted.seconds[gpio],
        )
        before = setting_of(told, gpio)
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
        return None, (f"flags {text[:20]!r} are no number; they are left as they are",)


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
