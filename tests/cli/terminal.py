"""The command line at a terminal of its own: a pseudo terminal of a given width, with answers."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.program import COMMAND, environment

if TYPE_CHECKING:
    from pathlib import Path

_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True)
class Shown:
    """What a terminal got, and what it then shows.

    Attributes:
        status: Exit status.
        raw: Everything that was sent.
    """

    status: int
    raw: str

    @property
    def lines(self) -> list[str]:
        """The lines, where a carriage return goes back to the beginning of its own."""
        return [_overwritten(line) for line in _CODES.sub("", self.raw).split("\n")]


def _overwritten(line: str) -> str:
    shown = ""
    for part in line.rstrip("\r").split("\r"):
        shown = part + shown[len(part) :]
    return shown.rstrip()


def at_terminal(
    folder: Path, *words: str, width: int = 80, answers: tuple[tuple[str, str], ...] = ()
) -> Shown:
    """Run a command at a terminal.

    Args:
        folder: Working directory and home.
        words: The command line.
        width: Columns.
        answers: (last words of a question, answer), in order.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    variables = {k: v for k, v in environment().items() if k != "COLUMNS"}
    homes = {f"XDG_{name}_HOME": str(folder / "home") for name in ("DATA", "STATE", "CACHE")}
    process = subprocess.Popen(
        [*COMMAND, *words],
        cwd=folder,
        env=variables | homes | {"TERM": "xterm", "HOME": str(folder)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0) and None,
    )
    os.close(theirs)
    seen, asked, left = b"", 0, list(answers)
    while piece := _read(ours):
        seen += piece
        if left and seen[asked:].decode(errors="replace").rstrip().endswith(left[0][0]):
            asked = len(seen)
            os.write(ours, left.pop(0)[1].encode() + b"\n")
    os.close(ours)
    assert not left, f"never asked: {left}"
    return Shown(process.wait(), seen.decode(errors="replace").replace("\r\n", "\n"))


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:  # the other end is closed
        return b""
