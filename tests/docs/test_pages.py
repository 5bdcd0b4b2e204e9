"""Pages that hang together: links, commands for CI, nothing of anybody's machine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.pages import DOCS, PAGES, ROOT, anchors, blocks, name_of, prose, text_of

FIRST = (
    "python3 -m venv .venv && . .venv/bin/activate && python -m pip install . && bekenlab demo\n"
)
SECOND = (
    "python3 -m venv .venv-test && . .venv-test/bin/activate && "
    "python -m pip install -c constraints.txt -e '.[test]' && python -m pytest -n auto\n"
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MACHINE_PATH = re.compile(r"(?<![\w.)/])/(work|home|root|tmp|Users|mnt|opt)/|\b[A-Z]:\\")
INDEX = re.compile(
    r"--(extra-)?index-url|\bpypi\.org|pythonhosted|devpi|artifactory|/simple\b", re.IGNORECASE
)


@pytest.mark.parametrize(("number", "command"), [(1, FIRST), (2, SECOND)])
def test_the_two_commands_are_what_ci_runs(number: int, command: str) -> None:
    script = ROOT / ".ci" / "readme_block.py"
    out = subprocess.check_output([sys.executable, script, str(number)], encoding="utf-8")
    assert out == command
    assert blocks(ROOT / "README.md", "sh")[number - 1].text == command


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(prose(page)):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), f"{link} leads out of the repository"
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_page_can_be_reached_from_the_index() -> None:
    seen: set[Path] = set()
    waiting = [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        links = [link.partition("#")[0] for link in LINK.findall(prose(page))]
        local = [link for link in links if link and not link.startswith("https://")]
        waiting += [(page.parent / link).resolve() for link in local]
    assert set(PAGES) <= seen


@pytest.mark.parametrize(
    "path",
    [*PAGES, *sorted(DOCS.rglob("*.py")), *sorted(DOCS.rglob("*.svg"))],
    ids=name_of,
)
def test_nothing_of_a_machine_or_a_package_index_is_shown(path: Path) -> None:
    text = text_of(path)
    assert not MACHINE_PATH.search(text)
    assert not INDEX.search(text)


def test_the_patterns_find_what_they_look_for() -> None:
    assert MACHINE_PATH.search("see /home/me/dump.bin")
    assert MACHINE_PATH.search("C:\\Users\\me")
    relative = Path("docs", "work", "x").as_posix()
    assert not MACHINE_PATH.search(f"../shared/dumps and {relative}")
    assert INDEX.search("pip install --index-url https://x/simple y")
