"""The baud rate each adapter managed last, kept in a small file in the user's state folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bekenlab.files import write_whole
from bekenlab.json_text import JsonError, read_json_file

if TYPE_CHECKING:
    from pathlib import Path

_FILE = "adapters.json"
_MOST = 100


class BaudMemory:
    """A file of adapters and baud rates; a damaged file counts as empty.

    Args:
        folder: Where the file is or will be created.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE

    def recall(self, adapter: str) -> int | None:
        """The baud rate an adapter managed last, or None."""
        baud = self._load().get(adapter)
        return baud if isinstance(baud, int) and baud > 0 else None

    def remember(self, adapter: str, baud: int) -> None:
        """Store a rate; silently does nothing when the file cannot be written."""
        table = {**self._load(), adapter: baud}
        newest = dict(list(table.items())[-_MOST:])
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._path, json.dumps(newest, indent=1).encode())
        except OSError:
            return  # only a convenience

    def _load(self) -> dict[str, object]:
        try:
            table = read_json_file(self._path)
        except (OSError, JsonError):
            return {}
        return table if isinstance(table, dict) else {}
