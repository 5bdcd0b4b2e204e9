"""Backups and writes that were cut off, from what they left on this computer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from bekenlab.files import is_there, path_id
from bekenlab.flashing.backup_files import cut_off_backups
from bekenlab.flashing.backup_list import backup_in
from bekenlab.flashing.journal import is_at_work

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.flashing.places import Places


class UnfinishedKind(StrEnum):
    """What was cut off."""

    BACKUP = "backup"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A backup or write that was cut off.

    Attributes:
        kind: Which of the two.
        path: Its journal or record.
        name: The backup's file name, or what was being written.
        chip: Name of the chip, or an empty string.
        made: When it was last at work, in ISO 8601; empty if unknown.
        done: Bytes a backup has read; 0 for a write.
        size: Bytes of flash a backup reads; 0 for a write.
        backup: Id of the backup a write can be undone with, if its file still exists.
        notice: What the jobs say of a write when they meet the chip it was cut off on.
    """

    kind: UnfinishedKind
    path: Path
    name: str
    chip: str
    made: str
    done: int = 0
    size: int = 0
    backup: str | None = None
    notice: str = ""

    @property
    def id(self) -> str:
        """A name for pages, which does not reveal the path."""
        return path_id(self.path)

    def discard(self) -> None:
        """Delete what it left; then it can no longer be finished."""
        self.path.unlink(missing_ok=True)
        if self.kind is UnfinishedKind.BACKUP:
            self.path.with_suffix(".partial").unlink(missing_ok=True)


def unfinished(places: Places) -> list[Unfinished]:
    """All of them, writes first: a device that is half written does not start."""
    return [*_writes(places), *_backups(places)]


def _writes(places: Places) -> list[Unfinished]:
    found: list[Unfinished] = []
    for path, record in places.journal.records():
        if is_at_work(path):
            continue
        kept = record.backup if record.backup and is_there(record.backup) else None
        found.append(
            Unfinished(
                UnfinishedKind.WRITE,
                path,
                record.title.partition(": ")[0],  # a file's kind follows, in English
                str(record.chip.get("chip") or ""),
                record.made,
                backup=backup_in(kept.resolve()).id if kept else None,
                notice=record.notice().message,
            )
        )
    return found


def _backups(places: Places) -> list[Unfinished]:
    return [
        Unfinished(
            UnfinishedKind.BACKUP,
            left.journal,
            left.journal.name.removesuffix(".journal"),
            left.chip,
            _made(left.journal),
            left.done,
            left.size,
        )
        for left in cut_off_backups(places.backups)
    ]


def _made(path: Path) -> str:
    try:
        changed = path.stat().st_mtime
    except OSError:  # it has ended meanwhile
        return ""
    return datetime.fromtimestamp(changed, UTC).isoformat(timespec="seconds")
