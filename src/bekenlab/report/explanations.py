"""What is to be said about each error and warning: the documentation's own pages, for a terminal.

A wheel has copies of them in ``bekenlab/pages`` (see ``pyproject.toml``); in a checkout they are
read from ``docs``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Group
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

_PACKAGE = Path(__file__).parents[1]
_BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]]+)\]\(([^()]+)\)")
_FIRST_SENTENCE = re.compile(r"(.+?)(?:[.:;](?=\s|$)|$)")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one code.

    Attributes:
        code: The code.
        about: What kind of thing has it, e.g. ``"error"`` or ``"warning about a boot log"``.
        short: In one sentence.
        page: All of it, Markdown, without a heading of its own.
    """

    code: str
    about: str
    short: str
    page: str


@cache
def explanations() -> tuple[Explanation, ...]:
    """Everything that can be explained: errors, then warnings. A code may be both."""
    pages = _PACKAGE / "pages"
    if not pages.is_dir():
        pages = _PACKAGE.parents[1] / "docs"
    index = (pages / "index.md").read_text("utf-8")
    errors = sorted((pages / "errors").glob("*.md"))
    return (
        *(_error(path.stem, path.read_text("utf-8"), index) for path in errors),
        *_warnings((pages / "warnings.md").read_text("utf-8")),
    )


def _error(code: str, page: str, index: str) -> Explanation:
    row = re.search(rf"^\| \[{code}\]\(.*?\) \| (.*) \|$", index, re.MULTILINE)
    return Explanation(code, "error", row[1] if row else "", page.partition("\n")[2].strip())


def _warnings(page: str) -> Iterator[Explanation]:
    about = ""
    for line in page.splitlines():
        if line.startswith("## About "):
            about = line.removeprefix("## About ")
        if line.startswith("| `"):
            code, means, todo = (cell.strip() for cell in line.strip("|").split(" | "))
            text = f"## What it means\n\n{means}\n\n## What to do\n\n{todo}"
            yield Explanation(code.strip("`"), f"warning about {about}", _short(means), text)


def _short(text: str) -> str:
    """The first sentence, or the part of it before a colon or semicolon."""
    found = _FIRST_SENTENCE.match(text)
    return _LINK.sub(r"\1", found[1] if found else text).replace("`", "")


def explanation_text(told: Explanation) -> Group:
    """One explanation."""
    head = Text.assemble((told.code, "bold"), f": {told.about}\n")
    return Group(head, *_rendered(told.page))


def _rendered(page: str) -> Iterator[RenderableType]:
    """Prose as Markdown; blocks as they are, because what they show is 80 columns wide."""
    for index, part in enumerate(_BLOCK.split(page)):
        if index % 2:
            yield Text(f"\n{part.rstrip()}\n", "dim")
        elif part.strip():
            yield Markdown(_LINK.sub(_plain, part), hyperlinks=False)


def _plain(link: re.Match[str]) -> str:
    """A link to another page leads nowhere in a terminal; an address can be copied."""
    return f"{link[1]} ({link[2]})" if link[2].startswith("https://") else link[1]


def list_text() -> Table:
    """All codes, one a line."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for kind in ("error", "warning"):
        table.add_row(Text(f"{kind.capitalize()}s", "cyan"))
        for told in explanations():
            if told.about.startswith(kind):
                table.add_row(f"  {told.code}", Text(told.short))
    return table
