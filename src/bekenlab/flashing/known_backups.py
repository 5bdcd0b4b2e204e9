"""The list of backups made on this computer; without one of the chip, writes are refused."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import IO

from bekenlab.files import lock, write_whole
from bekenlab.json_text import JsonError, read_json_file

_FILE = "backups.json"
_MOST = 1000
_TRIES, _PAUSE = 200, 0.01  # seconds between tries


class KnownBackups:
    """A list of files in the user's state folder.

    Args:
        folder: Where the list is or will be created; None: no list is kept.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / _FILE if folder else None

    def add(self, dump: Path) -> None:
        """Add a backup; silently does nothing when the list cannot be written."""
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.with_suffix(".lock").open("a", encoding="utf-8") as guard:
                _wait_for(guard)
                paths = [*(p for p in self.paths() if p != dump.resolve()), dump.resolve()]
                write_whole(self._path, json.dumps([str(p) for p in paths[-_MOST:]]).encode())
        except OSError:
            return  # then the user has to name the backup

    def paths(self) -> list[Path]:
        """All files on the list, oldest first, whether they still exist or not."""
        if self._path is None:
            return []
        try:
            names = read_json_file(self._path)
        except (OSError, JsonError):
            return []
        found = names if isinstance(names, list) else []
        return [Path(name) for name in found if isinstance(name, str) and _can_exist(name)]


def _can_exist(name: str) -> bool:
    """Whether a text can be the name of a file; the system raises an error for some."""
    try:
        Path(name).resolve().exists()
    except (OSError, ValueError, RuntimeError):  # RuntimeError: links in a circle
        return False
    return True


def _wait_for(guard: IO[str]) -> None:
    """Wait up to two seconds for another run: both would overwrite each other's entry."""
    for _ in range(_TRIES):
        if lock(guard):
            return
        time.sleep(_PAUSE)
