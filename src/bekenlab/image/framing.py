"""CRC-16 framing of executable flash: 32 data bytes, then their CRC as two big-endian bytes.

The chip's flash controller checks and removes the CRC while code runs, so code lives at *logical*
addresses (without CRC bytes) and flash holds it at *physical* ones: 34 bytes for every 32.
CRC-16/CMS: polynomial 0x8005, start 0xFFFF, not reflected. Sources: docs/formats.md, "Flash
frames".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DATA_SIZE = 32
FRAME_SIZE = 34
_POLYNOMIAL = 0x8005
# A run of this many good frames cannot be chance (each is right by chance once in 65,536).
_MIN_RUN = 8
# Damaged frames inside a run do not end it, unless more than this many are adjacent.
_MAX_GAP = 64


@dataclass(frozen=True, slots=True)
class FramedSpan:
    """A stretch of framed bytes.

    Attributes:
        start: Offset of the first frame in the bytes searched.
        end: Offset just past the last good frame; ``end - start`` is a multiple of 34.
        bad: Offsets of the frames in it whose CRC is wrong.
    """

    start: int
    end: int
    bad: tuple[int, ...]


def to_physical(logical: int) -> int:
    """Physical address of a logical byte address."""
    return logical // DATA_SIZE * FRAME_SIZE + logical % DATA_SIZE


def to_logical(physical: int) -> int:
    """Logical address of a physical one; CRC bytes map to the end of their frame's data."""
    return physical // FRAME_SIZE * DATA_SIZE + min(physical % FRAME_SIZE, DATA_SIZE)


@cache
def _tables() -> NDArray[np.uint16]:
    """What each byte value at each of the 32 positions adds to a frame's CRC, shape (32, 256).

    A CRC is linear, so a frame's CRC is the XOR of 32 lookups, done for all frames at once.
    """
    register = np.arange(256, dtype=np.uint16) << 8
    tables = np.empty((DATA_SIZE, 256), np.uint16)
    for position in reversed(range(DATA_SIZE)):
        for _ in range(8):
            carry = (register & 0x8000) != 0
            register = (register << 1) ^ np.where(carry, _POLYNOMIAL, 0).astype(np.uint16)
        tables[position] = register
    return tables


@cache
def _start_term() -> int:
    """What the start value 0xFFFF adds to the CRC of any 32-byte frame."""
    tables = _tables()
    return int(tables[0][0xFF] ^ tables[1][0xFF])


def frame_crcs(data: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """CRCs of many 32-byte blocks at once: shape (n, 32) in, (n,) out."""
    result = np.full(len(data), _start_term(), np.uint16)
    columns = np.ascontiguousarray(data.T)
    for table, column in zip(_tables(), columns, strict=True):
        result ^= table[column]
    return result


def _frames(data: bytes | memoryview, phase: int) -> NDArray[np.uint8]:
    count = (len(data) - phase) // FRAME_SIZE
    flat = np.frombuffer(data, np.uint8, max(count, 0) * FRAME_SIZE, phase if count > 0 else 0)
    return flat.reshape(-1, FRAME_SIZE)


def _good(frames: NDArray[np.uint8]) -> NDArray[np.bool_]:
    stored = (frames[:, DATA_SIZE].astype(np.uint16) << 8) | frames[:, DATA_SIZE + 1]
    equal: NDArray[np.bool_] = frame_crcs(frames[:, :DATA_SIZE]) == stored
    return equal


def find_spans(data: bytes, phase: int = 0) -> tuple[FramedSpan, ...]:
    """Find all framed spans whose frames start at offsets ``phase + 34 n``.

    Blank (all FF) frames are neither good nor bad: a span may contain them, but not end with one.
    """
    frames = _frames(data, phase)
    good = np.flatnonzero(_good(frames))
    if len(good) < _MIN_RUN:
        return ()
    distance = np.diff(good)
    breaks = np.flatnonzero(distance > _MAX_GAP)
    if len(breaks):
        breaks = breaks[[_too_far(frames, good[i], good[i + 1]) for i in breaks]]
    spans = []
    for run in np.split(good, breaks + 1):
        if len(run) >= _MIN_RUN:
            first, last = int(run[0]), int(run[-1])
            missing = np.setdiff1d(np.arange(first, last), run, assume_unique=True)
            bad = missing[~(frames[missing] == 0xFF).all(axis=1)]
            spans.append(
                FramedSpan(
                    phase + first * FRAME_SIZE,
                    phase + (last + 1) * FRAME_SIZE,
                    tuple((phase + bad * FRAME_SIZE).tolist()),
                )
            )
    return tuple(spans)


def count_frames(data: bytes) -> tuple[int, int]:
    """How many frames from the first byte on have the right CRC, and how many are blank (FF)."""
    frames = _frames(data, 0)
    return int(_good(frames).sum()), int((frames == 0xFF).all(axis=1).sum())


def _too_far(frames: NDArray[np.uint8], left: int, right: int) -> bool:
    """Whether the gap between two good frames holds too many frames that are not blank."""
    gap = frames[left + 1 : right]
    return int((~(gap == 0xFF).all(axis=1)).sum()) > _MAX_GAP


def strip(framed: bytes | memoryview) -> bytes:
    """Remove the CRC bytes, right or wrong; a truncated last frame keeps the data it has."""
    whole = len(framed) // FRAME_SIZE * FRAME_SIZE
    body = _frames(framed, 0)[:, :DATA_SIZE].tobytes()
    return body + bytes(framed[whole:])[:DATA_SIZE]


def add(data: bytes) -> bytes:
    """Frame logical bytes; the last frame is padded with FF."""
    padded = data + b"\xff" * (-len(data) % DATA_SIZE)
    blocks = np.frombuffer(padded, np.uint8).reshape(-1, DATA_SIZE)
    framed = np.empty((len(blocks), FRAME_SIZE), np.uint8)
    framed[:, :DATA_SIZE] = blocks
    crcs = frame_crcs(blocks)
    framed[:, DATA_SIZE] = crcs >> 8
    framed[:, DATA_SIZE + 1] = crcs & 0xFF
    return framed.tobytes()
