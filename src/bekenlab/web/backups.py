"""Backups made on this computer, found by ids that reveal no path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import NotFoundError
from bekenlab.flashing.backup_list import Backup, backup_in, backups

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.flashing.places import Places


class Backups:
    """The known backups whose files still exist.

    Args:
        places: The user's folders.
    """

    def __init__(self, places: Places) -> None:
        self._places = places

    def all(self) -> list[Backup]:
        """All of them, newest first."""
        return backups(self._places)

    def get(self, name: str) -> Backup:
        """A backup by its id.

        Raises:
            NotFoundError: The id is unknown, or the file is gone.
        """
        found = next((backup for backup in self.all() if backup.id == name), None)
        if found is None:
            raise NotFoundError("this backup does not exist, or no longer does")
        return found

    def of(self, path: Path) -> Backup:
        """The backup stored in a file."""
        return backup_in(path.resolve())
