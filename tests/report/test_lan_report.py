"""What is told of devices on the network: within 80 columns, without secrets, printable."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console, RenderableType

from bekenlab.analysis.subject import read_subject
from bekenlab.jobs.lan.apply import ApplyReport, apply
from bekenlab.jobs.lan.apply_plan import plan_apply
from bekenlab.jobs.lan.backup import backup
from bekenlab.jobs.lan.copies import Copies
from bekenlab.jobs.lan.ota import OtaReport, plan_ota
from bekenlab.jobs.lan.ota_file import read_ota
from bekenlab.jobs.lan.pins import PinsReport, read_pins
from bekenlab.jobs.lan.scan import FoundDevice, ScanReport, parse_networks
from bekenlab.jobs.lan.settings import RestoreReport, plan_restore
from bekenlab.jobs.obk_config import ConfigFile
from bekenlab.lan.address import Host
from bekenlab.lan.replies import CommandReply, DeviceInfo
from bekenlab.report import lan_changes, lan_json, lan_text
from bekenlab.secret import Secret
from lan.devices import NEW_BUILD, package, patient_client
from lan.fake import FakeDevice
from lan.fake_firmware import BUILD

if TYPE_CHECKING:
    from collections.abc import Iterator

INFO = DeviceInfo(
    build=BUILD,
    chipset="BK7231N",
    short_name="obk59A1B2C3",
    mac="3C:0B:59:A1:B2:C3",
    uptime=200_000,
    flags=1 << 10,
    mqtt_host="broker:1883",
    mqtt_topic="obk59A1B2C3",
    startup_command="startDriver NTP\nPassword1 geheim123",
)
SECRETS = ("geheim123", "59A1B2C3", "A1:B2:C3", "a1:b2:c3", "heimnetz")


@pytest.fixture
def fake() -> Iterator[FakeDevice]:
    with FakeDevice() as device:
        device.firmware.set_startup("Password1 geheim123")
        device.firmware.set_pin(10, role=3, channel=1, channel2=2)
        patient_client(device).clock.sleep(5)
        yield device


def shown(text: RenderableType) -> str:
    out = io.StringIO()
    Console(file=out, width=80).print(text)
    found = out.getvalue()
    assert max(len(line.rstrip()) for line in found.splitlines()) <= 80
    assert [secret for secret in SECRETS if secret in found] == []
    return " ".join(found.split())


def plain(value: dict[str, Any]) -> dict[str, Any]:
    assert [secret for secret in SECRETS if secret in json.dumps(value)] == []
    return value


def test_who_a_device_is() -> None:
    text = shown(lan_text.device_text(INFO))
    for words in ("obkxxxxxxxx", "OpenBeken 1.18.300", "3c:0b:59:xx:xx:xx", "2 d 7 h",
                  "broker:1883", "10 mqtt-state-on-connect", "Password1 <redacted>"):  # fmt: skip
        assert words in text
    told = plain(lan_json.info_json(INFO))
    assert told["flags_low"] == [{"number": 10, "name": "mqtt-state-on-connect"}]
    assert lan_json.info_json(INFO, show_secrets=True)["mac"] == "3c:0b:59:a1:b2:c3"
    bare = DeviceInfo(build="x", chipset="BK7231T", mac="59A1B2C3 is no address")
    text = shown(lan_text.device_text(bare))
    assert "not known" in text
    assert "none of the first 32" in text


@pytest.mark.parametrize(
    ("seconds", "text"), [(5, "5 s"), (65, "1 min"), (7300, "2 h 1 min"), (90000, "1 d 1 h")]
)
def test_how_long_it_runs(seconds: int, text: str) -> None:
    assert lan_text.duration(seconds) == text


def test_what_a_scan_found() -> None:
    networks = parse_networks(["192.168.1.0/24"])
    found = (FoundDevice(Host("192.168.1.4"), INFO), FoundDevice(Host("192.168.1.5"), None))
    report = ScanReport(networks, 254, found)
    text = shown(lan_text.scan_text(report))
    assert "192.168.1.4 obkxxxxxxxx BK7231N 1.18.300 3c:0b:59:xx:xx:xx" in text
    assert "192.168.1.5 requires a password" in text
    told = plain(lan_json.scan_json(report))
    assert [(each["host"], each["locked"]) for each in told["devices"]] == [
        ("192.168.1.4", False),
        ("192.168.1.5", True),
    ]
    nothing = shown(lan_text.scan_text(ScanReport(networks, 254, ())))
    assert nothing == "no OpenBeken device among 254 addresses of 192.168.1.0/24"


def test_pins_and_answers(fake: FakeDevice) -> None:
    report = read_pins(patient_client(fake))
    assert "P10 Btn 1 2 0" in shown(lan_text.pins_text(report))
    [pin] = lan_json.pins_json(report)["pins"]
    assert pin == {"gpio": 10, "role": "Btn", "channel": 1, "channel2": 2, "state": 0}
    assert "none of the 29 pins" in shown(lan_text.pins_text(PinsReport(29, ())))
    assert shown(lan_text.command_text(CommandReply("OK", None, "{x"))) == "OK {x"
    assert shown(lan_text.command_text(CommandReply("OK", {"a": 1}, ""))) == '{ "a": 1 }'
    assert lan_json.command_json(CommandReply("OK", [1], "[1]"))["answer"] == [1]


def test_what_apply_would_do_and_did(fake: FakeDevice, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(
        '{"pins": {"26": "Rel;1", "8": "Warp;1"}, "flags": "4", "command": ""}'
    )
    device = patient_client(fake)
    plan = plan_apply(device, read_subject(tmp_path / "t.json"))
    text = shown(lan_changes.apply_plan_text(plan))
    for words in ("P10 Btn;1;2 -", "P26 - Rel;1", "Startup Password1 <redacted> (empty)"):
        assert words in text
    assert "Flags 10 mqtt-state-on-connect 2 mqtt-self-state" in text
    assert "warning:" in text
    told = plain(lan_changes.apply_plan_json(plan))
    assert (told["changes"], told["flags"]) == (True, {"before": [10], "after": [2]})
    report = apply(device, plan, Copies(tmp_path, lambda: datetime.now(UTC)), reboot=False)
    assert "no: drivers" in shown(lan_changes.apply_text(report))
    assert "Restarted yes" in shown(lan_changes.apply_text(ApplyReport(plan, Path("x"), True)))  # noqa: FBT003
    again = plan_apply(device, read_subject(tmp_path / "t.json"))
    assert "already has these settings" in shown(lan_changes.apply_plan_text(again))


def test_what_a_restore_would_do_and_did(fake: FakeDevice) -> None:
    config = fake.firmware.config.with_values({"wifi_ssid": Secret(b"heimnetz"), "button_long": 9})
    plan = plan_restore(patient_client(fake), ConfigFile("c.bin", None, 0, config, config.encode()))
    text = shown(lan_changes.restore_plan_text(plan, "c.bin"))
    assert "button_long 10 9" in text
    assert "may leave this network" in text
    told = plain(lan_changes.restore_plan_json(plan))
    assert (told["same"], told["moves"]) == (False, True)
    done = RestoreReport(plan, Path("kept.bin"), verified=True)
    assert "runs with them" in shown(lan_changes.restore_text(done))
    unseen = RestoreReport(plan, Path("kept.bin"), verified=False)
    assert "has not come back" in shown(lan_changes.restore_text(unseen))


def test_what_an_update_would_do_and_did(fake: FakeDevice, tmp_path: Path) -> None:
    (tmp_path / "x.rbl").write_bytes(package())
    fake.firmware.put_files({"autoexec.bat": ""})
    fake.firmware.build = NEW_BUILD
    plan = plan_ota(patient_client(fake), read_ota(tmp_path / "x.rbl"))
    text = shown(lan_changes.ota_plan_text(plan))
    for words in (
        "OpenBeken 1.18.999 for BK7231N",
        "20 of 664 KiB",
        "1, read first",
        "! same-build",
    ):
        assert words in text
    told = plain(lan_changes.ota_plan_json(plan))
    assert (told["files"], told["address"], told["build"]) == (1, "0x12a000", NEW_BUILD)
    done = OtaReport(plan, plan.info, (Path("a.bin"), Path("b.bin")), files_restored=True)
    assert "Files restored Kept a.bin Kept b.bin" in shown(lan_changes.ota_text(done))


def test_what_a_backup_holds(fake: FakeDevice, tmp_path: Path) -> None:
    report = backup(
        patient_client(fake),
        tmp_path / "plug",
        parts=["config", "filesystem"],
        now=lambda: datetime.now(UTC),
    )
    text = shown(lan_changes.backup_text(report))
    assert "config.bin 0x1D1000 4 KiB" in text
    assert "! no-filesystem" in text
    told = plain(lan_changes.backup_json(report))
    assert [(part["name"], part["start"]) for part in told["parts"]] == [("config", "0x1d1000")]
