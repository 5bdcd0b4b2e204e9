"""The backups made on this computer, by the pages or by the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.files import is_there, path_id, resolved
from bekenlab.flashing.backup_files import manifest_path
from bekenlab.json_text import JsonError, read_json_file

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.flashing.places import Places


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup file.

    Attributes:
        path: The file.
        size: Bytes.
        chip: Name of the chip, or an empty string if the manifest is missing.
        made: Time of the backup according to the manifest, or an empty string.
        sha256: Hash according to the manifest, or an empty string.
    """

    path: Path
    size: int
    chip: str
    made: str
    sha256: str

    @property
    def id(self) -> str:
        """A name for pages, which does not reveal the path."""
        return path_id(self.path)


def backups(places: Places) -> list[Backup]:
    """The known backups whose files still exist, newest first, and those that records name."""
    named = [record.backup for _, record in places.journal.records() if record.backup]
    listed = [*reversed(places.candidates()), *named]
    paths = [resolved(path) for path in listed if is_there(path)]
    return [backup_in(path) for path in dict.fromkeys(paths)]


def backup_in(path: Path) -> Backup:
    """The backup stored in a file, with what its manifest says."""
    try:
        facts = read_json_file(manifest_path(path))
    except (OSError, JsonError):
        facts = None
    facts = facts if isinstance(facts, dict) else {}
    return Backup(
        path=path,
        size=path.stat().st_size,
        chip=str(facts.get("chip") or ""),
        made=str(facts.get("made") or ""),
        sha256=str(facts.get("sha256") or ""),
    )


def named(path: Path, places: Places) -> Path:
    """A file, or the known backup of that name if there is no such file here.

    Returns:
        ``path`` itself unless it is a bare name that exactly one known backup has.
    """
    if path.exists() or path.parent.name:
        return path
    found = [backup.path for backup in backups(places) if backup.path.name == path.name]
    return found[0] if len(found) == 1 else path
