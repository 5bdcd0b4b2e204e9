"""Confirmation before a chip is changed: by option, or at the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bekenlab.cli.chip.options import ChipOptions


def confirmed(question: str, options: ChipOptions) -> bool:
    """Whether the user agrees.

    Raises:
        RefusedError: Nobody can be asked.
    """
    if options.yes:
        return True
    if options.as_json or not sys.stdin.isatty():
        refuse_without_yes()
    return click.confirm(question, default=False, err=True)


def refuse_without_yes() -> None:
    """Refuse to change anything, because nobody can be asked.

    Raises:
        RefusedError: Always.
    """
    from bekenlab.errors import RefusedError

    raise RefusedError(
        "changing the chip needs a confirmation, and nobody can be asked here",
        hint="look at the plan with --dry-run, then add --yes",
    )
