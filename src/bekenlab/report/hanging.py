"""Lines that wrap below their own beginning, not at the left edge."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from bekenlab.report.printable import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

_LEAD = re.compile(r" *(?:- )?")


def hanging(lead: str | Text, rest: RenderableType) -> Table:
    """A line whose continuation is aligned with ``rest``."""
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(lead, rest)
    return grid


def paragraphs(text: str) -> list[RenderableType]:
    """The lines of a text; each keeps its indentation, or bullet, where it wraps."""
    return [_line(line) for line in printable(text).split("\n")]


def _line(line: str) -> RenderableType:
    found = _LEAD.match(line)
    lead = found.group() if found else ""
    return hanging(lead, Text(line[len(lead) :])) if lead else Text(line, overflow="fold")
