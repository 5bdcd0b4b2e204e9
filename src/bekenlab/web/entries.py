"""What a job has told, in numbered entries: a progress entry replaces the one before it."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass

_MOST_ENTRIES = 5000
_MOST_BYTES = 2 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of a job.

    Attributes:
        number: Increases; a gap is an entry that was replaced by a newer one.
        text: A JSON object on one line.
    """

    number: int
    text: str


class Entries:
    """The entries of a job, within limits: the oldest are dropped first. Not safe for threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[Entry, str | None]] = OrderedDict()
        self._latest: dict[str, int] = {}
        self._bytes = 0
        self._lost = 0
        self._number = 0

    @property
    def next_number(self) -> int:
        """The number that the next entry gets."""
        return self._number + 1

    def add(self, text: str, replaces: str | None) -> None:
        """Add an entry.

        Args:
            text: A JSON object on one line.
            replaces: A name; an earlier entry with this name is dropped.
        """
        if replaces is not None and replaces in self._latest:
            self._drop(self._latest[replaces])
        self._number += 1
        self._kept[self._number] = Entry(self._number, text), replaces
        self._bytes += len(text)
        if replaces is not None:
            self._latest[replaces] = self._number
        while len(self._kept) > _MOST_ENTRIES or self._bytes > _MOST_BYTES:
            oldest = next((n for n, (_, name) in self._kept.items() if name is None), None)
            if oldest is None:
                break
            self._lost = max(self._lost, oldest)
            self._drop(oldest)

    def _drop(self, number: int) -> None:
        entry, name = self._kept.pop(number)
        self._bytes -= len(entry.text)
        if name is not None:
            self._latest.pop(name, None)

    def since(self, number: int) -> list[Entry]:
        """Entries after a number; 0 for all that are still kept."""
        found: list[Entry] = []
        for entry, _ in reversed(self._kept.values()):
            if entry.number <= number:
                break
            found.append(entry)
        if self._lost > number:
            lost = {"event": "dropped", "until": self._lost}
            found.append(Entry(self._lost, json.dumps(lost)))
        return sorted(found, key=lambda entry: entry.number)
