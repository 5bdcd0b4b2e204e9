"""Labels with values, and warnings, one per line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from bekenlab.report.hanging import hanging
from bekenlab.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from bekenlab.errors import Notice

_LABEL = 9


def labelled(pairs: Iterable[tuple[str, str]]) -> Table:
    """Labels with values, one per line; long values wrap within their column."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="cyan", min_width=_LABEL)
    table.add_column(overflow="fold")
    for label, value in pairs:
        table.add_row(label, Text(printable(value)))
    return table


def noted(notices: Iterable[Notice]) -> list[RenderableType]:
    """Warnings, one per line."""
    return [
        hanging(
            Text("! ", "yellow"),
            Text.assemble((f"{notice.code}: ", "yellow"), printable(notice.message)),
        )
        for notice in notices
    ]
