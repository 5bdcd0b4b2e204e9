"""A device gets its pins from a template: planned, kept, set, read back, saved, restarted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bekenlab.analysis.subject import read_subject
from bekenlab.cli.wording import wording
from bekenlab.errors import BadValueError, FileAccessError, RefusedError, UnsupportedError
from bekenlab.events import Event, Message
from bekenlab.jobs.lan.apply import apply
from bekenlab.jobs.lan.apply_plan import ApplyPlan, plan_apply
from bekenlab.jobs.lan.copies import Copies
from bekenlab.link.errors import VerifyFailedError
from bekenlab.openbeken.config import decode_config
from bekenlab.openbeken.settings import PinSetting
from bekenlab.samples import build_sample
from lan.devices import patient_client
from lan.fake import FakeDevice
from lan.fake_firmware import Firmware

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLUG = {
    "chip": "BK7231N",
    "pins": {"26": "Rel;1", "10": "Btn;1;2", "8": "WifiLED_n;0"},
    "flags": "1156",
    "command": 'startDriver NTP\r\naddEventHandler OnClick 10 "Power TOGGLE"',
}
STARTUP = 'startDriver NTP\naddEventHandler OnClick 10 "Power TOGGLE"'


@pytest.fixture
def fake() -> Iterator[FakeDevice]:
    with FakeDevice() as device:
        device.firmware.set_pin(6, role=7, channel=3, channel2=9)
        patient_client(device).clock.sleep(5)  # it saves
        yield device


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    return Copies(tmp_path / "kept", lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))


def planned(fake: FakeDevice, folder: Path, template: dict[str, Any], **more: Any) -> ApplyPlan:
    (folder / "template.json").write_text(json.dumps(template))
    return plan_apply(patient_client(fake), read_subject(folder / "template.json"), **more)


def test_a_plan_says_what_changes_and_changes_nothing(fake: FakeDevice, tmp_path: Path) -> None:
    before = bytes(fake.firmware.flash)
    plan = planned(fake, tmp_path, PLUG)
    assert {change.after.gpio: change.after.text for change in plan.pins} == {
        6: "None;0",
        8: "WifiLED_n;0",
        10: "Btn;1;2",
        26: "Rel;1",
    }
    assert plan.flags == (frozenset({10}), frozenset({2, 7, 10}))
    assert plan.startup == ("", STARTUP)
    assert {request.split()[0] for request in fake.requests} == {"GET"}
    assert fake.firmware.flash[:0x1D1000] == before[:0x1D1000]


def test_the_device_has_it_all_saved_it_and_restarted(
    fake: FakeDevice, tmp_path: Path, copies: Copies
) -> None:
    plan = planned(fake, tmp_path, PLUG)
    events: list[Event] = []
    report = apply(patient_client(fake), plan, copies, events=events.append)
    stored = decode_config(bytes(fake.firmware.flash[0x1D1000:0x1D2000]))
    assert stored.pins() == (
        PinSetting(8, "WifiLED_n"),
        PinSetting(10, "Btn", 1, 2),
        PinSetting(26, "Rel", 1),
    )
    assert stored.value("flags") == frozenset({2, 7, 10})
    assert stored.value("startup_command") == STARTUP
    assert (report.restarted, fake.firmware.boots) == (True, 2)
    kept = decode_config(report.kept.read_bytes())
    assert kept.pins() == (PinSetting(6, "PWM", 3, 9),), "what it was before"
    assert report.kept.name == f"127.0.0.1-{fake.port}-20260102-030405-settings.bin"
    assert report.kept.stat().st_mode & 0o077 == 0, "it holds passwords"
    assert [event.code for event in events if isinstance(event, Message)] == ["kept", "restarted"]


def test_without_a_restart_it_waits_until_the_firmware_has_saved(
    fake: FakeDevice, tmp_path: Path, copies: Copies
) -> None:
    report = apply(patient_client(fake), planned(fake, tmp_path, PLUG), copies, reboot=False)
    assert (report.restarted, fake.firmware.boots) == (False, 1)
    assert decode_config(bytes(fake.firmware.flash[0x1D1000:0x1D2000])).value("flags") == frozenset(
        {2, 7, 10}
    )


def test_a_second_time_there_is_nothing_to_do(
    fake: FakeDevice, tmp_path: Path, copies: Copies
) -> None:
    apply(patient_client(fake), planned(fake, tmp_path, PLUG), copies, reboot=False)
    assert not planned(fake, tmp_path, PLUG).changes


def test_what_the_template_does_not_mention_stays(fake: FakeDevice, tmp_path: Path) -> None:
    fake.firmware.set_startup("startDriver SSDP")
    plan = planned(fake, tmp_path, {"pins": PLUG["pins"]})
    assert (plan.flags, plan.startup) == (None, None)


def test_a_dump_gives_a_device_its_pins(fake: FakeDevice, tmp_path: Path, copies: Copies) -> None:
    (tmp_path / "plug.bin").write_bytes(build_sample())
    plan = plan_apply(patient_client(fake), read_subject(tmp_path / "plug.bin"))
    apply(patient_client(fake), plan, copies, reboot=False)
    roles, channels, _ = fake.firmware.columns()
    names = fake.firmware.role_names
    assert (names[roles[26]], channels[26], names[roles[8]]) == ("Rel", 1, "WifiLED_n")


def test_numbers_of_roles_are_the_devices_own(
    fake: FakeDevice, tmp_path: Path, copies: Copies
) -> None:
    names = fake.firmware.role_names
    names[1], names[98] = names[98], names[1]
    plan = planned(fake, tmp_path, {"pins": {"26": "Rel;1"}})
    apply(patient_client(fake), plan, copies, reboot=False)
    assert fake.firmware.columns()[0][26] == 98


def test_a_role_the_firmware_has_not_got_stops_it_before_anything_is_changed(
    fake: FakeDevice, tmp_path: Path
) -> None:
    del fake.firmware.role_names[89:]
    with pytest.raises(UnsupportedError, match="does not know the role Btn_pd"):
        planned(fake, tmp_path, {"pins": {"26": "Btn_pd;1"}})
    with pytest.raises(UnsupportedError, match="no P40"):
        planned(fake, tmp_path, {"pins": {"40": "Rel;1"}})
    assert {request.split()[0] for request in fake.requests} == {"GET"}


def test_a_template_of_another_chip_is_refused_unless_asked(
    fake: FakeDevice, tmp_path: Path
) -> None:
    other = {**PLUG, "chip": "BK7231T"}
    with pytest.raises(RefusedError, match=r"BK7231T, but this one has BK7231N"):
        planned(fake, tmp_path, other)
    assert planned(fake, tmp_path, other, any_chip=True).changes


def test_a_startup_command_too_long_to_be_sent_is_refused_with_a_way_out(
    fake: FakeDevice, tmp_path: Path
) -> None:
    with pytest.raises(BadValueError, match="1200 characters") as caught:
        planned(fake, tmp_path, {**PLUG, "command": "x" * 1200})
    assert "config restore" in caught.value.advice(wording)


def test_odd_entries_are_left_out_and_named(fake: FakeDevice, tmp_path: Path) -> None:
    plan = planned(fake, tmp_path, {"pins": {"26": "Warp;1", "8": "Rel;1"}, "flags": "many"})
    assert [change.after.gpio for change in plan.pins] == [6, 8]
    assert len(plan.left_out) == 2


def test_nothing_is_changed_when_the_settings_cannot_be_kept(
    fake: FakeDevice, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    copies = Copies(tmp_path / "file", lambda: datetime.now(UTC))
    with pytest.raises(FileAccessError, match="cannot be written"):
        apply(patient_client(fake), planned(fake, tmp_path, PLUG), copies)
    assert {request.split()[0] for request in fake.requests} == {"GET"}


def test_a_device_that_does_not_do_it_is_found_out(
    fake: FakeDevice, tmp_path: Path, copies: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(fake, tmp_path, PLUG)
    monkeypatch.setattr(Firmware, "set_pin", lambda *_, **__: None)
    with pytest.raises(VerifyFailedError, match="P6, P8, P10, P26 differ"):
        apply(patient_client(fake), plan, copies)


def test_a_device_that_does_not_save_is_found_out(
    fake: FakeDevice, tmp_path: Path, copies: Copies
) -> None:
    """After an upload it saves nothing until it restarts."""
    plan = planned(fake, tmp_path, PLUG)
    fake.firmware.ota_progress = 4095
    device = patient_client(fake)
    with pytest.raises(VerifyFailedError, match="has not saved"):
        apply(device, plan, copies, reboot=False)
    assert apply(device, plan, copies).restarted, "with a restart it does"
