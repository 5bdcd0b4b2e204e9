"""Configurations in files: made, edited, compared; and taken by OpenBeken itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bekenlab.analysis.boot import boot
from bekenlab.analysis.boot_model import BootOptions
from bekenlab.analysis.boot_stop import BootStop
from bekenlab.analysis.subject import read_subject
from bekenlab.chips import chip
from bekenlab.errors import BadValueError, RefusedError, UnsupportedError
from bekenlab.image import read_image
from bekenlab.jobs.obk_config import edit_config, read_config
from bekenlab.openbeken.config import new_config
from bekenlab.openbeken.config.edit import Changes, compare_configs, make_config
from bekenlab.openbeken.settings import PinSetting
from bekenlab.samples import build_sample
from bekenlab.secret import Secret
from shared import dump

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.openbeken.config import Value

UNIQUE = bytes(4)
REAL = "openbk7231t-qio-1.18.300-mathdemo-obkstartupcommand-tuyamcu"
TEMPLATE = {
    "chip": "BK7231T",
    "pins": {"P26": "relay;1", "10": "Btn;1;2", "8": "Buzzer;1"},
    "flags": "5120",
    "command": "startDriver NTP\r\nstartDriver BL0942",
}


@pytest.mark.parametrize("name", ["BK7231N", "BK7231T"])
def test_openbeken_takes_a_configuration_made_here(name: str) -> None:
    secrets: dict[str, Value] = {
        "wifi_ssid": Secret(b"test-net"),
        "wifi_password": Secret(b"test-password"),
    }
    values: dict[str, Value] = {
        **secrets,
        "startup_command": "echo told-at-start",
        "mqtt_host": "broker",
    }
    template = {"pins": {"26": "Rel_n;1", "10": "Btn;1", "8": "WifiLED_n;0"}}
    made = make_config(template, Changes(values=values), unique=UNIQUE, chip=name)
    flash = bytearray(dump(f"open{name.lower()}-qio-1.18.300").ljust(2 << 20, b"\xff"))
    flash[made.address : made.address + 0x1000] = made.config.encode()
    report = boot(
        read_image(bytes(flash)),
        chip=name,
        options=BootOptions(until="told-at-start", stop_at_pins=False, device_seconds=10),
    )
    assert report.stop is BootStop.MATCH
    assert "Correct config has been loaded" in report.text
    assert "Using SSID [test-net]" in report.text
    gpio = {row.gpio: (row.direction, row.pull) for row in report.gpio if row.touched}
    assert gpio[26] == ("out", None)
    assert gpio[8] == ("out", None)
    assert gpio[10] == ("in", "up")
    relay = next(row for row in report.gpio if row.gpio == 26)
    assert relay.level == 1, "a relay that is active low is off while its pin is high"


def test_openbeken_does_not_take_a_damaged_one() -> None:
    made = make_config(None, Changes(), unique=UNIQUE, chip="BK7231N")
    sector = bytearray(made.config.encode())
    sector[3] ^= 1
    flash = bytearray(dump("openbk7231n-qio-1.18.300").ljust(2 << 20, b"\xff"))
    flash[made.address : made.address + 0x1000] = sector
    report = boot(
        read_image(bytes(flash)),
        chip="BK7231N",
        options=BootOptions(until="mismatch", stop_at_pins=False, device_seconds=10),
    )
    assert report.stop is BootStop.MATCH
    assert "Correct config" not in report.text


def test_a_template_gives_chip_pins_flags_and_command() -> None:
    made = make_config(TEMPLATE, Changes(), unique=UNIQUE)
    assert (made.chip, made.address) == ("BK7231T", 0x1E1000)
    assert made.config.pins() == (PinSetting(10, "Btn", 1, 2), PinSetting(26, "Rel", 1))
    assert made.config.value("flags") == frozenset({10, 12})
    assert made.config.value("startup_command") == "startDriver NTP\nstartDriver BL0942"
    assert made.left_out == ("P8: OpenBeken has no role 'Buzzer'",)


def test_what_is_asked_for_wins_over_the_template() -> None:
    changes = Changes(
        values={"startup_command": "other"},
        pins=(PinSetting(26, "None"), PinSetting(6, "PWM", 1)),
        flags_on=frozenset({3}),
        flags_off=frozenset({12}),
    )
    config = make_config(TEMPLATE, changes, unique=UNIQUE, chip="BK7231N").config
    assert config.pins() == (PinSetting(6, "PWM", 1), PinSetting(10, "Btn", 1, 2))
    assert config.value("flags") == frozenset({3, 10})
    assert config.value("startup_command") == "other"


def test_flags_that_are_no_number_are_left_out() -> None:
    made = make_config({"chip": "BK7231N", "flags": "many"}, Changes(), unique=UNIQUE)
    assert made.config.value("flags") == frozenset({10})
    assert "many" in made.left_out[0]


def test_without_a_chip_nothing_is_made() -> None:
    with pytest.raises(UnsupportedError, match="which chip"):
        make_config({"pins": {}}, Changes(), unique=UNIQUE)
    with pytest.raises(UnsupportedError, match="ESP32"):
        make_config({"chip": "ESP32"}, Changes(), unique=UNIQUE)


def test_the_sample_names_itself_by_its_mac(tmp_path: Path) -> None:
    (tmp_path / "plug.bin").write_bytes(build_sample())
    subject = read_subject(tmp_path / "plug.bin")
    assert subject.mac
    config = make_config(subject.template, Changes(), unique=subject.mac.reveal()).config
    assert config.value("long_name") == "OpenBK7231N_4E1AB001"
    assert {pin.gpio: pin.text for pin in config.pins()}[26] == "Rel;1"


def test_edit_changes_only_the_sector_of_a_dump(tmp_path: Path) -> None:
    data = dump(REAL) + bytes(range(256)) * 32  # the real one ends with the sector
    (tmp_path / "obk.bin").write_bytes(data)
    file = read_config(tmp_path / "obk.bin")
    assert (file.chip, file.offset) == ("BK7231T", chip("BK7231T").config_address)
    after = edit_config(file, Changes(values={"mqtt_host": "x"}, pins=(PinSetting(6, "Rel", 1),)))
    changed = {place for place in range(len(data)) if after[place] != data[place]}
    assert len(after) == len(data)
    start = file.offset
    assert changed == {start + 3, start + 0x94, start + 0x33E + 6, start + 0x35E + 6}
    assert edit_config(file, Changes()) == data


def test_edit_of_a_sector_that_was_saved_short_gives_a_whole_one(tmp_path: Path) -> None:
    sector = new_config(chip="BK7231N", unique=UNIQUE).encode()
    (tmp_path / "short.bin").write_bytes(sector[:0xE00])
    assert edit_config(read_config(tmp_path / "short.bin"), Changes()) == sector


def test_differences_are_fields_pins_and_bytes_of_no_field() -> None:
    left = new_config(chip="BK7231N", unique=UNIQUE, pins=[PinSetting(26, "Rel", 1)])
    right = left.with_values({"mqtt_host": "x"}).with_pins([PinSetting(26, "Rel_n", 1)])
    found = {each.name: (each.left, each.right) for each in compare_configs(left, right)}
    assert found == {"mqtt_host": ("", "x"), "P26": ("Rel;1", "Rel_n;1")}
    nan = left.with_values({"led_gamma": float("nan")})
    assert compare_configs(nan, nan) == ()
    odd = type(left)(left.layout, left.body[:0x4C4] + b"?" + left.body[0x4C5:], left.rest)
    assert [each.name for each in compare_configs(left, odd)] == ["bytes 0x4c4"]


def test_an_archive_with_several_is_refused(tmp_path: Path) -> None:
    import zipfile

    sector = new_config(chip="BK7231N", unique=UNIQUE).encode()
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.bin", sector)
        archive.writestr("b.bin", sector)
    with pytest.raises(RefusedError):
        read_config(tmp_path / "two.zip")


def test_a_pin_the_chip_lacks_is_refused() -> None:
    with pytest.raises(BadValueError, match="P40"):
        make_config(None, Changes(pins=(PinSetting(40, "Rel"),)), unique=UNIQUE, chip="BK7231N")
