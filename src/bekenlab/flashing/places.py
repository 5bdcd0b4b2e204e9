"""The user's folders: where backups, unfinished writes and what is known of adapters are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

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
        state: Records of unfinished writes, and the list of known backups; None keeps none.
        backups: Where new backups go.
    """

    state: Path | None
    backups: Path

    @classmethod
    def of_user(cls) -> Self:
        """The folders that this computer's system gives to the user's programs."""
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
        """The rates that adapters managed."""
        return BaudMemory(self.state) if self.state else None

    def candidates(self, named: Iterable[Path] = ()) -> list[Path]:
        """Files that may be backups of a chip, oldest first; those the user named come last.

        The folder is searched as well: a run may have been ended between making a backup and
        noting it.
        """
        found = self.known.paths()
        if self.backups.is_dir():
            noted = {path.resolve() for path in found}
            files = sorted(self.backups.glob("*.bin"), key=_changed)
            found = [path for path in files if path.resolve() not in noted] + found
        return [*found, *named]


def state_folder() -> Path:
    """Where this user's programs keep what must outlive a run."""
    from platformdirs import user_state_path

    return user_state_path("bekenlab", appauthor=False)


def _changed(path: Path) -> float:
    """When a file was last written to; one that is gone by now is as old as can be."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
