"""The documentation's pages and what is in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language and its text, with the line feed at the end."""

    language: str
    text: str


def name_of(page: Path) -> str:
    """Path in the repository, for test ids and messages."""
    return page.relative_to(ROOT).as_posix()


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str | None = None) -> list[Block]:
    """Fenced blocks of a page, all or those of one language."""
    found = [Block(*match) for match in _BLOCK.findall(text_of(page))]
    return [block for block in found if language in (None, block.language)]


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _BLOCK.sub("", text_of(page))


def rows(page: Path, heading: str = "") -> list[list[str]]:
    """Cells of all table rows below a heading, heads and rules left out."""
    text = prose(page)
    if heading:
        text = re.split(rf"^#+ {re.escape(heading)}$", text, flags=re.MULTILINE)[1]
        text = re.split(r"^#", text, flags=re.MULTILINE)[0]
    found: list[list[str]] = []
    previous = ""
    for line in text.splitlines():
        if re.fullmatch(r"\|[ :|-]*-[ :|-]*\|", line):
            found = found[:-1] if previous.startswith("|") else found
        elif line.startswith("|"):
            found.append([cell.strip() for cell in line.strip("|").split("|")])
        previous = line
    return found


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, spelt as on GitHub."""
    heads = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
