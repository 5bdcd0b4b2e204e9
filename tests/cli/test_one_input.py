"""Several inputs where one is needed: asked for on a terminal, refused in a script."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from bekenlab.samples import build_sample
from cli.program import bekenlab
from cli.terminal import at_terminal

if TYPE_CHECKING:
    from pathlib import Path

TWO = "{rl1_pin:26,bt1_pin:10}\n\n{rl1_pin:6,bt1_pin:7,module:CB2S}\n"
COMMANDS = (
    ("boot",),
    ("sim",),
    ("log", "parse"),
    ("export", "--to", "text"),
    ("match", "--devices", "list.json"),
    ("pinout", "--report"),
    ("config", "show"),
    ("config", "make", "-o", "new.bin", "--from"),
    ("redact", "-o", "new.bin"),
    ("verify", "-p", "virtual://bk7231n"),
    ("write", "-p", "virtual://bk7231n", "--at", "0"),
    ("install", "--dry-run", "-p", "virtual://bk7231n", "--firmware"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dumps").mkdir()
    plug = build_sample()
    for name in ("a.bin", "b.bin"):
        (tmp_path / "dumps" / name).write_bytes(plug)
    with zipfile.ZipFile(tmp_path / "dumps.zip", "w") as archive:
        archive.writestr("a.bin", plug)
        archive.writestr("deep/b.bin", plug)
    (tmp_path / "post.txt").write_text(TWO)
    devices = '{"devices": [{"name": "Lamp", "chip": "BK7231N", "pins": {"24": "PWM;1"}}]}'
    (tmp_path / "list.json").write_text(devices)
    return tmp_path


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_a_script_is_told_which_there_are(folder: Path, words: tuple[str, ...]) -> None:
    for path in ("dumps", "dumps.zip"):
        run = bekenlab(*words, path, folder=folder)
        assert (run.status, run.out) == (7, ""), run.err
        assert "a.bin; " in run.err
        assert f"name the one you mean, such as {path}/a.bin" in " ".join(run.err.split())
    assert not (folder / "new.bin").exists()


@pytest.mark.parametrize(("path", "second"), [("dumps", "b.bin"), ("dumps.zip", "deep/b.bin")])
def test_a_person_is_asked(folder: Path, path: str, second: str) -> None:
    asked = ("Number of the one to use:", "2")
    shown = at_terminal(folder, "export", path, "--to", "text", answers=(asked,))
    assert shown.status == 0
    assert f"  2: {second}" in shown.lines
    assert "- Relay 1 (channel 1) on P26, active high: Rel" in shown.lines
    named = bekenlab("export", f"{path}/{second}", "--to", "text", folder=folder)
    assert (named.status, named.err) == (0, "")
    assert named.out.splitlines()[-3:] == [line for line in shown.lines if line][-3:]


def test_a_configuration_among_several_in_a_text(folder: Path) -> None:
    asked = ("Number of the one to use:", "2")
    shown = at_terminal(folder, "log", "parse", "post.txt", answers=(asked,))
    assert "  2: CB2S, rl1_pin 6, bt1_pin 7" in shown.lines
    assert "- Relay 1 (channel 1) on P6: Rel" in shown.lines
    assert shown.status == 0


def test_an_answer_that_is_none_of_them_is_asked_for_again(folder: Path) -> None:
    answers = (("Number of the one to use:", "3"), ("Number of the one to use:", "1"))
    shown = at_terminal(folder, "export", "dumps", "--to", "text", answers=answers)
    assert shown.status == 0


def test_json_asks_nothing(folder: Path) -> None:
    shown = at_terminal(folder, "log", "parse", "--json", "dumps")
    assert shown.status == 7
    assert "Number of" not in shown.raw
