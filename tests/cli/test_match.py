"""``bekenlab match`` as a user runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bekenlab.samples import build_sample
from cli.program import bekenlab
from shared import dump, shared

if TYPE_CHECKING:
    from pathlib import Path

PINS = {"6": "BL0937CF1", "7": "BL0937CF;0", "8": "wifi_led_n", "10": "Button;1", "26": "Rel;1"}
DEVICES = [
    {"name": "Lamp", "chip": "BK7231N", "pins": {"24": "PWM;1", "26": "PWM;2"}},
    {
        "name": "Plug \x1b[2J",
        "chip": "BK7231N",
        "board": "cb2s",
        "pins": PINS | {"24": "BL0937SEL"},
    },
    {"name": "Plug with LED", "chip": "BK7231N", "board": "CB2S", "pins": PINS | {"24": "LED;1"}},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plug.bin").write_bytes(build_sample())
    (tmp_path / "list.json").write_text(json.dumps({"devices": DEVICES}))
    (tmp_path / "odd.json").write_text('{"pins": {"0": "IRRecv;0", "1": "RCRecv;0"}}')
    return tmp_path


def test_the_best_comes_first_with_reasons(folder: Path) -> None:
    run = bekenlab("match", "plug.bin", "--devices", "list.json", folder=folder)
    assert (run.status, run.err) == (0, "")
    lines = run.out.splitlines()
    assert lines[1].startswith("100.0  Plug")
    assert "6 of 6 pins agree" in lines[2]
    assert "P24: BL0937SEL;0 here, LED;1 there" in run.out
    assert "Lamp" not in run.out
    assert "\x1b" not in run.out
    assert max(map(len, lines)) <= 80


def test_json_has_score_evidence_and_entry(folder: Path) -> None:
    words = ("match", "plug.bin", "--devices", "list.json", "--json", "-n", "1")
    [report] = bekenlab(*words, folder=folder).reports
    assert (report["devices"], report["similar"], report["ties"]) == (3, 2, 1)
    [best] = report["matches"]
    assert (best["score"], best["device"]["pins"]["8"]) == (100.0, "WifiLED_n;0")
    assert {part["name"] for part in best["parts"]} == {"pins", "module", "chip"}


def test_nothing_similar_ends_with_6(folder: Path) -> None:
    run = bekenlab("match", "odd.json", "--devices", "list.json", folder=folder)
    assert (run.status, run.err) == (6, "")
    assert "Nothing similar is known.\n" in run.out
    (folder / "mcu.json").write_text('{"chip": "BK7231N", "pins": {}}')
    run = bekenlab("match", "mcu.json", "--devices", "list.json", folder=folder)
    assert run.status == 6
    assert "no pins to compare" in run.out
    run = bekenlab("match", "odd.json", "--devices", "list.json", "--json", folder=folder)
    assert (run.status, run.reports[0]["matches"], run.reports[0]["ties"]) == (6, [], 0)


def test_the_list_is_where_it_was_kept_or_it_is_said_how_to_get_it(folder: Path) -> None:
    cache = {"XDG_CACHE_HOME": str(folder / "cache")}
    run = bekenlab("match", "plug.bin", folder=folder, variables=cache)
    assert (run.status, run.out) == (9, "")
    assert "code device-list" in run.err
    assert "--devices" in run.err
    (folder / "cache" / "bekenlab").mkdir(parents=True)
    (folder / "list.json").rename(folder / "cache" / "bekenlab" / "openbeken-devices.json")
    assert bekenlab("match", "plug.bin", folder=folder, variables=cache).status == 0


@pytest.mark.parametrize(
    ("devices", "code"),
    [
        ("missing.json", "file-access"),
        ("plug.bin", "device-list"),
        ("http://example.org/x", "device-list"),
    ],
)
def test_a_list_that_cannot_be_used_ends_with_9(folder: Path, devices: str, code: str) -> None:
    run = bekenlab("match", "plug.bin", "--devices", devices, folder=folder)
    assert (run.status, run.out) == (9, "")
    assert f"code {code}, exit 9" in run.err


def test_a_real_dump_is_found_in_the_real_list(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(dump("bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17"))
    devices = shared("data", "openbeken-devices.json")
    words = ("match", "x.bin", "--devices", devices, "--json", "--boot", "never")
    [report] = bekenlab(*words, folder=tmp_path).reports
    assert report["ties"] == 1
    assert report["matches"][0]["device"]["model"] == "TSL-PS-F4U-01-W"
