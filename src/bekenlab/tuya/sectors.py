"""A dump as 4 KiB sectors with some phase, and fast checks of encrypted ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bekenlab.chips import SECTOR
from bekenlab.tuya.crypto import AES_BLOCK, ERASED, decrypt, encrypt

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_ERASED_RUNS = 64


class Sectors:
    """A file divided into 4096-byte sectors from ``phase`` on; the last one may be short.

    Args:
        data: The whole file.
        phase: File offset of the first sector, 0..4095.
    """

    __slots__ = ("_heads", "_whole", "data", "phase")

    def __init__(self, data: bytes, phase: int) -> None:
        self.data = data
        self.phase = phase
        count = max(0, len(data) - phase) // SECTOR
        self._whole = np.frombuffer(data, np.uint8, count * SECTOR, phase if count else 0)
        self._whole = self._whole.reshape(count, SECTOR)
        tail = data[phase + count * SECTOR :][:AES_BLOCK]
        self._heads = self._whole[:, :AES_BLOCK].tobytes()
        if len(tail) == AES_BLOCK:
            self._heads += tail

    def with_magic(self, key: bytes, magics: tuple[int, ...]) -> list[int]:
        """Return the file offsets of sectors whose first word, decrypted, is one of ``magics``."""
        words = np.frombuffer(decrypt(key, self._heads), "<u4")[::4]
        hits = np.flatnonzero(np.isin(words, np.array(magics, np.uint32)))
        return [self.phase + int(i) * SECTOR for i in hits]

    def read(self, offset: int) -> bytes:
        """Return the sector at a file offset, padded with FF if the file ends within it."""
        return self.data[offset : offset + SECTOR].ljust(SECTOR, b"\xff")

    def decrypted(self, key: bytes, offsets: list[int]) -> NDArray[np.uint8]:
        """Return the sectors at ``offsets`` decrypted, one per row: shape (n, 4096)."""
        joined = b"".join(self.read(offset) for offset in offsets)
        return np.frombuffer(decrypt(key, joined), np.uint8).reshape(-1, SECTOR)


def byte_sums(rows: NDArray[np.uint8]) -> list[int]:
    """Return the storage checksum of each row: the sum of bytes 8..4095, modulo 2**32."""
    return [int(total) & 0xFFFFFFFF for total in rows[:, 8:].sum(axis=1, dtype=np.uint64)]


def erased_runs(data: bytes, key: bytes) -> list[tuple[int, int]]:
    """Return the runs of erased bytes (FF) encrypted with ``key``, at any alignment.

    Half-open ranges of file offsets in ascending order, at most ``MAX_ERASED_RUNS``.
    """
    unit = encrypt(key, ERASED)
    stride = unit * (SECTOR // AES_BLOCK)
    runs: list[tuple[int, int]] = []
    start = data.find(unit)
    while start >= 0 and len(runs) < MAX_ERASED_RUNS:
        end = start
        while data.startswith(stride, end):
            end += SECTOR
        while data.startswith(unit, end):
            end += AES_BLOCK
        runs.append((start, end))
        start = data.find(unit, end)
    return runs
