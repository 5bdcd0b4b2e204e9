"""Which rate each adapter managed, kept in a small file of the user's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bekenlab.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

_FILE = "adapters.json"
_MOST = 100


class BaudMemory:
    """A file of adapters and rates; anything wrong with it means that nothing is remembered.

    Args:
        folder: Where the file is, or is made.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE

    def recall(self, adapter: str) -> int | None:
        """The rate an adapter managed last."""
        baud = self._load().get(adapter)
        return baud if isinstance(baud, int) and baud > 0 else None

    def remember(self, adapter: str, baud: int) -> None:
        """Note a rate; silently does nothing when the file cannot be written."""
        table = {**self._load(), adapter: baud}
        newest = dict(list(table.items())[-_MOST:])
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._path, json.dumps(newest, indent=1).encode())
        except OSError:
            return  # it is a convenience

    def _load(self) -> dict[str, object]:
        try:
            table = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return table if isinstance(table, dict) else {}
