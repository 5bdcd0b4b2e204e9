"""Where there are no pins, the reason is said, and what takes the file instead."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from analyses import STORAGE, codes, real, sample, storage, study, with_regions
from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.boot_stop import BootStop
from bekenlab.analysis.choose import choose_dump
from bekenlab.analysis.inputs import InputFile, load_one
from bekenlab.analysis.read_log import log_in
from bekenlab.errors import BekenlabError, NotADumpError, UsageError
from bekenlab.openbeken.config import new_config
from bekenlab.openbeken.settings import PinSetting
from bekenlab.report.json_report import to_json
from bekenlab.samples import build_sample
from bekenlab.web.texts import texts
from boot_logs import boot
from shared import dump, shared

APP, APP_END = 0x11000, 0x1D0000
REASONS = {
    "second-controller",
    "no-app",
    "openbeken-config",
    "openbeken-without-config",
    "foreign-firmware",
    "no-parameters",
}


def reasons(data: bytes) -> list[str]:
    return [code for code in codes(study(data)) if code in REASONS]


def without_pins(app: bytes | None = None) -> bytes:
    """The sample without its pins, with something else in place of its app."""
    data = bytearray(with_regions({}))
    if app is not None:
        data[APP:APP_END] = app.ljust(APP_END - APP, b"\xff")[: APP_END - APP]
    return bytes(data)


def openbeken(*pins: PinSetting) -> bytes:
    flash = bytearray(dump("openbk7231n-qio-1.18.300").ljust(2 << 20, b"\xff"))
    if pins:
        sector = new_config(chip="BK7231N", unique=bytes(4), pins=pins).encode()
        flash[0x1D1000 : 0x1D1000 + len(sector)] = sector
    return bytes(flash)


def test_each_reason_is_named_once() -> None:
    plug = build_sample()
    assert reasons(plug) == []
    assert reasons(without_pins()) == ["no-parameters"]
    assert reasons(without_pins(b"")) == ["no-app"], "erased"
    assert reasons(without_pins(bytes(range(256)) * 64)) == ["no-app"], "something else"
    assert reasons(plug[:APP] + b"\xff" * (len(plug) - APP)) == ["no-app"], "all but the loader"
    baud = storage(baud_cfg=b'{"baud":9600}')
    assert reasons(with_regions(baud)) == ["second-controller"]
    assert reasons(openbeken()) == ["openbeken-without-config"]
    assert reasons(openbeken(PinSetting(26, "Rel", 1))) == ["openbeken-config"]
    assert reasons(dump("bl2028n-dreo-dr-htf004s-fan-pai-053")) == ["foreign-firmware"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("OpenBeken-v1.18.219_bk7231n.ug.bin.xz", "openbeken-without-config"),
        ("ESPHome-Kickstart-v25.05.28_bk7231n_app.ota.ug.bin.xz", "foreign-firmware"),
    ],
)
def test_an_update_package_is_not_a_dump_without_an_app(name: str, reason: str) -> None:
    assert reasons(load_one(shared("images", name)).data) == [reason]


def test_an_erased_app_is_told_of_a_dump_that_still_has_its_pins() -> None:
    erased = bytearray(build_sample())
    erased[APP:APP_END] = b"\xff" * (APP_END - APP)
    analysis = study(bytes(erased))
    assert analysis.pins.pins
    assert reasons(bytes(erased)) == ["no-app"]
    (why,) = [notice.message for notice in analysis.notices if notice.code == "no-app"]
    assert "names pins" not in why
    said = texts("de").sentence(why)
    assert said is not None
    assert "startet das Gerät nicht" in said


def test_an_erased_app_is_told_beside_a_second_controller() -> None:
    data = bytearray(with_regions(storage(baud_cfg=b'{"baud":9600}')))
    data[APP:APP_END] = b"\xff" * (APP_END - APP)
    assert reasons(bytes(data)) == ["second-controller", "no-app"]


def test_part_of_a_flash_with_pins_is_not_said_to_lack_its_app() -> None:
    analysis = study(dump("bk7231t-tuyaconfig-pc44ha"))
    assert analysis.pins.pins
    assert not REASONS.intersection(codes(analysis))


@pytest.mark.parametrize(
    "name",
    ["bk7231n-tuya-zmai90-rn8209c-energymeter", "bk7231n-tuya-10gang-wallswitch-tuyamcu-3.1.28"],
)
def test_the_text_for_a_forum_says_it_too(name: str) -> None:
    analysis = real(name)
    (why,) = [notice for notice in analysis.notices if notice.code in REASONS]
    assert why.message in analysis.description
    assert ("nor whether a second controller" in analysis.description) != bool(
        analysis.pins.mcu_baud
    )


LOG = boot("key_list").encode()
TEXTS: dict[str, tuple[bytes, str]] = {
    "a captured boot log": (b"OpenBK7231N, version 1.18.300\nUsing SSID [x]\n" * 3, "log parse"),
    "an OpenBeken template": (b'{"chip": "BK7231N", "pins": {"26": "Rel;1"}}', "export, match"),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_of_another_kind_is_named_with_the_commands_that_take_it(
    kind: str, tmp_path: Path
) -> None:
    data, takes = TEXTS[kind]
    problem = study(data, "file.txt").problem
    assert isinstance(problem, NotADumpError)
    assert kind in problem.message
    assert takes in problem.hint
    (tmp_path / "file.txt").write_bytes(data)
    with pytest.raises(NotADumpError, match=kind) as caught:
        choose_dump(tmp_path / "file.txt")
    assert takes in caught.value.hint


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (LOG, "a captured boot log"),
        (b"{rl1_pin:26,bt1_pin:10}", "a text with a Tuya configuration"),
        (json.dumps(to_json(sample())).encode(), "a JSON report of bekenlab"),
    ],
)
def test_what_cannot_run_is_named(data: bytes, kind: str, tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_bytes(data)
    with pytest.raises(NotADumpError, match=f"this is {kind}"):
        choose_dump(tmp_path / "file.txt")


def test_a_dump_is_not_read_as_a_log() -> None:
    """Its app holds texts that look like one, such as the SDK's example of a configuration."""
    for name, data in (("plug", build_sample()), ("obk", openbeken()), ("t", without_pins())):
        with pytest.raises(UsageError, match="this is a flash dump, not a log") as caught:
            log_in(InputFile(name, Path(name), data))
        assert "boot" in caught.value.hint
    for text in (json.dumps(to_json(sample())).encode(), TEXTS["an OpenBeken template"][0]):
        with pytest.raises(NotADumpError, match="not a log"):
            log_in(InputFile("x.json", Path("x.json"), text))


