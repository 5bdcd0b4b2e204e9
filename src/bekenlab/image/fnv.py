"""32-bit FNV-1a over megabytes: RBL headers carry this hash of the plain, unpacked code."""

from __future__ import annotations

import numpy as np

_OFFSET = 0x811C9DC5
_PRIME = 0x01000193
_LOW_PRIME = _PRIME & 0xFF
# Keeps memory flat and the power table small; the state is carried from chunk to chunk.
_CHUNK = 1 << 16


def fnv1a(data: bytes | memoryview) -> int:
    """The FNV-1a hash of ``data`` (offset 0x811C9DC5, prime 0x01000193).

    FNV is a chain ``h = (h ^ byte) * prime``, far too slow byte by byte in Python. Only the low
    eight bits of ``h`` meet the byte, and bit k of their chain depends on lower bits and on the
    exclusive or of all earlier bits k: eight prefix sums give them. With the low bytes known,
    ``h ^ byte`` is ``h + d`` for a known ``d``, and the rest of the chain is a polynomial in the
    prime, modulo 2**32.
    """
    powers = _powers(min(len(data), _CHUNK))
    state = _OFFSET
    for start in range(0, len(data), _CHUNK):
        chunk = np.frombuffer(data[start : start + _CHUNK], np.uint8)
        mixed = _mixed_low_bytes(chunk, state & 0xFF)
        low = np.empty_like(chunk)
        low[0] = state & 0xFF
        low[1:] = mixed[:-1] * np.uint8(_LOW_PRIME)
        added = mixed.astype(np.uint32) - low.astype(np.uint32)
        weights = powers[: len(chunk)][::-1]
        head = state * int(weights[0]) & 0xFFFFFFFF
        state = (head + int(np.sum(added * weights, dtype=np.uint32))) & 0xFFFFFFFF
    return state


def _powers(count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint32]]:
    """``prime ** 1 .. prime ** count`` modulo 2**32."""
    return np.cumprod(np.full(count, _PRIME, np.uint32), dtype=np.uint32)


def _mixed_low_bytes(
    chunk: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], start: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Low byte of ``h ^ byte`` at every step of the chain, given the low byte it starts with."""
    mixed = np.zeros_like(chunk)
    for bit in range(8):
        # What the bits below contribute to this bit of the product, before this bit itself.
        carried = (mixed * np.uint8(_LOW_PRIME)) >> bit & 1
        # This bit of the chain: start ^ all earlier input bits ^ all earlier carries.
        own = chunk >> bit & 1
        inputs = own.copy()
        inputs[1:] ^= carried[:-1]
        inputs[0] ^= start >> bit & 1
        mixed |= np.bitwise_xor.accumulate(inputs) << bit
    return mixed
