"""How results and errors reach the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bekenlab.cli.wording import wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from bekenlab.errors import BekenlabError


def console(*, stderr: bool = False) -> Console:
    """A console that fits the terminal; 80 columns and no colour in a pipe."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


def json_line(value: Mapping[str, Any]) -> str:
    """One object as one line of ASCII, which every terminal and pipe can take."""
    return json.dumps(value, separators=(",", ":"))


def print_error(error: BekenlabError, *, subject: str = "") -> None:
    """What was seen, what to do, and how to read more; on standard error."""
    from rich.table import Table
    from rich.text import Text

    from bekenlab.report.printable import Printable, printable

    out = console(stderr=True)
    prefix = f"{subject}: " if subject and subject not in error.message else ""
    told = Table.grid(padding=(0, 1, 0, 0))  # what is long goes on under its own column
    told.add_column(no_wrap=True)
    told.add_column(overflow="fold")
    told.add_row(Text("error:", "bold red"), Text(printable(prefix + error.message)))
    advice = error.advice(wording)
    if advice:
        told.add_row(Text("  try:", "bold"), Text(printable(advice)))
    out.print(Printable(told))
    status = f"code {error.code}, exit {int(error.exit_code)}"
    out.print(Text(f"  {status}; see: bekenlab explain {error.code}", style="dim"))
