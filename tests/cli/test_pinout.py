"""``bekenlab pinout`` as a user runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from bekenlab.samples import build_sample
from cli.program import bekenlab

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def plug(tmp_path: Path) -> Path:
    (tmp_path / "plug.bin").write_bytes(build_sample())
    return tmp_path / "plug.bin"


def test_a_module_as_text() -> None:
    run = bekenlab("pinout", "cb2s")
    assert (run.status, run.err) == (0, "")
    assert "CB2S Wi-Fi Module, chip BK7231N" in run.out
    assert max(map(len, run.out.splitlines())) <= 80


def test_the_report_names_board_and_pins(plug: Path) -> None:
    run = bekenlab("pinout", "--report", plug)
    assert run.status == 0
    assert "CB2S" in run.out
    assert "Relay 1" in run.out
    other = bekenlab("pinout", "BK7231N", "--report", plug)
    assert "QFN32" in other.out
    assert "Relay 1" in other.out


@pytest.mark.parametrize("extra", [(), ("--wiring",)])
def test_a_picture_is_written_once(extra: tuple[str, ...], plug: Path, tmp_path: Path) -> None:
    out = tmp_path / "pins.svg"
    run = bekenlab("pinout", "--report", plug, "-o", out, *extra)
    assert run.status == 0, run.err
    assert ET.parse(out).getroot().tag.endswith("svg")  # noqa: S314  our own output
    assert ("Never connect serial" in run.out) == bool(extra)
    again = bekenlab("pinout", "CB2S", "-o", out)
    assert again.status == 7
    assert "exists already" in again.err
    assert bekenlab("pinout", "CB2S", "-o", out, "--force").status == 0


def test_a_wrong_name_is_answered_with_near_ones() -> None:
    run = bekenlab("pinout", "CB2Z")
    assert run.status == 8
    assert "did you mean" in run.err
    assert "CB2S" in run.err
    assert bekenlab("pinout").status == 2


def test_all_names() -> None:
    names = bekenlab("pinout", "--list").out.split("\n")
    assert {"CB2S", "WB3S", "BK7231N"} <= set(names)


def test_a_damaged_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "bad.bin").write_bytes(build_sample()[:0x100000])
    run = bekenlab("pinout", "CB2S", "--report", tmp_path / "bad.bin")
    assert run.status == 9
    assert "error" in run.err
