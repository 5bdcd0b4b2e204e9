"""``python -m bekenlab`` and the command ``bekenlab``."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_INTERRUPTED = 130


def run() -> NoReturn:
    """Run the command line and exit; Ctrl-C while it is still loading ends it just as quietly."""
    try:
        from bekenlab.cli.main import run as run_commands
    except KeyboardInterrupt:
        os._exit(_INTERRUPTED)  # sys.exit: Python may end by the signal itself, with another status
    run_commands()


if __name__ == "__main__":
    run()
