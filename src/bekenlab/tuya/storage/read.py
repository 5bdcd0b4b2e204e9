"""Finds Tuya's key-value storage ("simple flash") anywhere in a file and reads it.

A 4 KiB key block, encrypted with a key shared by all devices, holds the device's own key; data
blocks follow (17 on BK7231T/N, 20 on BK7231Q), each with an id and a generation. Of the blocks
with one id, the highest generation is current. Sources of the layout: ``data/storage.toml``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import Notice
from bekenlab.secret import Secret
from bekenlab.tuya.sectors import Sectors
from bekenlab.tuya.storage import keys as keys
from bekenlab.tuya.storage.blocks import MAX_BLOCKS, DataBlock, decode_blocks
from bekenlab.tuya.storage.model import Storage, StorageBlock
from bekenlab.tuya.storage.values import Resolver

if TYPE_CHECKING:
    from collections.abc import Iterator

_Opened = tuple[keys.OpenKey, list[DataBlock]]


def read_storage(data: bytes, *, base: int = 0) -> Storage | None:
    """Find and read the storage of a dump.

    The key block is found at any alignment. Among several, the key that decrypts the most good data
    blocks wins. Without a usable key block, the key of a protected block is tried, then keys
    shared by many devices.

    Args:
        data: The whole file, of any length and content.
        base: Address of its first byte, added to every address reported.

    Returns:
        The storage, or None if there is no trace of one. If none of its data blocks can be read, it
        has no values and a notice that says so.
    """
    candidates: list[keys.KeyCandidate] = []
    opened: _Opened | None = None
    phases = keys.phases(data)
    for phase in phases:
        sectors = Sectors(data, phase)
        found = keys.candidates_in(sectors)
        candidates += found
        opened = _better(opened, _open(sectors, found))
    if opened is None:
        opened = _open_with_well_known(data, phases)
    if opened is not None:
        return _describe(opened, base)
    sure = [c for c in candidates if c.sure and c.origin == "key-block"]
    return _unreadable(sure[0], base) if sure else None


def _open_with_well_known(data: bytes, phases: list[int]) -> _Opened | None:
    for more in (phases, None):
        opened: _Opened | None = None
        for phase in keys.unaligned_phases(data) if more is None else more:
            opened = _better(opened, _open(Sectors(data, phase), keys.well_known(phase)))
        if opened is not None:
            return opened
    return None


def _open(sectors: Sectors, candidates: list[keys.KeyCandidate]) -> _Opened | None:
    best: _Opened | None = None
    for key in keys.open_keys(sectors, candidates):
        best = _better(best, (key, decode_blocks(sectors, key.key, key.offsets)))
    return best


def _better(one: _Opened | None, other: _Opened | None) -> _Opened | None:
    """Return the one with more good blocks, then with more blocks, then the first."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda opened: (sum(b.ok for b in opened[1]), len(opened[1])))


def _describe(opened: _Opened, base: int) -> Storage:
    key, blocks = opened
    resolver = Resolver(blocks, base)
    values = resolver.values()
    start, end = _region(key, blocks)
    own = key.candidate.origin == "key-block"
    return Storage(
        start=base + start,
        end=base + end,
        key_address=base + (key.candidate.offset or 0) if own else None,
        key_origin=key.candidate.origin,
        inner_key=Secret(key.candidate.inner_key),
        base_name=key.base.name,
        blocks=tuple(
            StorageBlock(base + b.offset, b.magic, b.id, b.generation, b.ok) for b in blocks
        ),
        values=values,
        notices=(*_notices(key, blocks, base), *resolver.notices),
    )


def _region(key: keys.OpenKey, blocks: list[DataBlock]) -> tuple[int, int]:
    """Return the longest run of neighbouring sectors, the key block included; file offsets."""
    offsets = [block.offset for block in blocks]
    if key.candidate.origin == "key-block" and key.candidate.offset is not None:
        offsets.append(key.candidate.offset)
    runs: list[list[int]] = []
    for offset in sorted(offsets):
        if runs and runs[-1][1] == offset:
            runs[-1][1] += SECTOR
        else:
            runs.append([offset, offset + SECTOR])
    start, end = max(runs, key=lambda run: run[1] - run[0])
    return start, end


def _notices(key: keys.OpenKey, blocks: list[DataBlock], base: int) -> Iterator[Notice]:
    origin = key.candidate.origin
    if origin != "key-block":
        source = "from a protected block" if origin == "protected-block" else "many devices share"
        yield Notice(
            "key-block-damaged",
            f"The key block of the storage is missing or damaged; a key {source} decrypts it.",
        )
    elif not key.candidate.sure:
        yield Notice(
            "key-block-damaged",
            "The key block of the storage has a wrong checksum, but its key decrypts data blocks.",
        )
    bad = [f"{base + block.offset:#x}" for block in blocks if not block.ok]
    if bad:
        shown = ", ".join(bad[:8]) + (", ..." if len(bad) > 8 else "")
        yield Notice("storage-block-damaged", f"Wrong checksum in data blocks at {shown}.")
    if len(key.offsets) > MAX_BLOCKS:
        yield Notice(
            "storage-limit",
            f"Only the first {MAX_BLOCKS} of {len(key.offsets)} data blocks were read.",
        )


def _unreadable(candidate: keys.KeyCandidate, base: int) -> Storage:
    offset = base + (candidate.offset or 0)
    return Storage(
        start=offset,
        end=offset + SECTOR,
        key_address=offset,
        key_origin=candidate.origin,
        inner_key=Secret(candidate.inner_key),
        base_name="",
        blocks=(),
        values={},
        notices=(
            Notice(
                "storage-unreadable",
                f"There is a key block at {offset:#x}, but its key decrypts no data block.",
            ),
        ),
    )
