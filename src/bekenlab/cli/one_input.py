"""One input where a path holds several: asked for on a terminal, refused anywhere else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bekenlab.analysis.several import SeveralInputsError

Result = TypeVar("Result")


def with_one_input(path: Path, read: Callable[[Path], Result], *, as_json: bool = False) -> Result:
    """Read a file; if it is a folder, archive or text with several inputs, ask for one of them.

    Args:
        path: The path the user gave.
        read: Reads it. It is called again with the path of the input the user chose.
        as_json: Whether the command speaks to a script, which cannot be asked.

    Raises:
        SeveralInputsError: There are several, and there is no terminal to ask on.
        BekenlabError: As ``read``.
    """
    from bekenlab.analysis.several import SeveralInputsError

    while True:
        try:
            return read(path)
        except SeveralInputsError as several:
            if as_json or not sys.stdin.isatty():
                raise
            path = _asked(several)


def _asked(several: SeveralInputsError) -> Path:
    from bekenlab.report.printable import printable

    click.echo(f"{printable(several.summary)}:", err=True)
    for number, about in enumerate(several.about, start=1):
        click.echo(f"  {number}: {printable(about)}", err=True)
    answer: int = click.prompt(
        "Number of the one to use", type=click.IntRange(1, len(several.choices)), err=True
    )
    return several.choices[answer - 1]
