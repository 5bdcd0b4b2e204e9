"""What the pages show is what the program does."""

from __future__ import annotations

import doctest
import json
import re
import runpy
import shlex
import xml.etree.ElementTree as ET
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING, Any

import pytest

from bekenlab.jobs.install.firmware import read_firmware
from docs.pages import DOCS, PAGES, ROOT, blocks, name_of, text_of
from docs.program import fill, run, run_python
from shared import dump

if TYPE_CHECKING:
    from pathlib import Path

README = ROOT / "README.md"
CUT = "..."
CONSOLES = [page for page in PAGES if blocks(page, "console")]
SESSIONS = [page for page in PAGES if blocks(page, "pycon")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path)
    return tmp_path


def commands(text: str) -> list[tuple[str, list[str]]]:
    """Commands of a console block and the lines shown below each."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def is_shown(shown: list[str], real: list[str]) -> bool:
    """Whether shown lines are the real ones; ``...`` ends a line, or alone stands for any lines."""
    for index, (ours, theirs) in enumerate(zip_longest(shown, real)):
        if ours == CUT:
            rest = shown[index + 1 :]
            return not rest or any(is_shown(rest, real[at:]) for at in range(index, len(real)))
        if ours is None or theirs is None:
            return False
        if ours != theirs and not (ours.endswith(CUT) and theirs.startswith(ours[: -len(CUT)])):
            return False
    return True


def printed(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


@pytest.mark.parametrize("page", CONSOLES, ids=name_of)
def test_commands_print_what_the_page_shows(page: Path, folder: Path) -> None:
    status = 0
    for block in blocks(page, "console"):
        for command, shown in commands(block.text):
            if command == "echo $?":
                assert shown == [str(status)], f"exit status in {name_of(page)}"
                continue
            program, *words = shlex.split(command)
            assert program == "bekenlab"
            status, out = run(words, folder)
            if shown:
                assert is_shown(shown, printed(out)), f"{command} now prints:\n{out}"


@pytest.mark.parametrize("page", SESSIONS, ids=name_of)
def test_python_sessions_give_what_the_page_shows(
    page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}  # a page is one session
    for block in blocks(page, "pycon"):
        example = doctest.DocTestParser().get_doctest(block.text, names, name_of(page), None, None)
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
        report: list[str] = []
        done = runner.run(example, out=report.append, clear_globs=False)
        assert done.failed == 0, "".join(report)
        names = example.globs


def test_the_readme_shows_the_demo_cut_between_sections(tmp_path: Path) -> None:
    shown = printed(blocks(README, "text")[0].text)
    status, out = run(["demo"], tmp_path)
    real = printed(out)
    assert status == 0
    assert shown[-1] == CUT
    assert shown[:-1] == real[: len(shown) - 1]
    assert real[len(shown) - 2] == "", "cut at the end of a section"
    assert len(shown) > 20


def test_the_readme_python_runs_and_prints_what_is_shown(folder: Path) -> None:
    (code,) = blocks(README, "python")
    found = blocks(README)
    (below,) = [after for before, after in pairwise(found) if before == code]
    status, out = run_python(code.text, folder)
    assert (status, out) == (0, below.text)


def test_the_files_of_o_are_those_the_readme_lists(folder: Path) -> None:
    (paragraph,) = [part for part in text_of(README).split("\n\n") if part.startswith("With `-o`")]
    listed = set(re.findall(r"`([\w.]+\.\w+)`", paragraph))
    run(["analyze", "-o", "plain", "my-dump.bin"], folder)
    run(["analyze", "-o", "open", "--show-secrets", "my-dump.bin"], folder)
    plain = {path.name for path in (folder / "plain" / "my-dump.bin").iterdir()}
    everything = {path.name for path in (folder / "open" / "my-dump.bin").iterdir()}
    assert listed - plain == everything - plain == {"storage.json"}
    unlisted = everything - listed
    assert {name.split(".0x")[0] for name in unlisted} == {"bootloader", "app", "download"}


def test_reports_can_be_shared_as_the_readme_promises(folder: Path) -> None:
    secrets = (b"sample-network", b"sample-password", b"sample0000000000", b"1a:b0:01")
    shared = [
        run(["demo"], folder)[1].encode(),
        run(["analyze", "--json", "my-dump.bin"], folder)[1].encode(),
    ]
    run(["analyze", "-o", "out", "my-dump.bin"], folder)
    shared += [path.read_bytes() for path in (folder / "out" / "my-dump.bin").iterdir()]
    assert [secret for secret in secrets for text in shared if secret in text] == []
    asked = run(["analyze", "--json", "--show-secrets", "my-dump.bin"], folder)[1].encode()
    assert all(secret in asked for secret in secrets)


def test_the_picture_shows_the_demo(tmp_path: Path) -> None:
    svg = DOCS / "images" / "demo.svg"
    picture = {"".join(text.split()) for text in ET.parse(svg).getroot().itertext()}  # noqa: S314  our own file
    shown = "".join(sorted(picture))
    _, out = run(["demo"], tmp_path)
    report = printed(out)[2:-2]
    words = {word for line in report for word in re.findall(r"[\w;:.]{3,}", line)}
    assert {word for word in words if word not in shown} == set()
    assert "@font-face" not in text_of(svg), "a picture asks nobody for fonts"


@pytest.mark.parametrize("name", ["pinout.svg", "wiring.svg", "flash.svg"])
def test_the_pictures_are_what_the_program_draws(name: str) -> None:
    made = runpy.run_path(str(DOCS / "images" / "make.py"))["draw"]()
    assert (DOCS / "images" / name).read_text("utf-8") == made[name]


def test_the_picture_of_an_install_is_what_the_program_draws(tmp_path: Path) -> None:
    firmware = tmp_path / "OpenBK7231N_QIO_1.18.300.bin"
    firmware.write_bytes(dump("openbk7231n-qio-1.18.300"))
    make = runpy.run_path(str(DOCS / "images" / "make.py"))
    assert (DOCS / "images" / "install.svg").read_text("utf-8") == make["draw_install"](
        read_firmware(firmware)
    )


def is_part(shown: Any, real: Any) -> bool:
    """Whether shown JSON is real JSON with members taken out, and texts cut at ``...``."""
    if isinstance(shown, dict) and isinstance(real, dict):
        return all(key in real and is_part(value, real[key]) for key, value in shown.items())
    if isinstance(shown, list) and isinstance(real, list):
        left = iter(real)
        return all(any(is_part(value, other) for other in left) for value in shown)
    if isinstance(shown, str) and isinstance(real, str) and shown.endswith(CUT):
        return real.startswith(shown[: -len(CUT)])
    return bool(shown == real)


def test_the_json_example_is_part_of_the_demo(tmp_path: Path) -> None:
    block, _ = blocks(DOCS / "json.md", "json")
    _, out = run(["demo", "--json"], tmp_path)
    assert is_part(json.loads(block.text), json.loads(out))


def test_the_json_example_of_boot_is_part_of_what_it_prints(folder: Path) -> None:
    _, block = blocks(DOCS / "json.md", "json")
    status, out = run(["boot", "--json", "my-dump.bin"], folder)
    assert status == 0
    assert is_part(json.loads(block.text), json.loads(out.splitlines()[-1]))


def test_comparison_sees_differences() -> None:
    assert is_shown(["a", "b..."], ["a", "bcd"])
    assert is_shown(["a", CUT], ["a", "b", "c"])
    assert is_shown(["a", CUT, "d"], ["a", "b", "c", "d"])
    assert not is_shown(["a", CUT, "d"], ["a", "b", "c"])
    assert not is_shown(["a", CUT, "c"], ["a", "b", "c", "d"])
    assert not is_shown(["a"], ["a", "b"])
    assert not is_shown(["a", "b"], ["a"])
    assert not is_shown(["x..."], ["abc"])
    assert is_part({"a": [2]}, {"a": [1, 2, 3], "b": 1})
    assert not is_part({"a": [3, 2]}, {"a": [1, 2, 3]})
    assert is_part({"a": "ab..."}, {"a": "abc"})
    assert not is_part({"a": "ab..."}, {"a": "xab"})
