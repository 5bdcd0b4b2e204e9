"""The user's folders for backups, records of unfinished writes, and adapters' baud rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bekenlab.files import resolved
from bekenlab.flashing.baud_memory import BaudMemory
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.known_backups import KnownBackups

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The user's folders.

    Attributes:
        state: Folder for records of unfinished writes and the list of known backups; None: neither
            is kept.
        backups: Where new backups go.
    """

    state: Path | None
    backups: Path

    @classmethod
    def of_user(cls) -> Self:
        """The operating system's usual data and state folders of this user."""
        from platformdirs import user_data_path

        return cls(state_folder(), user_data_path("bekenlab", appauthor=False) / "backups")

    @property
    def journal(self) -> WriteJournal:
        """The records of unfinished writes."""
        return WriteJournal(self.state)

    @property
    def known(self) -> KnownBackups:
        """The list of backups made on this computer."""
        return KnownBackups(self.state)

    @property
    def memory(self) -> BaudMemory | None:
        """The baud rates that adapters managed; None when no state is kept."""
        return BaudMemory(self.state) if self.state else None

    def candidates(self, named: Iterable[Path] = ()) -> list[Path]:
        """Files that may be backups of a chip, oldest first; those the user named come last.

        The folder is searched as well: a run may have been killed between making a backup and
        adding it to the list.
        """
        found = self.known.paths()
        if self.backups.is_dir():
            noted = {resolved(path) for path in found}
            files = sorted(self.backups.glob("*.bin"), key=_changed)
            found = [path for path in files if path.resolve() not in noted] + found
        return [*found, *named]


def state_folder() -> Path:
    """The user's state folder of this program."""
    from platformdirs import user_state_path

    return user_state_path("bekenlab", appauthor=False)


def _changed(path: Path) -> float:
    """When a file was last modified; 0 if it no longer exists."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
