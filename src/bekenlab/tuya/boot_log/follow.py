"""Follows a log while it is printed, to tell when the pins are complete."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bekenlab.tuya.boot_log.clean import MAX_LOG, clean, decode
from bekenlab.tuya.boot_log.facts import boot_log_facts
from bekenlab.tuya.boot_log.records import Record, find_records

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = re.compile(r"\[\d\d-\d\d \d\d:\d\d:\d\d \w{2,4} \w{1,8}\]\[[^\]\n]{1,60}\]")
_ENOUGH = 8  # records of other kinds after the last of a list
_LONGEST_LINE = 1 << 16
_OVER, _OTHER, _CUT = "over", "other", "cut"
_Event = Record | int | str  # a record, the rank of a boot's beginning, or one of the three words


class PinProgress:
    """Watches a log go by and tells when a list with pins has come whole.

    A list is over when a record follows that comes after the configuration on every device, or
    more than eight records of other kinds. A list that was broken into is never complete, until
    the next boot prints it again.
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

    def follow(self, text: str) -> None:
        """Take in cleaned text that ends at a line feed."""
        for _, event in sorted(_events(text), key=lambda item: item[0]):
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


def _events(text: str) -> Iterator[tuple[int, _Event]]:
    facts = boot_log_facts()
    records = find_records(text)
    yield from ((record.at, record) for record in records.found)
    yield from ((at, _CUT) for at in records.cut)
    yield from ((match.start(), _OVER) for match in facts.after.finditer(text))
    yield from ((match.start(), _OTHER) for match in _PREFIX.finditer(text))
    for rank, pattern in facts.boots:
        yield from ((match.start(), rank) for match in pattern.finditer(text))


class BootLogReader:
    """Collects a log piece by piece; of more than 4 MiB it keeps the end.

    ``pins_complete`` is worked out as the log comes in, each byte once, so it may be asked as
    often as one likes. For what the log says, give ``text`` to ``parse_boot_log``.
    """

    __slots__ = ("_buffer", "_progress", "_waiting")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._waiting = bytearray()
        self._progress = PinProgress()

    def feed(self, piece: bytes) -> None:
        """Take in the next bytes; they may end anywhere."""
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
        self._progress.follow(clean(decode(bytes(self._waiting) + piece[:last])))
        self._waiting = bytearray(piece[last:])

    @property
    def pins_complete(self) -> bool:
        """Whether every record of a list with pins came, and something followed it."""
        return self._progress.complete

    @property
    def text(self) -> bytes:
        """The log so far, or its last 4 MiB."""
        return bytes(self._buffer[-MAX_LOG:])
