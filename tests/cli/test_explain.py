"""``bekenlab explain``: the page of every error and warning, wherever bekenlab is installed."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from bekenlab.report import explanations as module
from bekenlab.report.explanations import Explanation, explanation_text, explanations
from cli.program import bekenlab
from docs.pages import DOCS, ROOT, rows

ERRORS = sorted(path.stem for path in (DOCS / "errors").glob("*.md"))
WARNINGS = [row[0].strip("`") for row in rows(DOCS / "warnings.md")]


def shown(told: Explanation, width: int) -> str:
    out = Console(width=width, color_system=None, highlight=False)
    with out.capture() as captured:
        out.print(explanation_text(told))
    return captured.get()


def test_everything_that_is_documented_is_explained() -> None:
    assert [told.code for told in explanations()] == ERRORS + WARNINGS
    assert all(told.short for told in explanations())


@pytest.mark.parametrize("width", [60, 80])
def test_an_explanation_fits_the_terminal_and_has_no_markup_left(width: int) -> None:
    for told in explanations():
        text = shown(told, width)
        assert max(cell_len(line) for line in text.splitlines()) <= width, told.code
        assert not re.search(r"\]\(|\*\*|^#|```|^\|", text, re.MULTILINE), told.code
        assert "What to do" in text


def test_an_example_is_shown_as_it_was_printed() -> None:
    usage = next(told for told in explanations() if told.code == "usage")
    assert "\n  code usage, exit 2; see: bekenlab explain usage\n" in shown(usage, 80)


def test_an_error_says_where_its_page_is_and_the_page_is_there(tmp_path: Path) -> None:
    footer = bekenlab("analyze", "missing.bin", folder=tmp_path).err.splitlines()[-1]
    words = footer.partition("see: bekenlab ")[2].split()
    run = bekenlab(*words, folder=tmp_path)
    assert (run.status, run.err) == (0, "")
    assert run.out.startswith("file-access: error\n")
    assert "Exit status 9." in run.out


def test_a_warning_is_explained() -> None:
    run = bekenlab("explain", "Rotated-Dump")
    assert run.status == 0
    assert "rotated-dump: warning about the file and the flash" in run.out
    assert "Do not flash the file as it is." in run.out


def test_a_code_that_is_both_is_explained_as_both() -> None:
    out = bekenlab("explain", "boot-failed").out
    assert "boot-failed: error" in out
    assert "boot-failed: warning about a boot in the virtual chip" in out


def test_without_a_code_all_are_listed() -> None:
    listed = [line.split()[0] for line in bekenlab("explain").out.splitlines() if line[2:3].strip()]
    assert [code for code in listed if code in {*ERRORS, *WARNINGS}] == ERRORS + WARNINGS


@pytest.mark.parametrize(
    ("wrong", "told"), [("no-lnk", "did you mean no-link"), ("zzz", "bekenlab explain lists all")]
)
def test_a_code_that_does_not_exist(wrong: str, told: str) -> None:
    run = bekenlab("explain", wrong)
    assert (run.status, run.out) == (2, "")
    assert told in run.err


def test_a_wheel_brings_the_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the build puts them is where they are looked for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    taken = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for source, place in taken.items():
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copyfile
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / source, tmp_path / place)
    in_checkout = explanations()
    monkeypatch.setattr(module, "_PACKAGE", tmp_path / "bekenlab")
    assert explanations.__wrapped__() == in_checkout
