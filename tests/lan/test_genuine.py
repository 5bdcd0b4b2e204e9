"""The client against genuine OpenBeken in the virtual air: no sockets, the same each time."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from air_devices import OBK_N, OBK_T, AirDevice, connected
from bekenlab.analysis.subject import read_subject
from bekenlab.chips import chip as chip_named
from bekenlab.jobs.lan.apply import apply
from bekenlab.jobs.lan.apply_plan import plan_apply
from bekenlab.jobs.lan.backup import backup
from bekenlab.jobs.lan.copies import Copies
from bekenlab.jobs.lan.pins import read_pins
from bekenlab.jobs.lan.settings import read_settings
from bekenlab.lan.errors import DeviceRefusedError
from bekenlab.openbeken.settings import PinSetting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STARTUP = 'startDriver NTP\naddEventHandler OnClick 10 "Power TOGGLE"'
PLUG = {
    "pins": {"26": "Rel;1", "10": "Btn;1;2", "8": "WifiLED_n;0"},
    "flags": "1156",
    "command": STARTUP,
}
PINS = (PinSetting(8, "WifiLED_n"), PinSetting(10, "Btn", 1, 2), PinSetting(26, "Rel", 1))


@pytest.fixture(scope="module", params=[OBK_N, OBK_T], ids=["N", "T"])
def device(request: pytest.FixtureRequest) -> Iterator[AirDevice]:
    """Started once for all tests; each takes it as the one before has left it."""
    made = connected(request.param)
    yield made
    made.chip.close()


def test_it_says_who_it_is(device: AirDevice) -> None:
    info = device.client().info()
    assert info.chipset == device.chip.source.chip
    assert info.version == "1.18.300"
    assert info.ip == device.address


def test_commands_run_and_unknown_ones_are_refused(device: AirDevice) -> None:
    client = device.client()
    client.command("ShortName lamp")
    assert client.info().short_name == "lamp"
    with pytest.raises(DeviceRefusedError):
        client.command("NoSuchCommand 1")


def test_pins_are_set_saved_and_there_after_the_restart(device: AirDevice, tmp_path: Path) -> None:
    template = tmp_path / "template.json"
    template.write_text(json.dumps(PLUG | {"chip": device.chip.source.chip}))
    copies = Copies(tmp_path / "kept", lambda: datetime(2026, 1, 2, tzinfo=UTC))
    client = device.client()
    before = device.chip.power_ups
    report = apply(client, plan_apply(client, read_subject(template)), copies)
    assert report.restarted
    assert device.chip.power_ups == before + 1
    states = {each.setting.gpio: each.setting for each in read_pins(client).pins}
    assert {gpio: setting.role for gpio, setting in states.items()} == {
        8: "WifiLED_n",
        10: "Btn",
        26: "Rel",
    }
    stored = read_settings(client, chip_named(device.chip.source.chip))
    assert stored.pins() == PINS
    assert stored.value("startup_command") == STARTUP


def test_a_pin_moves_by_command(device: AirDevice) -> None:
    client = device.client()
    for level in (1, 0):
        client.command(f"SetChannel 1 {level}")
        device.runner.run(0.1)
        assert next(row.level for row in device.chip.gpio() if row.gpio == 26) == level


def test_a_backup_has_the_bytes_of_flash(device: AirDevice, tmp_path: Path) -> None:
    report = backup(
        device.client(),
        tmp_path / "kept",
        parts=("config", "rf"),
        now=lambda: datetime(2026, 1, 2, tzinfo=UTC),
    )
    flash = device.chip._machine.flash
    assert {part.name for part in report.parts} == {"config", "rf"}
    for part in report.parts:
        assert part.start is not None
        content = (report.folder / part.file).read_bytes()
        assert content == flash[part.start : part.start + part.size]
