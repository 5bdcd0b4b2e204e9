"""The app of a dump in a file, as a corpus compares it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.findings import find
from bekenlab.analysis.inputs import load_one
from bekenlab.corpus.rows import app_of
from bekenlab.errors import NotADumpError

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.corpus.fingerprint import Fingerprint


def fingerprint_of(path: Path) -> Fingerprint:
    """The fingerprint of the app in a file.

    Raises:
        BekenlabError: The file cannot be read, or holds no app.
    """
    found = find(load_one(path), boot=BootMode.NEVER)
    if found.problem is not None and found.image is None:
        raise found.problem
    made = app_of(found.image) if found.image is not None else None
    if made is None:
        raise NotADumpError(f"{path} holds no app", hint="name a dump whose code can be read")
    return made
