"""Set a device's pins, flags and startup command, and read them back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.errors import Action
from bekenlab.events import EventSink, Message, ignore
from bekenlab.jobs.lan.apply_plan import Columns
from bekenlab.jobs.lan.restart import restart
from bekenlab.jobs.lan.settings import read_settings
from bekenlab.link.errors import VerifyFailedError
from bekenlab.openbeken.flags import flags_to_number

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.jobs.lan.apply_plan import ApplyPlan
    from bekenlab.jobs.lan.copies import Copies
    from bekenlab.lan.device import Device
    from bekenlab.openbeken.config import Config

_JOB = "apply"


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What was changed.

    Attributes:
        plan: What was planned; all of it was read back.
        kept: File with the previous settings.
        restarted: Whether it was restarted. Drivers and the startup command only start then.
    """

    plan: ApplyPlan
    kept: Path
    restarted: bool


def apply(
    device: Device,
    plan: ApplyPlan,
    copies: Copies,
    *,
    reboot: bool = True,
    events: EventSink = ignore,
) -> ApplyReport:
    """Carry out a plan.

    A copy of the current settings is kept first. Everything is read back twice: from the running
    firmware and, once saved, from the sector in flash.

    Args:
        device: The device.
        plan: What to do.
        copies: Keeps the previous settings.
        reboot: Restart it, so that drivers and the startup command start.
        events: Receives events.

    Raises:
        VerifyFailedError: The device does not have the planned settings in the end.
        BekenlabError: It refuses, or no longer answers.
    """
    settings = read_settings(device, plan.chip)
    kept = copies.keep(str(device.host), "settings", settings.encode())
    events(Message(_JOB, "kept", f"its current settings are kept in {kept}"))
    carry_out(device, plan, reboot=reboot, events=events)
    return ApplyReport(plan, kept, restarted=reboot)


def carry_out(
    device: Device, plan: ApplyPlan, *, reboot: bool = True, events: EventSink = ignore
) -> None:
    """Change and verify what is planned, without keeping a copy; errors as for ``apply``."""
    _set_pins(device, plan)
    if plan.flags and plan.flags[0] != plan.flags[1]:
        device.command(f"Flags {flags_to_number(plan.flags[1])}")
    if plan.startup and plan.startup[0] != plan.startup[1]:
        device.set_startup_command(plan.startup[1])
    _check_pins(device, plan)
    if reboot:
        restart(device, _JOB, seconds=device.timeouts.reboot, events=events)
        _check_pins(device, plan)
    _check_settings(device, plan)


def _set_pins(device: Device, plan: ApplyPlan) -> None:
    """Set roles and channels in one request, which has no field for second channels."""
    now, wanted = plan.now, plan.wanted
    if (now.roles, now.channels) != (wanted.roles, wanted.channels):
        device.set_pins(wanted.roles, wanted.channels)
    for gpio, second in enumerate(wanted.second_channels):
        if second != now.second_channels[gpio]:
            device.command(f"SetPinChannel {gpio} {wanted.channels[gpio]} {second}")


def _check_pins(device: Device, plan: ApplyPlan) -> None:
    pins = device.pins()
    has = Columns(pins.roles, pins.channels, pins.second_channels)
    wrong = _differing(has, plan.wanted)
    if wrong:
        raise VerifyFailedError(
            f"the device did not apply all pins: {', '.join(wrong)} differ",
            hint="try again; if that does not help, this firmware lacks these roles or pins",
        )


def _check_settings(device: Device, plan: ApplyPlan) -> None:
    """Wait for the firmware to save, within a second or two, and check the sector."""
    deadline = device.clock.now() + device.timeouts.save
    while True:
        wrong = _unsaved(read_settings(device, plan.chip), plan)
        if not wrong:
            return
        if device.clock.now() > deadline:
            raise VerifyFailedError(
                f"the device has not saved {', '.join(wrong)}",
                action=Action("look-at-pins"),
            )
        device.clock.sleep(device.timeouts.poll)


def _unsaved(settings: Config, plan: ApplyPlan) -> list[str]:
    columns = (settings.value(name) for name in ("pin_roles", "pin_channels", "pin_channels2"))
    count = len(plan.wanted.roles)
    saved = Columns(*(tuple(map(int, c[:count])) for c in columns if isinstance(c, tuple)))
    wrong = _differing(saved, plan.wanted)
    if plan.flags and settings.value("flags") != plan.flags[1]:
        wrong.append("flags")
    if plan.startup and settings.value("startup_command") != plan.startup[1]:
        wrong.append("startup command")
    return wrong


def _differing(has: Columns, wanted: Columns) -> list[str]:
    rows = zip(has.roles, has.channels, has.second_channels, strict=True)
    meant = zip(wanted.roles, wanted.channels, wanted.second_channels, strict=True)
    return [f"P{gpio}" for gpio, (a, b) in enumerate(zip(rows, meant, strict=True)) if a != b]
