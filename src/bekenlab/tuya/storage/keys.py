"""Finds where the storage may be, and the keys that may decrypt it."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bekenlab.chips import SECTOR
from bekenlab.tuya.crypto import AES_BLOCK, byte_sum, data_key, decrypt
from bekenlab.tuya.facts import Base, storage_facts
from bekenlab.tuya.sectors import Sectors, byte_sums, erased_runs
from bekenlab.tuya.storage.blocks import find_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.tuya.storage.model import KeyOrigin

_HEAD = struct.Struct("<II16s8s")
_MAX_KEYS = 16
_ERASED_TAIL = b"\xff" * 8


@dataclass(frozen=True, slots=True)
class KeyCandidate:
    """An inner key and where it was found.

    Attributes:
        inner_key: Sixteen bytes.
        origin: Kind of block that held it.
        phase: Offset of the first sector, 0..4095.
        offset: File offset of its block, or None.
        sure: Whether a checksum confirms it.
    """

    inner_key: bytes = field(repr=False)
    origin: KeyOrigin
    phase: int
    offset: int | None
    sure: bool


@dataclass(frozen=True, slots=True)
class OpenKey:
    """A key that decrypts data blocks: its candidate and base, and the blocks' file offsets."""

    candidate: KeyCandidate
    base: Base
    key: bytes = field(repr=False)
    offsets: list[int]


def phases(data: bytes) -> list[int]:
    """Return the phases to try: 0, and those of erased tails under the master key."""
    found = [0]
    for start, end in erased_runs(data, storage_facts().master_key):
        found += [(start - 2 * AES_BLOCK) % SECTOR, end % SECTOR]
    return list(dict.fromkeys(found))[:_MAX_KEYS]


def candidates_in(sectors: Sectors) -> list[KeyCandidate]:
    """Return the inner keys of key blocks and protected blocks, those with a checksum first."""
    facts = storage_facts()
    offsets = sectors.with_magic(facts.master_key, (facts.key_magic,))[: 4 * _MAX_KEYS]
    if not offsets:
        return []
    rows = sectors.decrypted(facts.master_key, offsets)
    found = []
    for offset, row, total in zip(offsets, rows, byte_sums(rows), strict=True):
        _, checksum, key, tail = _HEAD.unpack_from(row.tobytes())
        is_key_block = byte_sum(key) == checksum or tail == _ERASED_TAIL
        found.append(
            KeyCandidate(
                inner_key=key,
                origin="key-block" if is_key_block else "protected-block",
                phase=sectors.phase,
                offset=offset,
                sure=checksum in (byte_sum(key), total),
            )
        )
    found.sort(key=lambda candidate: (not candidate.sure, candidate.origin != "key-block"))
    return found[:_MAX_KEYS]


def well_known(phase: int) -> list[KeyCandidate]:
    """Return the inner keys shared by many devices."""
    return [
        KeyCandidate(key, "well-known", phase, None, sure=False)
        for key in storage_facts().inner_keys
    ]


def open_keys(sectors: Sectors, candidates: list[KeyCandidate]) -> Iterator[OpenKey]:
    """Yield every combination of candidate and base under which data blocks appear."""
    tried: set[bytes] = set()
    for candidate in candidates:
        for base in storage_facts().bases:
            key = data_key(candidate.inner_key, base)
            if key in tried:
                continue
            tried.add(key)
            offsets = find_blocks(sectors, key)
            if offsets:
                yield OpenKey(candidate, base, key, offsets)


def unaligned_phases(data: bytes) -> list[int]:
    """Return the phases of data blocks under a well-known key, found by their erased pages.

    Tries the most likely base only: each key takes a pass over the whole file.
    """
    facts = storage_facts()
    found: list[int] = []
    for inner_key in facts.inner_keys:
        key = data_key(inner_key, facts.bases[0])
        for start in {start % AES_BLOCK: start for start, _ in erased_runs(data, key)}:
            found += _phases_of_magic(data, key, start)
    return list(dict.fromkeys(found))[:_MAX_KEYS]


def _phases_of_magic(data: bytes, key: bytes, start: int) -> list[int]:
    """Return the phases of data block magics, for one alignment to AES blocks."""
    count = (len(data) - start) // AES_BLOCK
    plain = decrypt(key, data[start : start + count * AES_BLOCK])
    words = np.frombuffer(plain, "<u4")[::4]
    hits = np.flatnonzero(np.isin(words, np.array(storage_facts().data_magics, np.uint32)))
    return [(start + int(hit) * AES_BLOCK) % SECTOR for hit in hits[:_MAX_KEYS]]
