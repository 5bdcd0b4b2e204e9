"""Edits values in Tuya's storage in place: all copies and generations, including checksums.

A value keeps its length and its pages, so that nothing moves. Pages that no index page of any
generation points to hold remnants of older values; they can be erased.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice, product
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.tuya.crypto import AES_BLOCK, byte_sum, encrypt
from bekenlab.tuya.names import is_secret
from bekenlab.tuya.sectors import Sectors
from bekenlab.tuya.storage import keys as keys
from bekenlab.tuya.storage.blocks import (
    INDEX_HEAD,
    PAGE,
    PAGES,
    PART,
    DataBlock,
    IndexEntry,
    decode_blocks,
    index_entries,
)
from bekenlab.tuya.storage.values import MAX_ATTEMPTS, sort_newest_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CHECKSUM = slice(4, 8)
_SUMMED_FROM = 8
_MAX_READINGS = 1 << 14
_MAX_WORK = 32 << 20  # bytes of values put together
_PLACES = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class EditableValue:
    """A value as given by one index page and one choice of block copies.

    Attributes:
        name: Its name.
        value: Its bytes.
        ok: Whether its checksum is correct.
        address: Offset of the block that holds its index page, in the bytes edited.
    """

    name: str
    value: bytes = field(repr=False)
    ok: bool
    address: int
    _block: int
    _page: int
    _pages: _PLACES = field(repr=False)  # (block, page) in order
    _index_size: int


class StorageEditor:
    """The data blocks that one key decrypts, to be changed and written back.

    Args:
        data: Flash bytes; changed only by ``save``.
        opened: A key and the offsets of the blocks it decrypts, as from ``open_storages``.
        phase: Offset of the first sector.
    """

    def __init__(self, data: bytearray, opened: keys.OpenKey, phase: int) -> None:
        self._data = data
        self.key = opened.key
        self._blocks = decode_blocks(Sectors(bytes(data), phase), opened.key, opened.offsets)
        self._plain = [bytearray(block.body) for block in self._blocks]
        self._copies = self._newest_first()
        self.values = tuple(islice(self._readings(), _MAX_READINGS))

    @property
    def offsets(self) -> tuple[int, ...]:
        """Offsets of the blocks being edited, up to the limit ``MAX_BLOCKS``."""
        return tuple(block.offset for block in self._blocks)

    def erase_unused(self) -> int:
        """Erase everything no index page points to, and damaged values.

        A damaged value is kept if reports use it nevertheless: if its name is not that of a secret
        and there is no intact copy.

        Returns:
            The number of pages, or ends of pages, that were not blank before.
        """
        used = self._used()
        erased = 0
        for number, plain in enumerate(self._plain):
            for page in range(1, PAGES):
                end = min((page + 1) * PAGE, self._room(number))
                rest = slice(min(page * PAGE + used.get((number, page), 0), end), end)
                if plain[rest].strip(b"\xff\x00"):
                    plain[rest] = b"\xff" * (rest.stop - rest.start)
                    erased += 1
        return erased

    def _used(self) -> dict[tuple[int, int], int]:
        """Return how many bytes of each (block, page) are in use."""
        whole = {value.name for value in self.values if value.ok}
        used: dict[tuple[int, int], int] = {}
        for value in self.values:
            place = (value._block, value._page)
            used[place] = max(used.get(place, 0), value._index_size)
            if value.ok or (value.name not in whole and not is_secret(value.name, value.value)):
                left = len(value.value)
                for place in value._pages:
                    used[place] = max(used.get(place, 0), min(left, PAGE))
                    left -= min(left, PAGE)
        return used

    def replace(self, value: EditableValue, content: bytes) -> None:
        """Replace a value's bytes by others of the same length; ``save`` corrects the checksums."""
        if len(content) != len(value.value):
            raise ValueError("the length of a value cannot change")
        for (block, page), start in zip(
            value._pages, range(0, max(len(content), 1), PAGE), strict=False
        ):
            part = content[start : start + PAGE]
            self._plain[block][page * PAGE : page * PAGE + len(part)] = part

    def current(self, value: EditableValue) -> bytes:
        """Return a value's current bytes; a change to another value may affect shared pages."""
        joined = b"".join(
            bytes(self._plain[block][page * PAGE : (page + 1) * PAGE])
            for block, page in value._pages
        )
        return joined[: len(value.value)]

    def rewrite(self, change: Callable[[bytes], bytes]) -> None:
        """Apply a function that keeps the length to the decrypted bytes of every block."""
        for plain in self._plain:
            changed = change(bytes(plain))
            plain[PAGE:] = changed[PAGE:]

    def save(self) -> None:
        """Update the checksums, encrypt, and write every block that changed.

        Correct checksums are correct again. A wrong one stays wrong by the same amount, so that a
        damaged block is still recognised as damaged.
        """
        done: set[tuple[int, int]] = set()
        for value in self.values:
            place = (value._block, value._page)
            if value.ok and place not in done:
                done.add(place)
                self._put_checksum(*place, byte_sum(self.current(value)))
        for number, (block, plain) in enumerate(zip(self._blocks, self._plain, strict=True)):
            summed = slice(_SUMMED_FROM, self._room(number))
            if plain[summed] == block.body[summed]:
                continue
            before = int.from_bytes(block.body[_CHECKSUM], "little")
            change = sum(plain[summed]) - sum(block.body[summed])
            plain[_CHECKSUM] = (before + change & 0xFFFFFFFF).to_bytes(4, "little")
            stored = encrypt(self.key, bytes(plain[: summed.stop]))
            self._data[block.offset : block.offset + len(stored)] = stored

    def _room(self, number: int) -> int:
        """Return how many bytes of a block are in the file, in whole AES blocks."""
        left = len(self._data) - self._blocks[number].offset
        return min(left // AES_BLOCK * AES_BLOCK, SECTOR)

    def _put_checksum(self, block: int, page: int, checksum: int) -> None:
        at = page * PAGE
        self._plain[block][at : at + 4] = checksum.to_bytes(4, "little")

    def _newest_first(self) -> dict[int, list[int]]:
        """Return the block numbers for each id, in the order in which reading prefers them."""
        numbers = {block.offset: number for number, block in enumerate(self._blocks)}
        copies: dict[int, list[DataBlock]] = {}
        for block in self._blocks:
            copies.setdefault(block.id, []).append(block)
        for blocks in copies.values():
            sort_newest_first(blocks)
        return {i: [numbers[block.offset] for block in blocks] for i, blocks in copies.items()}

    def _readings(self) -> Iterator[EditableValue]:
        """Yield the first reading of each index page with a correct checksum, or else its first.

        One is enough: the checksum is a plain sum, so another choice of copies can match by chance.
        Copies that no index page needs are remnants.
        """
        work = 0
        for number, block in enumerate(self._blocks):
            for entry in index_entries(block):
                first: EditableValue | None = None
                for reading in self._choices(number, block, entry):
                    work += len(reading.value) + PAGE
                    first = reading if first is None or reading.ok else first
                    if reading.ok:
                        break
                yield first or self._without_parts(number, block, entry)
                if work > _MAX_WORK:
                    return

    def _choices(self, number: int, block: DataBlock, entry: IndexEntry) -> Iterator[EditableValue]:
        ids = sorted({block_id for block_id, _, _ in entry.parts})
        choices = [
            [number, *(n for n in self._copies[i] if n != number)]
            if i == block.id
            else self._copies.get(i, [])
            for i in ids
        ]
        for chosen in islice(product(*choices), MAX_ATTEMPTS):
            place = dict(zip(ids, chosen, strict=True))
            pages = tuple(
                (place[i], page)
                for i, first, last in entry.parts
                for page in range(first, last + 1)
            )
            joined = b"".join(self._blocks[n].pages(page, page) for n, page in pages)
            value = joined[: entry.length]
            ok = len(value) == entry.length and byte_sum(value) == entry.checksum
            size = _index_size(block, entry)
            yield EditableValue(
                entry.name, value, ok, block.offset, number, entry.page, pages, size
            )

    def _without_parts(self, number: int, block: DataBlock, entry: IndexEntry) -> EditableValue:
        """The value of an index page whose parts are in a missing block."""
        size = _index_size(block, entry)
        return EditableValue(
            entry.name,
            b"",
            ok=False,
            address=block.offset,
            _block=number,
            _page=entry.page,
            _pages=(),
            _index_size=size,
        )


def _index_size(block: DataBlock, entry: IndexEntry) -> int:
    name_length = block.pages(entry.page, entry.page)[INDEX_HEAD.size - 1]
    return INDEX_HEAD.size + name_length + PART.size * len(entry.parts)


def open_storages(data: bytearray) -> tuple[StorageEditor, ...]:
    """Open every storage in flash bytes: one editor per key that decrypts data blocks.

    Tries the keys of key blocks and protected blocks, and keys shared by many devices.
    """
    frozen = bytes(data)
    found: dict[bytes, StorageEditor] = {}
    phases = keys.phases(frozen)
    for phase in phases:
        sectors = Sectors(frozen, phase)
        candidates = [*keys.candidates_in(sectors), *keys.well_known(phase)]
        for opened in keys.open_keys(sectors, candidates):
            found.setdefault(opened.key, StorageEditor(data, opened, phase))
    if not found:
        for phase in keys.unaligned_phases(frozen):
            sectors = Sectors(frozen, phase)
            for opened in keys.open_keys(sectors, keys.well_known(phase)):
                found.setdefault(opened.key, StorageEditor(data, opened, phase))
    return tuple(found.values())
