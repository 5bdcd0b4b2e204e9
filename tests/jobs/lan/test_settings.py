"""Settings read from a device and put back, in spite of the firmware that would save its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bekenlab.chips import SECTOR
from bekenlab.errors import UnsupportedError
from bekenlab.jobs.lan.copies import Copies
from bekenlab.jobs.lan.settings import plan_restore, restore_settings, settings_file
from bekenlab.jobs.obk_config import ConfigFile
from bekenlab.lan.errors import NoAnswerError
from bekenlab.link.errors import VerifyFailedError
from bekenlab.openbeken.config import decode_config
from bekenlab.openbeken.settings import PinSetting
from bekenlab.secret import Secret
from lan.devices import patient_client
from lan.fake import FakeDevice
from lan.fake_firmware import Firmware

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def fake() -> Iterator[FakeDevice]:
    with FakeDevice() as device:
        yield device


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    return Copies(tmp_path, lambda: datetime(2026, 1, 2, tzinfo=UTC))


def other_settings(fake: FakeDevice, **values: Any) -> ConfigFile:
    config = fake.firmware.config.with_values({"button_long": 15} | values)
    config = config.with_pins([PinSetting(26, "Rel", 1)])
    return ConfigFile("old.bin", None, 0, config, config.encode())


def test_the_settings_of_a_device_are_those_in_its_flash(fake: FakeDevice) -> None:
    fake.firmware.config = fake.firmware.config.with_values({"wifi_ssid": Secret(b"home")})
    fake.firmware.pending = True
    device = patient_client(fake)
    device.clock.sleep(20)
    found = settings_file(device)
    assert found.config.value("wifi_ssid") == Secret(b"home")
    assert (found.chip, len(found.data)) == ("BK7231N", SECTOR)


def test_settings_are_put_back_and_survive_the_restart(fake: FakeDevice, copies: Copies) -> None:
    device = patient_client(fake)
    plan = plan_restore(device, other_settings(fake))
    assert {each.name for each in plan.differences} == {"button_long", "P26"}
    report = restore_settings(device, plan, copies)
    assert report.verified
    assert fake.firmware.config.value("button_long") == 15
    assert fake.firmware.config.pins() == (PinSetting(26, "Rel", 1),)
    assert fake.firmware.boots == 2
    assert decode_config(report.kept.read_bytes()).value("button_long") == 10


def test_counters_of_the_firmware_do_not_count(fake: FakeDevice) -> None:
    device = patient_client(fake)
    same = fake.firmware.config.with_values({"change_counter": 7, "ota_counter": 7})
    assert plan_restore(device, ConfigFile("s", None, 0, same, same.encode())).differences == ()


def test_settings_the_firmware_overwrites_are_written_again(
    fake: FakeDevice, copies: Copies
) -> None:
    """It had something to save, which nobody could know: the second restart has not."""
    device = patient_client(fake)
    plan = plan_restore(device, other_settings(fake))
    fake.firmware.ota_progress, fake.firmware.pending = 4095, True
    assert restore_settings(device, plan, copies).verified
    assert (fake.firmware.boots, fake.firmware.config.value("button_long")) == (3, 15)


def test_settings_that_never_stay_are_an_error(
    fake: FakeDevice, copies: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = patient_client(fake)
    plan = plan_restore(device, other_settings(fake))
    stubborn = Firmware.start

    def start(self: Firmware) -> None:
        stubborn(self)
        self.config = plan.now
        self._store(0x1D1000, plan.now.encode())

    monkeypatch.setattr(Firmware, "start", start)
    with pytest.raises(VerifyFailedError, match=r"button_long.* differ") as caught:
        restore_settings(device, plan, copies)
    assert "settings.bin" in caught.value.hint


def test_a_sector_that_does_not_arrive_restarts_nothing(
    fake: FakeDevice, copies: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = patient_client(fake)
    plan = plan_restore(device, other_settings(fake))
    monkeypatch.setattr(Firmware, "write", lambda *_: None)
    with pytest.raises(VerifyFailedError, match="still runs with the old"):
        restore_settings(device, plan, copies)
    assert fake.firmware.boots == 1


def test_a_new_web_password_is_used_from_then_on(fake: FakeDevice, copies: Copies) -> None:
    device = patient_client(fake)
    plan = plan_restore(device, other_settings(fake, web_password=Secret(b"neu")))
    boot = fake.firmware.start

    def start() -> None:
        boot()
        fake.password = "neu"  # noqa: S105  of the fake device

    fake.firmware.start = start  # type: ignore[method-assign]
    assert restore_settings(device, plan, copies).verified


def test_a_device_that_moves_to_another_network_is_not_expected_back(
    fake: FakeDevice, copies: Copies
) -> None:
    device = patient_client(fake)
    plan = plan_restore(device, other_settings(fake, wifi_ssid=Secret(b"elsewhere")))
    assert plan.moves
    fake.boot_seconds = 100_000
    quick = device.timeouts
    device.timeouts = type(quick)(
        **{name: getattr(quick, name) for name in quick.__slots__} | {"reboot": 20, "connect": 0.2}
    )
    assert not restore_settings(device, plan, copies).verified


def test_one_that_does_not_move_is_expected_back(fake: FakeDevice, copies: Copies) -> None:
    device = patient_client(fake)
    plan = plan_restore(device, other_settings(fake))
    fake.boot_seconds = 100_000
    quick = device.timeouts
    device.timeouts = type(quick)(
        **{name: getattr(quick, name) for name in quick.__slots__} | {"reboot": 20, "connect": 0.2}
    )
    with pytest.raises(NoAnswerError, match="did not come back"):
        restore_settings(device, plan, copies)


def test_a_device_without_a_beken_chip_is_left_alone(
    fake: FakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bekenlab.lan import device as lan_device
    from bekenlab.lan.replies import DeviceInfo

    monkeypatch.setattr(lan_device, "parse_info", lambda _: DeviceInfo("b", "BL602"))
    with pytest.raises(UnsupportedError, match="BL602"):
        settings_file(patient_client(fake))
