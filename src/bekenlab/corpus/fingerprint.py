"""Fingerprints of an app: which sectors and functions it shares with others.

Sectors are compared as they are. Functions are cut where code saves its return address, and hashed
without what depends on where they lie: targets of calls, and words that may be addresses. So a
function is found again in a build whose code has moved.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from bekenlab.chips import SECTOR

if TYPE_CHECKING:
    from numpy.typing import NDArray

SKETCH = 256
"""Hashes kept of all functions of an app: the smallest, which estimate how many two share."""

_SHORTEST, _LONGEST = 16, 0x4000  # bytes of a function
_DIGEST = 8
# Thumb: push {..., lr}; both halves of bl. Arm: stmdb sp!, {..., lr}; bl and b.
_PUSH, _PUSH_MASK = 0xB500, 0xFF00
_BL, _BL_MASK = 0xF000, 0xF000
_STMDB, _STMDB_MASK = 0xE92D4000, 0xFFFF4000
_ARM_BL, _ARM_BL_MASK = 0x0A000000, 0x0E000000
# Where code and data of these chips lie, as logical addresses.
_ADDRESSES = ((0x10000, 0x400000), (0x400000, 0x480000))


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an app is recognised by.

    Attributes:
        app: SHA-256 of the app without what follows it, hexadecimal.
        size: Its bytes.
        functions: How many different functions were cut.
        sectors: A hash for each sector that is not blank, in order.
        sketch: The smallest hashes of its functions, ascending.
    """

    app: str
    size: int
    functions: int
    sectors: tuple[int, ...]
    sketch: tuple[int, ...]


def fingerprint(app: bytes, erased: bytes = b"") -> Fingerprint | None:
    """The fingerprint of an app; None if it is blank.

    Args:
        app: Its logical bytes.
        erased: What erased flash would be in its place, which depends on the cipher's key.
    """
    pieces = ((app[at : at + SECTOR], at) for at in range(0, len(app), SECTOR))
    written = (
        b"\xff" * len(piece) if piece == erased[at : at + SECTOR] else piece for piece, at in pieces
    )
    code = b"".join(written).rstrip(b"\xff\0")
    return _of(code) if code else None


@lru_cache(maxsize=8)
def _of(code: bytes) -> Fingerprint:
    hashes = _functions(code)
    return Fingerprint(
        app=hashlib.sha256(code).hexdigest(),
        size=len(code),
        functions=len(hashes),
        sectors=tuple(_sectors(code)),
        sketch=tuple(sorted(hashes)[:SKETCH]),
    )


def shared_functions(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """The estimated share of all functions of two apps that both have, from their sketches."""
    union = sorted({*one, *other})[:SKETCH]
    both = set(one) & set(other)
    return sum(each in both for each in union) / len(union) if union else 0.0


def _sectors(code: bytes) -> list[int]:
    pieces = (code[at : at + SECTOR] for at in range(0, len(code), SECTOR))
    return [_hash(piece) for piece in pieces if piece.strip(b"\xff")]


def _functions(code: bytes) -> set[int]:
    padded = code + bytes(-len(code) % 4)
    halves = np.frombuffer(padded, "<u2")
    words = np.frombuffer(padded, "<u4")
    starts = np.union1d(
        np.flatnonzero((halves & _PUSH_MASK) == _PUSH) * 2,
        np.flatnonzero((words & _STMDB_MASK) == _STMDB) * 4,
    )
    still = _without_places(halves, words)
    ends = np.append(starts[1:], len(padded))
    return {
        _hash(still[start : min(end, start + _LONGEST)])
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        if end - start >= _SHORTEST
    }


def _without_places(halves: NDArray[np.uint16], words: NDArray[np.uint32]) -> bytes:
    """The code with everything zero that changes when it is moved."""
    moved = np.zeros(len(words), bool)
    for low, high in _ADDRESSES:
        moved |= (words >= low) & (words < high)
    moved |= (words & _ARM_BL_MASK) == _ARM_BL
    calls = (halves & _BL_MASK) == _BL
    still = np.where(calls, np.uint16(0), halves)
    still[np.repeat(moved, 2)] = 0
    return still.tobytes()


def _hash(piece: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(piece, digest_size=_DIGEST).digest(), "little")
