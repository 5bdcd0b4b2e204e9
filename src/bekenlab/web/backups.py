"""Backups made on this computer, by the pages or by the command line."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.errors import NotFoundError
from bekenlab.flashing.backup_files import manifest_path

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.flashing.places import Places


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup file.

    Attributes:
        id: Name used by pages; does not reveal the path.
        path: The file.
        size: Bytes.
        chip: Name of the chip, or an empty string if the manifest is missing.
        made: Time of the backup according to the manifest, or an empty string.
        sha256: Hash according to the manifest, or an empty string.
    """

    id: str
    path: Path
    size: int
    chip: str
    made: str
    sha256: str


class Backups:
    """The known backups whose files still exist.

    Args:
        places: The user's folders.
    """

    def __init__(self, places: Places) -> None:
        self._places = places

    def all(self) -> list[Backup]:
        """All of them, newest first."""
        paths = reversed(self._places.candidates())
        found = [_backup(path.resolve()) for path in paths if path.is_file()]
        return list({backup.id: backup for backup in found}.values())

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
        return _backup(path.resolve())


def _backup(path: Path) -> Backup:
    try:
        facts = json.loads(manifest_path(path).read_text("utf-8"))
    except (OSError, ValueError):
        facts = None
    facts = facts if isinstance(facts, dict) else {}
    return Backup(
        id=hashlib.sha256(str(path).encode()).hexdigest()[:16],
        path=path,
        size=path.stat().st_size,
        chip=str(facts.get("chip") or ""),
        made=str(facts.get("made") or ""),
        sha256=str(facts.get("sha256") or ""),
    )
