"""Labels and values, one pair a line: how a report looks that is no table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from bekenlab.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

_LABEL = 9


def labelled(pairs: Iterable[tuple[str, str]]) -> Table:
    """Label and value, one pair a line; long values go on under their own column."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="cyan", min_width=_LABEL)
    table.add_column(overflow="fold")
    for label, value in pairs:
        table.add_row(label, Text(printable(value)))
    return table
