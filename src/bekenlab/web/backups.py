"""Backups that were made on this computer: those of the pages, and those of the command line."""

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
    """One backup.

    Attributes:
        id: What a page calls it; says nothing of where it is.
        path: The file.
        size: Bytes.
        chip: Name of the chip, or an empty string where the manifest is gone.
        made: When, as the manifest has it, or an empty string.
        sha256: As the manifest has it, or an empty string.
    """

    id: str
    path: Path
    size: int
    chip: str
    made: str
    sha256: str


class Backups:
    """All backups that are known and still there.

    Args:
        places: The user's folders.
    """

    def __init__(self, places: Places) -> None:
        self._places = places

    def all(self) -> list[Backup]:
        """All that are there, newest first."""
        paths = reversed(self._places.candidates())
        found = [_backup(path.resolve()) for path in paths if path.is_file()]
        return list({backup.id: backup for backup in found}.values())

    def get(self, name: str) -> Backup:
        """A backup by its id.

        Raises:
            NotFoundError: There is none, or the file is gone.
        """
        found = next((backup for backup in self.all() if backup.id == name), None)
        if found is None:
            raise NotFoundError("this backup is not there (any more)")
        return found

    def of(self, path: Path) -> Backup:
        """The backup in a file."""
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
