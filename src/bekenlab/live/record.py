"""Ring buffers of events, read by many watchers at their own pace.

A watcher keeps the number of the next item to read. A slow watcher may find that items have been
dropped, but costs no memory.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import Generic, TypeVar

from bekenlab.live.model import LogPiece

MOST_EDGES = 8192
MOST_PIECES = 4096
MOST_TEXT = 256 << 10
_LONGEST_PIECE = 4096

Item = TypeVar("Item")


class Ring(Generic[Item]):
    """The last items of an endless sequence.

    Args:
        most: Number of items to keep.

    Attributes:
        end: Number of the next item; the first is 0.
    """

    def __init__(self, most: int) -> None:
        self._items: deque[Item] = deque(maxlen=most)
        self.end = 0

    @property
    def start(self) -> int:
        """Number of the oldest item kept."""
        return self.end - len(self._items)

    def add(self, item: Item) -> None:
        """Append an item, dropping the oldest if full."""
        self._items.append(item)
        self.end += 1

    def follow(self, other: Ring[Item]) -> None:
        """Copy new items from another ring that numbers the same items."""
        items, lost = other.since(self.end)
        if lost:
            self._items.clear()
            self.end += lost
        for item in items:
            self.add(item)

    def drop_oldest(self) -> Item:
        """Remove and return the oldest item."""
        return self._items.popleft()

    def since(self, number: int) -> tuple[tuple[Item, ...], int]:
        """Items from ``number`` on, and the number of those already dropped."""
        first = max(number, self.start)
        return tuple(islice(self._items, first - self.start, None)), first - min(number, first)


class LogTail:
    """The last pieces of a log, limited in pieces and characters."""

    def __init__(self) -> None:
        self._ring: Ring[LogPiece] = Ring(MOST_PIECES)
        self._size = 0
        self._open: list[str] = []
        self._open_at = (0.0, "")

    @property
    def end(self) -> int:
        """Number of the next piece."""
        return self._ring.end

    def add(self, seconds: float, port: str, text: str) -> None:
        """Add text; text from the same port is joined into one piece until ``flush``."""
        if self._open and self._open_at[1] != port:
            self.flush()
        if not self._open:
            self._open_at = (seconds, port)
        self._open.append(text)

    def flush(self) -> None:
        """Make the text added so far readable."""
        text = "".join(self._open)
        self._open.clear()
        for at in range(0, len(text), _LONGEST_PIECE):
            self._keep(LogPiece(*self._open_at, text[at : at + _LONGEST_PIECE]))

    def _keep(self, piece: LogPiece) -> None:
        self._size += len(piece.text)
        if self._ring.end - self._ring.start == MOST_PIECES:
            self._size -= len(self._ring.drop_oldest().text)
        self._ring.add(piece)
        while self._size > MOST_TEXT:
            self._size -= len(self._ring.drop_oldest().text)

    def follow(self, other: LogTail) -> None:
        """Copy new pieces from another log."""
        pieces, lost = other.since(self.end)
        if lost:
            self._ring = Ring(MOST_PIECES)
            self._ring.end = other.end - len(pieces)
            self._size = 0
        for piece in pieces:
            self._keep(piece)

    def since(self, number: int) -> tuple[tuple[LogPiece, ...], int]:
        """Pieces from ``number`` on, and the number of those already dropped."""
        return self._ring.since(number)
