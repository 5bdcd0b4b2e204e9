"""What the one-file program runs: the command line, or the pages when nothing was asked for.

Whoever double-clicks a program passes no arguments and may have no terminal.
"""

from __future__ import annotations

import multiprocessing
import os
import sys


def main() -> None:
    """Run bekenlab and exit with its status."""
    multiprocessing.freeze_support()  # the workers of ``analyze -j`` are this program, too
    if os.environ.pop("BEKENLAB_SEARCHES", None):  # the other process of bekenlab.machine.pattern
        from bekenlab.machine.pattern import serve

        serve()
    _give_back_library_path()
    from bekenlab.cli.main import run

    if len(sys.argv) > 1:
        run()
    sys.argv.append("ui")
    try:
        run()
    except SystemExit as end:
        if end.code:
            _keep_window_open()
        raise


def _give_back_library_path() -> None:
    """A browser that we start must load the system's libraries, not those packed in here."""
    name = "LD_LIBRARY_PATH"
    if not getattr(sys, "frozen", False):
        return
    before = os.environ.pop(f"{name}_ORIG", None)
    if before is not None:
        os.environ[name] = before
    else:
        os.environ.pop(name, None)


def _keep_window_open() -> None:
    """Windows closes a program's window when it ends, with the error in it."""
    if sys.platform == "win32" and sys.stdin and sys.stdin.isatty():
        input("Press Enter to close this window. ")


if __name__ == "__main__":
    main()
