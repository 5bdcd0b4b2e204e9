"""``bekenlab pinout`` as a user runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from bekenlab.samples import build_sample
from cli.program import bekenlab
from photos import CORNERS, photo_of_chip

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


@pytest.mark.parametrize("name", ["pins.png", "pins.txt", "pins"])
def test_a_picture_is_not_written_under_the_name_of_something_else(
    tmp_path: Path, name: str
) -> None:
    run = bekenlab("pinout", "CB2S", "-o", name, folder=tmp_path)
    assert run.status == 2
    assert ".svg" in run.err
    assert not list(tmp_path.iterdir())


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
    assert ("Never connect the adapter" in run.out) == bool(extra)
    again = bekenlab("pinout", "CB2S", "-o", out)
    assert again.status == 7
    assert "already exists" in again.err
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


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    photo_of_chip()[0].save(tmp_path / "board.jpg", quality=92)
    return tmp_path / "board.jpg"


CLICKED = [f"{x:g},{y:g}" for x, y in CORNERS]


@pytest.mark.parametrize("name", ["over.png", "over.svg"])
def test_pins_over_a_photo(name: str, photo: Path, plug: Path, tmp_path: Path) -> None:
    arguments: list[str | Path] = [
        "pinout",
        "--photo",
        photo,
        "--corners",
        *CLICKED,
        "--chip",
        "BK7231N",
    ]
    run = bekenlab(*arguments, "--report", plug, "-o", tmp_path / name)
    assert (run.status, run.err) == (0, "")
    drawn = (tmp_path / name).read_bytes()
    assert drawn.startswith(b"\x89PNG" if name.endswith("png") else b"<svg")
    assert bekenlab(*arguments, "-o", tmp_path / name).status == 7
    assert (tmp_path / name).read_bytes() == drawn


def test_a_module_by_two_pads(photo: Path, tmp_path: Path) -> None:
    arguments: list[str | Path] = [
        "pinout",
        "CB2S",
        "--photo",
        photo,
        "--pads",
        "1=300,700",
        "11=800,720",
    ]
    assert bekenlab(*arguments, "-o", tmp_path / "o.png").status == 0
    front = bekenlab(*arguments[:4], "--pads", "2=300,700", "10=800,720", "-o", tmp_path / "f.png")
    assert front.status == 0
    wrong = bekenlab(*arguments[:4], "--pads", "2=1,1", "11=800,720", "-o", tmp_path / "w.png")
    assert wrong.status == 2
    assert "no side of CB2S has the pads 2 and 11" in wrong.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--corners", *CLICKED),
        ("--photo", "x.jpg", "-o", "o.png"),
        ("--photo", "x.jpg", "--corners", *CLICKED),
        ("--photo", "x.jpg", "--corners", *CLICKED, "--pads", "1=1,1", "2=2,2", "-o", "o.png"),
        ("--photo", "x.jpg", "--corners", *CLICKED, "--back", "-o", "o.png"),
        ("--photo", "x.jpg", "--corners", *CLICKED, "-o", "o.gif"),
        ("--photo", "x.jpg", "--corners", "1,1", "2,2", "3,3", "here", "-o", "o.png"),
        ("--photo", "x.jpg", "--corners", *CLICKED, "--wiring", "-o", "o.png"),
        ("--photo", "x.jpg", "--pads", "1=1,1", "2", "-o", "o.png"),
        ("--chip", "BK7231T"),
    ],
)
def test_options_that_do_not_go_together(arguments: tuple[str, ...]) -> None:
    run = bekenlab("pinout", "BK7231N", *arguments)
    assert run.status == 2
    assert run.err


def test_corners_that_make_no_sense(photo: Path, tmp_path: Path) -> None:
    corners = ["10,10", "500,500", "500,10", "10,500"]
    run = bekenlab(
        "pinout", "BK7231N", "--photo", photo, "--corners", *corners, "-o", tmp_path / "o.png"
    )
    assert run.status == 2
    assert "bad-value" in run.err
    assert not (tmp_path / "o.png").exists()
