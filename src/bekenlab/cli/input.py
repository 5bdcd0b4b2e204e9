"""The file a user names, or ``-`` for standard input."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.analysis.inputs import InputFile

_STANDARD_INPUT = "-"


def named_input(path: Path) -> InputFile:
    """Read a single file, packed or not.

    Raises:
        BekenlabError: It cannot be read, or is an archive of several files.
    """
    from bekenlab.analysis.inputs import load_one, load_stream

    if str(path) != _STANDARD_INPUT:
        return load_one(path)
    return load_stream("standard input", sys.stdin.buffer)
