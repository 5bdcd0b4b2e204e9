"""What only a person at a terminal sees: progress, questions, lines that wrap, completion."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from bekenlab.samples import build_sample
from cli.program import COMMAND, bekenlab, environment
from shared import dump

if TYPE_CHECKING:
    from pathlib import Path

if os.name == "nt":
    pytest.skip("Windows has no pseudo terminals", allow_module_level=True)

from cli.terminal import at_terminal

PORT = "virtual://bk7231n?image=chip.bin&write_back=chip.bin"
ASKED = "[y/N]:"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "chip.bin").write_bytes(build_sample())
    shutil.copy(tmp_path / "chip.bin", tmp_path / "plug.bin")
    return tmp_path


@pytest.mark.parametrize("width", [60, 80])
def test_progress_never_shares_a_line_with_a_result(folder: Path, width: int) -> None:
    shown = at_terminal(folder, "backup", "-o", "new.bin", "-p", PORT, width=width)
    assert shown.status == 0
    assert "KiB/s" in shown.raw
    assert not [line for line in shown.lines if "KiB/s" in line or "s left" in line]
    assert any(line.startswith("Backup") for line in shown.lines)
    assert max(map(len, shown.lines)) <= width
    many = at_terminal(folder, "analyze", "chip.bin", "plug.bin", width=width)
    assert "analysing: 1 of 2 files" in many.raw
    assert [line.split(":")[0] for line in many.lines if line] == ["chip.bin", "plug.bin"]


@pytest.mark.parametrize(
    ("answers", "erased"),
    [
        (("j",), True),
        (("Ja",), True),
        (("yes",), True),
        (("nein",), False),
        (("",), False),
        (("si", "y"), True),
    ],
)
def test_yes_and_no_are_understood_in_two_languages(
    folder: Path, answers: tuple[str, ...], erased: bool
) -> None:
    words = ("erase", "storage", "--backup", "plug.bin", "-p", PORT)
    shown = at_terminal(folder, *words, answers=tuple((ASKED, answer) for answer in answers))
    assert shown.status == (0 if erased else 7)
    assert ((folder / "chip.bin").read_bytes() != build_sample()) is erased
    assert ("please answer y (yes, ja) or n (no, nein)" in shown.raw) is (len(answers) > 1)
    # A no is not an error.
    assert "error" not in shown.raw
    assert ("nothing was written: you declined" in shown.lines) is not erased


def test_a_new_password_is_asked_for_until_it_can_be_used_and_is_typed_twice_alike(
    folder: Path,
) -> None:
    password, again = "open network):", "The same again:"
    answers = (
        (password, "short"),
        (password, "long enough 1"),
        (again, "long enough 2"),
        (password, "long enough 1"),
        (again, "long enough 1"),
    )
    words = ("config", "make", "-o", "c.bin", "--chip", "BK7231N", "--wifi-ssid", "home")
    shown = at_terminal(folder, *words, answers=answers)
    assert shown.status == 0, shown.raw
    assert "at least 8" in shown.raw
    assert "the two are different" in shown.raw
    assert "long enough" not in shown.raw
    assert b"long enough 1" in (folder / "c.bin").read_bytes()


def test_what_to_do_by_hand_is_never_cut_off(folder: Path) -> None:
    fault = f"{PORT}&fault=silence@1:99999"
    shown = at_terminal(folder, "info", "--wait", "2", "-p", fault, width=60)
    assert "touch CEN to GND now, or switch the power off and on" in shown.lines


@pytest.mark.parametrize("width", [60, 80])
def test_reports_wrap_below_their_own_beginning(folder: Path, width: int) -> None:
    log = "[01-01 18:12:15 TUYA N][x.c:1] {rl1_pin:26,rl1_lv:1,netled1_pin:8,netled1_lv:0}\n"
    (folder / "boot.log").write_text(log)
    pins = {"6": "BL0937CF1", "7": "BL0937CF;0", "10": "Btn;1", "26": "Rel;1"}
    device = {"name": f"Plug {'with a long name ' * 6}", "chip": "BK7231N", "pins": pins}
    (folder / "devices.json").write_text(json.dumps({"devices": [device]}))
    variables = {"COLUMNS": str(width)}
    parsed = bekenlab("log", "parse", "boot.log", folder=folder, variables=variables).out
    matched = bekenlab(
        "match", "chip.bin", "--devices", "devices.json", folder=folder, variables=variables
    ).out
    for text in (parsed, matched):
        assert all(len(line) <= width and line == line.rstrip() for line in text.splitlines())
    title = next(n for n, line in enumerate(matched.splitlines()) if "Plug" in line)
    following = matched.splitlines()[title + 1]
    assert len(following) - len(following.lstrip()) == len("100.0  ")


def test_an_install_is_refused_before_the_backup_when_nobody_can_be_asked(folder: Path) -> None:
    (folder / "obk.bin").write_bytes(dump("openbk7231n-qio-1.18.300"))
    run = bekenlab("install", "-f", "obk.bin", "-p", PORT, folder=folder)
    assert run.status == 7
    assert "--yes" in run.err
    assert "linked" not in run.err


def test_backups_are_listed_and_chosen_by_name(folder: Path) -> None:
    home = {f"XDG_{name}_HOME": str(folder / "home") for name in ("DATA", "STATE", "CACHE")}
    empty = bekenlab("backups", folder=folder, variables=home)
    assert (empty.status, "No backup was made" in empty.out) == (0, True)
    kept = folder / "kept"
    kept.mkdir()
    words = ("backup", "-o", "kept/mine.bin", "-p", PORT)
    assert bekenlab(*words, folder=folder, variables=home).status == 0
    assert "mine.bin" in bekenlab("backups", folder=folder, variables=home).out
    listed = bekenlab("backups", "--json", folder=folder, variables=home).reports[-1]
    assert listed["backups"][0]["file"] == str(kept / "mine.bin")
    assert listed["backups"][0]["chip"] == "BK7231N"
    assert bekenlab("erase", "storage", "-y", "-p", PORT, folder=folder, variables=home).status == 0
    chosen = ("undo", "--backup", "mine.bin", "-y", "-p", PORT)
    assert bekenlab(*chosen, folder=folder, variables=home).status == 0
    assert (folder / "chip.bin").read_bytes() == build_sample()
    restored = ("restore", "mine.bin", "-y", "-p", PORT)
    assert bekenlab(*restored, folder=folder, variables=home).status == 0


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("bekenlab ana", "analyze"),
        ("bekenlab pinout cb2", "CB2S"),
        ("bekenlab boot x.bin --chip bk723", "BK7231N"),
        ("bekenlab info -p virtual", "virtual://bk7231n"),
        ("bekenlab write x --keep r", "rf"),
    ],
)
def test_the_shell_completes(folder: Path, typed: str, offered: str) -> None:
    words = typed.split(" ")
    variables = {"_BEKENLAB_COMPLETE": "bash_complete", "COMP_WORDS": typed}
    done = subprocess.run(
        COMMAND,
        cwd=folder,
        env=environment() | variables | {"COMP_CWORD": str(len(words) - 1)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert f"plain,{offered}" in done.stdout.splitlines(), done
