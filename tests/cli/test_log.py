"""``bekenlab log parse`` as a user runs it."""

import json
import random
from pathlib import Path

import pytest

import contract
from boot_logs import KEY, STAMP, TRUTH, boot
from cli.program import bekenlab
from shared import shared

PRIVATE = f"{STAMP}ssid:My Home, passwd:pass word 1\r\n"


def captured(text: str) -> bytes:
    """As a terminal program with colours and time stamps saves it."""
    lines = text.splitlines(keepends=True)
    return "".join(
        f"[2024-05-01 12:00:{number % 60:02}.500] \x1b[32m{line.removesuffix(chr(13) + chr(10))}"
        f"\x1b[0m\r\n"
        for number, line in enumerate(lines)
    ).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "clean.log").write_bytes((boot("key_list") + PRIVATE).encode())
    (tmp_path / "terminal.log").write_bytes(captured(boot("key_list") + PRIVATE))
    return tmp_path


@pytest.mark.parametrize("name", ["clean.log", "terminal.log"])
def test_pins_module_and_firmware_are_told(folder: Path, name: str) -> None:
    run = bekenlab("log", "parse", name, folder=folder)
    assert (run.status, run.err) == (0, "")
    for said in (name, "oem_bk7231n_lamp_post 1.2.34", "CB3S", "Relay 1", '"26": "Rel;1"'):
        assert said in run.out
    assert max(map(len, run.out.splitlines())) <= 80
    for secret in (KEY[:14], "My Home", "pass word", "\x1b"):
        assert secret not in run.out


def test_json_is_one_line(folder: Path) -> None:
    run = bekenlab("log", "parse", "terminal.log", "--json", folder=folder)
    assert (run.status, run.err, len(run.out.splitlines())) == (0, "", 1)
    [report] = run.reports
    assert (report["schema"], report["chip"], report["module"]) == (1, "BK7231N", "CB3S")
    assert report["parameters"] == TRUTH
    for pin in report["pins"]:
        assert contract.violations(pin, contract.PIN) == []
    assert "My Home" not in json.dumps(report)


BAD = {
    "garbage": (random.Random(5).randbytes(0x8000), "not-a-dump", "not a boot log"),
    "prose": (b"nothing to see here\n" * 200, "not-a-dump", "not a boot log"),
    "empty": (b"", "not-a-dump", "not a boot log"),
    "missing": (None, "file-access", "in.log"),
}


@pytest.mark.parametrize("row", BAD)
def test_garbage_ends_with_9(tmp_path: Path, row: str) -> None:
    content, code, seen = BAD[row]
    if content is not None:
        (tmp_path / "in.log").write_bytes(content)
    run = bekenlab("log", "parse", "in.log", "--json", folder=tmp_path)
    assert (run.status, run.out) == (9, "")
    assert seen in " ".join(run.err.split())
    assert f"code {code}, exit 9" in run.err


def test_the_log_of_a_real_device() -> None:
    path = shared("data", "bootlogs", "real-device-emax-8774-wb2s.log")
    [report] = bekenlab("log", "parse", path, "--json").reports
    pins = {pin["gpio"]: (pin["role"], pin["polarity"]) for pin in report["pins"]}
    assert pins[10] == ("Btn", "active_low")
    assert pins[24] == ("Rel", "active_high")
    assert pins[26] == ("WifiLED", "active_low")
    assert {gpio: pins[gpio][0] for gpio in (6, 7, 8)} == {
        6: "BL0937CF",
        7: "BL0937CF1",
        8: "BL0937SEL",
    }
    assert len(pins) == 6


def test_help_and_a_wrong_command_line() -> None:
    assert "parse" in bekenlab("log", "--help").out
    assert bekenlab("log", "parse").status == 2
