"""Values that were deleted from Tuya's storage, but not yet overwritten.

Deleting a value clears the bit of its index page and leaves all pages, e.g. those of the product's
schema when the device is removed from the app. Source: dumps of devices that were removed.
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.tuya.crypto import base_named, byte_sum, data_key
from bekenlab.tuya.sectors import Sectors
from bekenlab.tuya.storage.blocks import decode_blocks, index_entries
from bekenlab.tuya.storage.values import MAX_ATTEMPTS, MAX_WORK, sort_newest_first

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.tuya.storage.blocks import DataBlock, IndexEntry
    from bekenlab.tuya.storage.model import Storage


def deleted_values(data: bytes, storage: Storage) -> dict[str, bytes]:
    """Values that can still be read although they were deleted; all have a correct checksum.

    Args:
        data: The whole file.
        storage: Its storage, read without a base.

    Returns:
        The newest value of each name that is not among the current ones.
    """
    if not storage.blocks:
        return {}
    key = data_key(storage.inner_key.reveal(), base_named(storage.base_name))
    sectors = Sectors(data, storage.start % SECTOR)
    blocks = decode_blocks(sectors, key, [block.address for block in storage.blocks])
    copies: dict[int, list[DataBlock]] = {}
    for block in blocks:
        copies.setdefault(block.id, []).append(block)
    for same in copies.values():
        sort_newest_first(same)
    found: dict[str, bytes] = {}
    work = 0
    for entry in _entries(blocks):
        if entry.name in storage.values or entry.name in found or work > MAX_WORK:
            continue
        for value in _readings(entry, copies):
            work += len(value)
            if len(value) == entry.length and byte_sum(value) == entry.checksum:
                found[entry.name] = value
                break
    return found


def _entries(blocks: list[DataBlock]) -> Iterator[IndexEntry]:
    for block in sorted(blocks, key=lambda each: -each.generation):
        yield from index_entries(block, listed=False)


def _readings(entry: IndexEntry, copies: dict[int, list[DataBlock]]) -> Iterator[bytes]:
    ids = sorted({number for number, _, _ in entry.parts})
    for chosen in islice(product(*(copies.get(each, []) for each in ids)), MAX_ATTEMPTS):
        place = dict(zip(ids, chosen, strict=True))
        yield b"".join(place[number].pages(first, last) for number, first, last in entry.parts)[
            : entry.length
        ]