@pytest.mark.parametrize(
    ("log", "code"),
    [
        (TEXTS["a captured boot log"][0].decode(), "openbeken-log"),
        (boot(), "log-without-pins"),
    ],
)
def test_a_log_without_pins_says_why(log: str, code: str) -> None:
    report = log_in(InputFile("log.txt", Path("log.txt"), log.encode()))
    (why,) = [notice for notice in report.notices if notice.code == code]
    assert why.message in report.description


def test_a_firmware_that_prints_no_pins_is_said_to_drive_some() -> None:
    name = "bk7231n-tuya-zmai90-rn8209c-energymeter"
    analysis = analyze(InputFile(name, Path(name), dump(name)), boot=BootMode.AUTO)
    (booted,) = [n.message for n in analysis.notices if n.code == "boot-without-pins"]
    assert "It uses " in booted
    assert re.search(r"until (the limit of|nothing new|the watchdog|the firmware) ", booted)
    assert not set(re.findall(r"\w+", booted)) & set(map(str, BootStop)), "in words, not by a code"
    said = texts("de").sentence(booted)
    assert said is not None
    ends = "die Grenze|die Höchstzahl|nichts Neues|der Watchdog|die Firmware"
    assert re.search(rf"lief \d+,\d s .* bis ({ends}) .* benutzt P", said)


@pytest.mark.parametrize("stop", BootStop)
def test_each_reason_to_stop_has_words(stop: BootStop) -> None:
    assert " " in stop.words


def test_nothing_is_said_of_a_file_that_is_nothing() -> None:
    for data in (b"", b"\xff" * 4096, b"hello world\n" * 100):
        assert reasons(data) == []
        with pytest.raises(BekenlabError):
            raise study(data).problem or AssertionError


CUTS = {
    "bk7231n-tuya-10gang-wallswitch-tuyamcu-3.1.28": (0x20000, 0x80000, 0x180000),
    "bl2028n-dreo-dr-htf004s-fan-pai-053": (0x20000, 0x100000),
    "openbk7231n-qio-1.18.300": (0x20000, 0x100000),
    "sample": (0x12000, 0x100000, 0x1E0000),
}


@pytest.mark.parametrize("name", CUTS)
def test_nothing_is_concluded_from_what_is_missing_of_a_file(name: str) -> None:
    """Neither that the firmware is foreign, nor that nothing is stored."""
    whole = build_sample() if name == "sample" else dump(name)
    for end in CUTS[name]:
        found = codes(study(whole[:end]))
        assert "truncated-dump" in found
        assert not REASONS.intersection(found), hex(end)


def test_nothing_is_concluded_from_storage_that_cannot_be_read() -> None:
    data = bytearray(with_regions(storage()))
    data[STORAGE + 0x1000 :] = bytes(len(data) - STORAGE - 0x1000)
    found = codes(study(bytes(data)))
    assert "storage-unreadable" in found
    assert "no-parameters" not in found
