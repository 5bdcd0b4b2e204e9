"""A device's settings: read and write their sector over the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.events import EventSink, Message, ignore
from bekenlab.jobs.lan.pins import chip_of
from bekenlab.jobs.lan.restart import await_restart
from bekenlab.jobs.obk_config import ConfigFile
from bekenlab.lan.errors import NoAnswerError, WebPasswordError
from bekenlab.link.errors import VerifyFailedError
from bekenlab.openbeken.config import Config, decode_config
from bekenlab.openbeken.config.edit import Difference, compare_configs
from bekenlab.secret import Secret

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.chips import Chip
    from bekenlab.jobs.lan.copies import Copies
    from bekenlab.lan.device import Device
    from bekenlab.lan.replies import DeviceInfo
    from bekenlab.openbeken.config import Value

_JOB = "config-restore"
_OWN = frozenset({"version", "change_counter", "ota_counter"})
"""Fields that OpenBeken counts or sets itself."""

_NETWORK = frozenset(
    {
        "wifi_ssid",
        "wifi_password",
        "wifi_ssid2",
        "wifi_password2",
        "static_ip",
        "static_mask",
        "static_gateway",
        "web_server_off",
    }
)
"""Fields that decide at which address the device can be reached."""

_ATTEMPTS = 2
_SAVED = 2.0  # seconds after which the firmware has saved a change


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What restoring settings would do.

    Attributes:
        info: The device.
        chip: Its chip.
        now: Its current settings.
        wanted: Its settings after that.
        differences: Differences between the two.
    """

    info: DeviceInfo
    chip: Chip
    now: Config
    wanted: Config
    differences: tuple[Difference, ...]

    @property
    def moves(self) -> bool:
        """Whether the device may leave this network, or change its address."""
        return any(each.name in _NETWORK for each in self.differences)


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What restoring settings did.

    Attributes:
        plan: What was planned.
        kept: File with the previous settings.
        verified: Whether it was seen running with the new ones; False if it left the network.
    """

    plan: RestorePlan
    kept: Path
    verified: bool


def read_settings(device: Device, chip: Chip) -> Config:
    """Read the settings from flash, where the firmware saves a change within a second or two.

    Raises:
        NoConfigError: They are missing or damaged.
    """
    return decode_config(device.read_flash(chip.config_address, SECTOR), chip.name)


def settings_file(device: Device) -> ConfigFile:
    """Read the settings, as if from a file.

    Raises:
        UnsupportedError: The device has no Beken chip.
    """
    chip = chip_of(device.info())
    data = device.read_flash(chip.config_address, SECTOR)
    return ConfigFile(str(device.host), chip.name, 0, decode_config(data, chip.name), data)


def plan_restore(device: Device, file: ConfigFile) -> RestorePlan:
    """Compare the settings in a file with those of a device."""
    info = device.info()
    chip = chip_of(info)
    now = read_settings(device, chip)
    wanted = decode_config(file.config.encode(), chip.name)
    return RestorePlan(info, chip, now, wanted, _meant(compare_configs(now, wanted)))


def restore_settings(
    device: Device, plan: RestorePlan, copies: Copies, *, events: EventSink = ignore
) -> RestoreReport:
    """Replace a device's settings, and restart it with them.

    The sector is written and verified while the firmware still runs with the old settings, which it
    must not save again: see ``Device.keeping_sector``. If it does so anyway, the sector is written
    again, as a device that has just restarted has nothing to save.

    Raises:
        VerifyFailedError: The device does not have the new settings in the end.
        NoAnswerError: It did not come back, although it should have.
    """
    now = read_settings(device, plan.chip)
    kept = copies.keep(str(device.host), "settings", now.encode())
    events(Message(_JOB, "kept", f"its current settings are kept in {kept}"))
    left: tuple[Difference, ...] = ()
    for _ in range(_ATTEMPTS):
        try:
            _write(device, plan, events)
        except NoAnswerError:
            if plan.moves:
                return RestoreReport(plan, kept, verified=False)
            raise
        except WebPasswordError:
            left = plan.differences  # it came back with the old one
            continue
        seen = device.with_password(_web_password(plan.wanted))
        left = _missing(plan.wanted, read_settings(seen, plan.chip))
        if not left:
            return RestoreReport(plan, kept, verified=True)
    names = ", ".join(each.name for each in left)
    raise VerifyFailedError(
        f"the device came back without the new settings: {names} differ",
        hint=f"the old ones are kept in {kept}; try again, or write the new ones over UART",
    )


def _write(device: Device, plan: RestorePlan, events: EventSink) -> None:
    place, sector = plan.chip.config_address, plan.wanted.encode()
    # Earlier changes must be saved before this, not after.
    device.clock.sleep(_SAVED)
    with device.keeping_sector(place, sector):
        _await_sector(device, place, sector)
        events(Message(_JOB, "written", "settings written and verified; the device restarts"))
        before, asked = device.info().uptime, device.clock.now()
        device.reboot()
        seen = device.with_password(_web_password(plan.wanted))
        await_restart(seen, _JOB, before, asked, seconds=device.timeouts.reboot, events=events)


def _await_sector(device: Device, place: int, sector: bytes) -> None:
    deadline = device.clock.now() + device.timeouts.save
    while device.read_flash(place, SECTOR) != sector:
        if device.clock.now() > deadline:
            raise VerifyFailedError(
                "the settings did not reach flash; the device still runs with the old ones",
                hint="restart the device and try again",
            )
        device.clock.sleep(device.timeouts.poll)


def _web_password(config: Config) -> Secret | None:
    """The web password in the settings; None without one."""
    value = config.value("web_password") if "web_password" in config.layout.fields else None
    return value if isinstance(value, Secret) and len(value) else None


def _meant(differences: tuple[Difference, ...]) -> tuple[Difference, ...]:
    return tuple(each for each in differences if each.name not in _OWN)


def _missing(wanted: Config, now: Config) -> tuple[Difference, ...]:
    """Wanted settings that a device lacks; for empty ones, the firmware may set its default."""
    return tuple(
        each
        for each in _meant(compare_configs(wanted, now))
        if each.left is not None and not _is_nothing(each.left)
    )


def _is_nothing(value: Value) -> bool:
    plain = value.reveal() if isinstance(value, Secret) else value
    return not any(plain) if isinstance(plain, tuple) else not plain
