"""Captured logs, from synthetic ones in Tuya's format to the one of a real device."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bekenlab.analysis.read_log import LogReport, read_log
from bekenlab.errors import BekenlabError
from boot_logs import FAMILIES, STAMP, TRUTH, boot
from shared import shared

PINS = {7: "BL0937CF1", 8: "BL0937CF", 10: "WifiLED", 11: "Btn", 14: "Rel", 26: "Rel"}


def read(folder: Path, content: str | bytes) -> LogReport:
    path = folder / "capture.log"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_log(path)


def pins(report: LogReport) -> dict[int, str]:
    return {pin.gpio: pin.role for pin in report.pins.pins}


def test_module_firmware_chip_and_pins(tmp_path: Path) -> None:
    report = read(tmp_path, boot("key_list"))
    assert report.name == "capture.log"
    assert (report.chip, report.log.module) == ("BK7231N", "CB3S")
    assert report.log.firmware is not None
    assert (report.log.firmware.name, report.log.firmware.version) == (
        "oem_bk7231n_lamp_post",
        "1.2.34",
    )
    assert report.log.parameters.values == TRUTH
    assert pins(report).items() >= PINS.items()
    assert report.template["pins"]["26"] == "Rel;1"
    assert report.template["board"] == "CB3S"
    assert "Relay" in report.description
    assert report.notices == report.pins.notices


def test_the_chip_is_told_by_the_log_or_else_by_the_module(tmp_path: Path) -> None:
    whole = boot("key_list")
    nameless = "".join(line for line in whole.splitlines(keepends=True) if "module" not in line)
    rows = "".join(line for line in whole.splitlines(keepends=True) if ": is " in line)
    found = [
        (read(tmp_path, text).chip, read(tmp_path, text).log.chip) for text in (nameless, rows)
    ]
    assert found == [("BK7231N", "BK7231N"), ("BK7231N", None)]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_alone_gives_the_relays(family: str, tmp_path: Path) -> None:
    found = pins(read(tmp_path, boot(family)))
    assert found.get(26) == "Rel"


CAPTURES: dict[str, Callable[[str], bytes]] = {
    "line feeds": lambda text: text.replace("\r\n", "\n").encode(),
    "two returns": lambda text: text.replace("\r\n", "\r\r\n").encode(),
    "colours": lambda text: text.replace(STAMP, f"\x1b[32m{STAMP}\x1b[0m").encode(),
    "stamps": lambda text: "".join(
        f"[2024-05-01 12:00:{n % 60:02}.123] {line}"
        for n, line in enumerate(text.splitlines(keepends=True))
    ).encode(),
    "arrows": lambda text: "".join(
        f"12:00:01.250 -> {line}" for line in text.splitlines(keepends=True)
    ).encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "noise in front": lambda text: b"\x00\xfe\xff\x80" * 20 + b"\r\n" + text.encode(),
    "twice": lambda text: text.encode() * 2,
}


@pytest.mark.parametrize("how", CAPTURES)
def test_however_it_was_captured_it_says_the_same(how: str, tmp_path: Path) -> None:
    report = read(tmp_path, CAPTURES[how](boot("key_list")))
    assert report.log.parameters.values == TRUTH
    assert pins(report) == pins(read(tmp_path, boot("key_list")))


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff" * 4096, b"\0" * 4096, bytes(range(256)) * 99, b"Hello, world\n" * 99, b"\r\n"],
)
def test_what_is_no_log_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(BekenlabError) as caught:
        read(tmp_path, content)
    assert (caught.value.code, int(caught.value.exit_code)) == ("not-a-dump", 9)
    assert caught.value.hint


def test_the_log_of_a_real_device() -> None:
    report = read_log(shared("data", "bootlogs", "real-device-emax-8774-wb2s.log"))
    found = {
        pin.gpio: (pin.role, str(pin.polarity) if pin.polarity else None)
        for pin in report.pins.pins
    }
    assert {gpio: role for gpio, (role, _) in found.items()} == {
        6: "BL0937CF",
        7: "BL0937CF1",
        8: "BL0937SEL",
        10: "Btn",
        24: "Rel",
        26: "WifiLED",
    }
    assert [found[gpio][1] for gpio in (10, 24, 26)] == ["active_low", "active_high", "active_low"]
    assert (report.chip, report.log.module) == ("BK7231T", "WB2S")
    assert report.log.firmware is not None
    assert (report.log.firmware.name, report.log.firmware.version) == ("oem_bk7231s_dltj", "1.3.5")
