"""Follows a log while it is printed, to detect when its list of pins is complete."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bekenlab.tuya.boot_log.clean import MAX_LOG, clean, decode
from bekenlab.tuya.boot_log.facts import boot_log_facts
from bekenlab.tuya.boot_log.records import Record, Records, find_records

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = re.compile(r"\[\d\d-\d\d \d\d:\d\d:\d\d \w{2,4} \w{1,8}\]\[[^\]\n]{1,60}\]")
_ENOUGH = 8  # other records after the last one of a list
_LONGEST_LINE = 1 << 16
_OVER, _OTHER, _CUT = "over", "other", "cut"
_Event = Record | int | str  # a record, the rank of a boot's beginning, or one of the three strings


class PinProgress:
    """Detects when a list of pins has been printed completely.

    A list ends when a record follows that comes after the configuration on every device, or more
    than eight records of other kinds. A list that another message interrupted never counts as
    complete; the next boot prints it again.
    """

    __slots__ = ("_broken", "_others", "_pins", "_rank", "complete")

    def __init__(self) -> None:
        self.complete = False
        self._rank = -1
        self._begin_boot()

    def _begin_boot(self) -> None:
        self._pins = False
        self._broken = False
        self._others = 0

    @property
    def others(self) -> int:
        """Number of other records since the last one of a list that may still be complete."""
        return self._others if self._pins and not self._broken else 0

    def follow(self, text: str, records: Records) -> None:
        """Process cleaned text that ends in a line feed, and the records found in it."""
        events = [each for each in _events(text, records) if each[0] < len(text)]
        for _, event in sorted(events, key=lambda each: each[0]):
            if isinstance(event, Record):
                self._record(event)
            elif isinstance(event, int):
                self._boot(event)
            elif event == _CUT:
                self._broken = True
            elif self._pins and not self._broken:
                self._others += 1 if event == _OTHER else _ENOUGH + 1
                self.complete = self.complete or self._others > _ENOUGH

    def _boot(self, rank: int) -> None:
        if rank <= self._rank:
            self._begin_boot()
        self._rank = rank

    def _record(self, record: Record) -> None:
        self._others = 0
        if not record.truncated:
            self._pins = self._pins or any("pin" in name for name in record.values)


def _events(text: str, records: Records) -> Iterator[tuple[int, _Event]]:
    facts = boot_log_facts()
    yield from ((record.at, record) for record in records.found)
    yield from ((at, _CUT) for at in records.cut)
    yield from ((match.start(), _OVER) for match in facts.after.finditer(text))
    yield from ((match.start(), _OTHER) for match in _PREFIX.finditer(text))
    for rank, pattern in facts.boots:
        yield from ((match.start(), rank) for match in pattern.finditer(text))


class BootLogReader:
    """Collects a log as it arrives, keeping at most its last 4 MiB.

    ``pins_complete`` is updated as data arrives, so reading it is cheap. To parse the log, pass
    ``text`` to ``parse_boot_log``.

    Searching for records is expensive per call rather than per line, so lines are buffered until
    they may complete a list: until they hold a record that ends one, or enough other records.
    """

    __slots__ = ("_buffer", "_kept", "_others", "_progress", "_size", "_waiting")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._waiting = bytearray()
        self._progress = PinProgress()
        self._kept: list[str] = []
        self._others = self._size = 0

    def feed(self, piece: bytes) -> None:
        """Add the next bytes, which may end anywhere."""
        for start in range(0, len(piece), _LONGEST_LINE):
            self._feed(piece[start : start + _LONGEST_LINE])

    def _feed(self, piece: bytes) -> None:
        self._buffer += piece
        if len(self._buffer) > 2 * MAX_LOG:
            del self._buffer[:-MAX_LOG]
        last = piece.rfind(b"\n") + 1
        if not last and len(self._waiting) + len(piece) <= _LONGEST_LINE:
            self._waiting += piece
            return
        last = last or len(piece)
        self._keep(clean(decode(bytes(self._waiting) + piece[:last])))
        self._waiting = bytearray(piece[last:])

    def _keep(self, lines: str) -> None:
        self._kept.append(lines)
        self._size += len(lines)
        self._others += sum(1 for _ in _PREFIX.finditer(lines))
        enough = self._progress.others + self._others > _ENOUGH or self._size > _LONGEST_LINE
        if enough or boot_log_facts().after.search(lines):
            text = "".join(self._kept)
            self._progress.follow(text, find_records(text))
            self._kept.clear()
            self._others = self._size = 0

    @property
    def pins_complete(self) -> bool:
        """Whether a whole list of pins has been printed, and something after it."""
        return self._progress.complete

    @property
    def text(self) -> bytes:
        """The log so far, or its last 4 MiB."""
        return bytes(self._buffer[-MAX_LOG:])
