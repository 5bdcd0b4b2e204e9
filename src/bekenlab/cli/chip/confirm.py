"""Confirmation before a chip is changed: by option, or at the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bekenlab.cli.questions import agrees

if TYPE_CHECKING:
    from bekenlab.cli.chip.options import ChipOptions


def confirmed(question: str, options: ChipOptions) -> bool:
    """Whether the user agrees.

    Raises:
        RefusedError: It was not agreed to, and there is no terminal to ask on.
    """
    if options.yes:
        return True
    refuse_unless_asked(options)
    return agrees(question)


def refuse_unless_asked(options: ChipOptions) -> None:
    """Refuse to change anything unless it was agreed to, or there is somebody to ask.

    Raises:
        RefusedError: There is no terminal, and no ``--yes``.
    """
    from bekenlab.errors import RefusedError

    if options.yes or options.dry_run or (not options.as_json and sys.stdin.isatty()):
        return

    raise RefusedError(
        "changing the chip needs a confirmation, and none can be asked for here",
        hint="look at the plan with --dry-run, then add --yes",
    )
