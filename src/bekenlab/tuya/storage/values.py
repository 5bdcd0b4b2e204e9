"""Resolves data blocks to current values: the newest generation with a correct checksum wins."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice, product
from typing import TYPE_CHECKING

from bekenlab.errors import Notice
from bekenlab.tuya.crypto import byte_sum
from bekenlab.tuya.names import is_secret
from bekenlab.tuya.storage.blocks import DataBlock, IndexEntry, index_entries
from bekenlab.tuya.storage.model import StoredValue

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_ENTRIES = 4096
MAX_ATTEMPTS = 32  # combinations of older blocks tried for one index page
MAX_WORK = 4 << 20  # bytes of values assembled, over all attempts
# A block with a wrong checksum may claim any generation; it is trusted up to this far ahead.
_GENERATION_SLACK = 8


@dataclass(frozen=True, slots=True)
class _Reading:
    entry: IndexEntry
    value: bytes
    ok: bool
    rank: int  # 0: the newest block of its id
    old_parts: bool  # some part was taken from an older block


@dataclass(slots=True)
class Resolver:
    """Determines the current values of a set of data blocks.

    Args:
        blocks: All data blocks of the storage, in any order.
        base: Added to file offsets to give addresses.
    """

    blocks: list[DataBlock]
    base: int = 0
    notices: list[Notice] = field(default_factory=list)
    _copies: dict[int, list[DataBlock]] = field(default_factory=dict)
    _work: int = 0

    def __post_init__(self) -> None:
        for block in self.blocks:
            self._copies.setdefault(block.id, []).append(block)
        for copies in self._copies.values():
            sort_newest_first(copies)

    def values(self) -> dict[str, StoredValue]:
        """Return the current values by name, in order of name; fills ``notices``."""
        by_name: dict[str, list[tuple[int, IndexEntry]]] = {}
        live: set[str] = set()
        for rank, is_live, entry in islice(self._entries(), MAX_ENTRIES):
            by_name.setdefault(entry.name, []).append((rank, entry))
            if is_live:
                live.add(entry.name)
        found = {}
        for name in sorted(live):
            reading = self._best(by_name[name])
            found[name] = self._stored(reading)
            self._remark(reading)
        return found

    def _entries(self) -> Iterator[tuple[int, bool, IndexEntry]]:
        """Yield (rank of the block, live, entry); newest blocks of every id first.

        An index page is live if there is no good newer block with its id. A value found only in
        older blocks was deleted; such entries serve only as fallbacks for live values.
        """
        depth = max((len(copies) for copies in self._copies.values()), default=0)
        for rank in range(depth):
            for copies in self._copies.values():
                if rank < len(copies):
                    is_live = not any(block.ok for block in copies[:rank])
                    for entry in index_entries(copies[rank]):
                        yield rank, is_live, entry

    def _best(self, entries: list[tuple[int, IndexEntry]]) -> _Reading:
        """Return the first reading with a correct checksum, or else the newest one."""
        entries = sorted(entries, key=_entry_order)
        first: _Reading | None = None
        for rank, entry in entries:
            for reading in self._readings(rank, entry):
                if reading.ok:
                    return reading
                first = first or reading
        return first or _Reading(entries[0][1], b"", ok=False, rank=0, old_parts=False)

    def _readings(self, rank: int, entry: IndexEntry) -> Iterator[_Reading]:
        """Yield readings of one index page, from the newest blocks to mixes with older ones."""
        ids = sorted({block_id for block_id, _, _ in entry.parts})
        choices = [self._choices(entry, block_id) for block_id in ids]
        for chosen in islice(product(*choices), MAX_ATTEMPTS):
            if self._work > MAX_WORK:
                return
            pages = dict(zip(ids, chosen, strict=True))
            value = b"".join(pages[b].pages(first, last) for b, first, last in entry.parts)
            self._work += len(value) + 64
            ok = len(value) >= entry.length and byte_sum(value[: entry.length]) == entry.checksum
            old = any(block is not self._copies[block.id][0] for block in chosen)
            yield _Reading(entry, value[: entry.length], ok, rank, old)

    def _choices(self, entry: IndexEntry, block_id: int) -> list[DataBlock]:
        """Return the copies of a block, in the order to try them for this index page.

        A part in the page's own block refers to that very copy; the byte sum is too weak a checksum
        to try a newer, damaged copy first.
        """
        copies = self._copies.get(block_id, [])
        if block_id != entry.block.id:
            return copies
        return [entry.block, *(copy for copy in copies if copy is not entry.block)]

    def _stored(self, reading: _Reading) -> StoredValue:
        entry = reading.entry
        return StoredValue(
            name=entry.name,
            value=reading.value,
            ok=reading.ok,
            secret=is_secret(entry.name, reading.value),
            address=self.base + entry.block.offset,
            page=entry.page,
            generation=entry.block.generation,
            stale=reading.ok and (reading.rank > 0 or reading.old_parts),
        )

    def _remark(self, reading: _Reading) -> None:
        name = reading.entry.name
        if not reading.ok:
            text = f"The stored value {name!r} is damaged and no older copy of it is intact."
            self.notices.append(Notice("value-damaged", text))
        elif reading.rank > 0 or reading.old_parts:
            text = (
                f"The newest copy of the stored value {name!r} is damaged; an older one is used "
                f"(generation {reading.entry.block.generation})."
            )
            self.notices.append(Notice("older-generation", text))


def sort_newest_first(copies: list[DataBlock]) -> None:
    """Order copies of one block: highest generation first, good ones before bad ones."""
    good = [block.generation for block in copies if block.ok]
    limit = max(good) + _GENERATION_SLACK if good else 0xFFFFFFFF
    copies.sort(
        key=lambda block: (
            not block.ok and block.generation > limit,
            -block.generation,
            not block.ok,
            block.offset,
        )
    )


def _entry_order(ranked: tuple[int, IndexEntry]) -> tuple[int, int, int, int]:
    """Sort key: newest block first, then highest element, then generation, then longest."""
    rank, entry = ranked
    return (rank, -entry.element, -entry.block.generation, -entry.length)
