"""Prints results and errors to the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bekenlab.cli.wording import wording
from bekenlab.errors import DeclinedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import Console

    from bekenlab.errors import BekenlabError, Notice


def console(*, stderr: bool = False) -> Console:
    """A console for the terminal; in a pipe, 80 columns without colour."""
    from rich.console import Console

    # A name with colons in it stays as it is, and the table of emoji is not loaded.
    return Console(stderr=stderr, highlight=False, emoji=False)


def json_line(value: Mapping[str, Any]) -> str:
    """An object as one line of ASCII, safe for every terminal and pipe."""
    return json.dumps(value, separators=(",", ":"))


def print_advice(notices: Iterable[Notice]) -> None:
    """Print what to do next about warnings, as part of a report."""
    from rich.text import Text

    from bekenlab.cli.wording import notice_advice
    from bekenlab.report.hanging import hanging
    from bekenlab.report.printable import Printable

    for code in dict.fromkeys(notice.code for notice in notices):
        advice = notice_advice(code)
        if advice:
            console().print(Printable(hanging("  next: ", Text(advice))))


def print_warnings(warnings: Iterable[Notice | str]) -> None:
    """Print warnings to standard error, one per line; those with a code can be explained."""
    import click

    from bekenlab.cli.wording import notice_advice
    from bekenlab.report.printable import printable

    for each in warnings:
        text = each if isinstance(each, str) else f"{each.message} ({each.code})"
        click.echo(f"warning: {printable(text)}", err=True)
        if not isinstance(each, str) and (advice := notice_advice(each.code)):
            click.echo(f"  next: {advice}", err=True)


def print_error(error: BekenlabError, *, subject: str = "", reason_shown: bool = False) -> None:
    """Print message, advice and code of an error to standard error.

    Args:
        error: The error.
        subject: What it is about, if its message does not say so.
        reason_shown: Whether the message has been printed already.
    """
    from rich.table import Table
    from rich.text import Text

    from bekenlab.report.hanging import hanging
    from bekenlab.report.printable import Printable, printable

    out = console(stderr=True)
    if isinstance(error, DeclinedError):  # nothing is wrong
        out.print(Text(printable("; ".join(filter(None, (error.message, error.hint))))))
        return
    prefix = f"{subject}: " if subject and subject not in error.message else ""
    told = Table.grid(padding=(0, 1, 0, 0))  # what is long goes on under its own column
    told.add_column(no_wrap=True)
    told.add_column(overflow="fold")
    if not reason_shown:
        told.add_row(Text("error:", "bold red"), Text(printable(prefix + error.message)))
    advice = error.advice(wording)
    if advice:
        told.add_row(Text("  try:", "bold"), Text(printable(advice)))
    out.print(Printable(told))
    status = f"code {error.code}, exit {int(error.exit_code)}"
    see = Text(f"{status}; see: bekenlab explain {error.code}", style="dim")
    out.print(Printable(hanging("  ", see)))
