"""Data blocks of the storage: their headers and index pages."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.tuya.facts import storage_facts
from bekenlab.tuya.sectors import Sectors, byte_sums

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = 128
PAGES = SECTOR // PAGE
# magic, checksum of bytes 8..4095, id, generation, length of the page map in bytes
BLOCK_HEAD = struct.Struct("<IIHIB")
# checksum and length of the value, block id, page number, number of parts, element, name length
INDEX_HEAD = struct.Struct("<IIHBHIB")
# block id, first page, last page
PART = struct.Struct("<HBB")
MAX_PARTS = 64
MAX_VALUE = 0x10000
MAX_BLOCKS = 256


@dataclass(frozen=True, slots=True)
class DataBlock:
    """A decrypted data block, at a file offset."""

    offset: int
    magic: int
    id: int
    generation: int
    ok: bool
    body: bytes = field(repr=False)

    def pages(self, first: int, last: int) -> bytes:
        """Return the bytes of pages ``first`` to ``last``, both included."""
        return self.body[first * PAGE : (last + 1) * PAGE]


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """An index page: the name of a value and the pages that hold it.

    ``element`` was a RAM address in every dump examined, so it gives no order by itself.
    """

    block: DataBlock
    page: int
    name: str
    checksum: int
    length: int
    element: int
    parts: tuple[tuple[int, int, int], ...]


def decode_blocks(sectors: Sectors, key: bytes, offsets: list[int]) -> list[DataBlock]:
    """Decrypt the data blocks at file offsets; at most ``MAX_BLOCKS`` of them."""
    offsets = offsets[:MAX_BLOCKS]
    if not offsets:
        return []
    rows = sectors.decrypted(key, offsets)
    blocks = []
    for offset, row, total in zip(offsets, rows, byte_sums(rows), strict=True):
        body = row.tobytes()
        magic, checksum, number, generation, _ = BLOCK_HEAD.unpack_from(body)
        blocks.append(DataBlock(offset, magic, number, generation, checksum == total, body))
    return blocks


def find_blocks(sectors: Sectors, key: bytes) -> list[int]:
    """Return the file offsets of sectors that are data blocks under ``key``."""
    return sectors.with_magic(key, storage_facts().data_magics)


def index_entries(block: DataBlock, *, listed: bool = True) -> Iterator[IndexEntry]:
    """Yield the valid index pages that a block's page map lists, or those that it does not."""
    map_length = block.body[BLOCK_HEAD.size - 1]
    start = BLOCK_HEAD.size
    page_map = int.from_bytes(block.body[start : start + min(map_length, 4)], "little")
    for page in range(1, PAGES):
        if bool(page_map >> page & 1) is listed:
            entry = _index_entry(block, page)
            if entry is not None:
                yield entry


def _index_entry(block: DataBlock, page: int) -> IndexEntry | None:
    raw = block.pages(page, page)
    checksum, length, block_id, page_id, count, element, name_length = INDEX_HEAD.unpack_from(raw)
    parts_at = INDEX_HEAD.size + name_length
    fits = parts_at + count * PART.size <= PAGE and count <= MAX_PARTS and name_length > 0
    if not fits or (block_id, page_id) != (block.id, page) or length > MAX_VALUE:
        return None
    parts = tuple(PART.iter_unpack(raw[parts_at : parts_at + count * PART.size]))
    if any(not 1 <= first <= last < PAGES for _, first, last in parts):
        return None
    name, _, _ = raw[INDEX_HEAD.size : parts_at].partition(b"\x00")
    text = name.decode("utf-8", "backslashreplace")
    return IndexEntry(block, page, text, checksum, length, element, parts)
