"""A board is found by what people call it, and a wrong name gets a helpful answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bekenlab.analysis.subject import read_subject
from bekenlab.cli.wording import wording
from bekenlab.errors import UnsupportedError
from bekenlab.jobs.pinout import board_known, board_names, board_of, find_board, near_names
from bekenlab.samples import build_sample

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "key", "shown"),
    [
        ("CB2S", "cb2s", "CB2S"),
        (" wb2l m1 ", "wb2l-m1", "WB2L_M1"),
        ("bk7231t", "qfn32", "BK7231T"),
        ("T1", "qfn32-bk7238", "BK7238"),
        ("T34", "t34", "T34"),  # a module, and also another name of the BK7231N
        ("qfn40-bk7231u", "qfn40-bk7231u", "QFN40 (BK7231U)"),
        ("generic-bk7238", "qfn32-bk7238", "BK7238"),
    ],
)
def test_names(name: str, key: str, shown: str) -> None:
    found = find_board(name)
    assert (found.key, found.name) == (key, shown)


def test_every_name_listed_is_found() -> None:
    for name in board_names():
        assert find_board(name).pads


@pytest.mark.parametrize(
    ("name", "words", "hint"),
    [
        ("CB22", "no module or chip called 'CB22'", "CB2S"),
        ("zzzz", "no module or chip", "--list"),
        ("CB8P", "the pads of CB8P", "bekenlab pinout BK7231N"),
        ("T4", "the pins of BK7252N", "module"),
    ],
)
def test_wrong_names(name: str, words: str, hint: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        find_board(name)
    assert words in caught.value.message
    assert hint in caught.value.advice(wording)


def test_near_names_are_sorted_by_likeness() -> None:
    assert near_names("wb3s ")[0] == "WB3S"
    assert near_names("") == []


def test_a_file_names_its_board(tmp_path: Path) -> None:
    (tmp_path / "plug.bin").write_bytes(build_sample())
    assert board_of(read_subject(tmp_path / "plug.bin")).name == "CB2S"


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ('{"chip": "BK7231T", "board": "WB2S", "pins": {"26": "Rel;1"}}', "WB2S"),
        ('{"chip": "BK7231T", "board": "new one", "pins": {"26": "Rel;1"}}', "BK7231T"),
    ],
)
def test_a_template_names_its_board(template: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(template)
    assert board_of(read_subject(tmp_path / "t.json")).name == name


def test_a_file_that_names_no_board(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{"pins": {"26": "Rel;1"}}')
    with pytest.raises(UnsupportedError) as caught:
        board_of(read_subject(tmp_path / "t.json"))
    assert "no module and no chip" in caught.value.message


@pytest.mark.parametrize(
    ("module", "chip", "name"),
    [("CB2S", "BK7231N", "CB2S"), ("CB8P", "BK7231N", "BK7231N"), (None, "BK7231T", "BK7231T")],
)
def test_a_device_is_shown_as_its_module_or_its_chip(
    module: str | None, chip: str, name: str
) -> None:
    found = board_known(module, chip)
    assert found is not None
    assert found.name == name
    assert board_known(module and "CB8P", None) is None
