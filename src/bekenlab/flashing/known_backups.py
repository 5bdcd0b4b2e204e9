"""The list of backups made on this computer; without one of the chip, writes are refused."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import IO

from bekenlab.errors import Notice
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

    def add(self, dump: Path) -> tuple[Notice, ...]:
        """Add a backup; silently does nothing when the list cannot be read or written.

        A list that means nothing is set aside under another name, and a new one begun.

        Returns:
            A warning if that was so.
        """
        if self._path is None:
            return ()
        broken: tuple[Notice, ...] = ()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.with_suffix(".lock").open("a", encoding="utf-8") as guard:
                _wait_for(guard)
                own = str(dump.resolve())
                # Backups on a disk that cannot be reached just now stay on the list.
                kept, broken = self._kept(self._path)
                names = [*(name for name in kept if name != own), own]
                write_whole(self._path, json.dumps(names[-_MOST:]).encode())
        except OSError:
            pass  # then the user has to name the backup
        return broken

    def paths(self) -> list[Path]:
        """All files on the list, oldest first, whether they still exist or not."""
        if self._path is None:
            return []
        try:
            return [Path(name) for name in _names(self._path) if _is_name(name)]
        except (OSError, JsonError):
            return []

    @staticmethod
    def _kept(path: Path) -> tuple[list[str], tuple[Notice, ...]]:
        """What is on the list, to be written again, and a warning if it means nothing.

        Raises:
            OSError: It is there, but cannot be read.
        """
        try:
            return _names(path), ()
        except FileNotFoundError:
            return [], ()
        except JsonError as error:
            aside = path.with_suffix(".broken")
            path.replace(aside)
            return [], (Notice("state-ignored", _broken(path, aside, error)),)


def _broken(path: Path, aside: Path, error: JsonError) -> str:
    return (
        f"The list of backups, {path}, could not be read ({error}). It was moved to {aside}, and a "
        "new one begun: backups in other folders than the usual one are found only if you name "
        "them."
    )


def _is_name(name: str) -> bool:
    """Whether a text can be passed to the system as a name, be there such a file or not."""
    try:
        return b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:
        return False


def _names(path: Path) -> list[str]:
    names = read_json_file(path, halves=True)
    if not isinstance(names, list):
        raise JsonError("it is not a list")
    return [name for name in names if isinstance(name, str)]


def _wait_for(guard: IO[str]) -> None:
    """Wait up to two seconds for another run: both would overwrite each other's entry."""
    for _ in range(_TRIES):
        if lock(guard):
            return
        time.sleep(_PAUSE)
