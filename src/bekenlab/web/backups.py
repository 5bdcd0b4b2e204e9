"""Backups that were made on this computer: those of the pages, and those of the command line."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bekenlab.errors import FileAccessError, NotFoundError
from bekenlab.flashing.backup_files import is_being_made, manifest_path
from bekenlab.flashing.known_backups import KnownBackups
from bekenlab.flashing.same_chip import identity_facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from bekenlab.link.target import Target


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
        folder: Where the pages keep theirs.
        state: Where the list of all is.
    """

    def __init__(self, folder: Path, state: Path) -> None:
        self._folder = folder
        self._known = KnownBackups(state)

    def paths(self) -> list[Path]:
        """All that are noted, oldest first, whether they are still there or not."""
        return self._known.paths()

    def all(self) -> list[Backup]:
        """All that are there, newest first."""
        found = [_backup(path) for path in reversed(self.paths()) if path.is_file()]
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
        return _backup(path)

    def add(self, path: Path) -> Backup:
        """Note a backup that was just made."""
        self._known.add(path)
        return _backup(path.resolve())

    def place_for(self, target: Target, now: Callable[[], datetime]) -> Path:
        """Where to put a backup of a chip: where one of this kind of chip was cut off, or anew.

        Whether what is there is of this very chip is checked sector by sector.

        Raises:
            FileAccessError: The folder cannot be made.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise FileAccessError(f"{self._folder} cannot be made: {reason}") from error
        wanted = {**identity_facts(target.identity), "size": target.size}
        for journal in sorted(self._folder.glob("*.bin.journal"), reverse=True):
            if _head(journal).items() >= wanted.items() and not is_being_made(journal):
                return journal.with_name(journal.name.removesuffix(".journal"))
        chip = target.identity.chip.name if target.identity.chip else "chip"
        stem = f"{chip}-{now():%Y%m%d-%H%M%S}"
        path = self._folder / f"{stem}.bin"
        count = 1
        while path.exists():
            count += 1
            path = self._folder / f"{stem}-{count}.bin"
        return path


def _head(journal: Path) -> dict[str, Any]:
    try:
        with journal.open(encoding="utf-8") as lines:
            head = json.loads(lines.readline(1 << 16))
    except (OSError, ValueError):
        return {}
    return head if isinstance(head, dict) else {}


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
