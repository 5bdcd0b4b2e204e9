"""Models what a serial receiver gets from bytes sent at a rate other than its own."""

from __future__ import annotations

from functools import cache

from bekenlab.chips import BITS_PER_BYTE

_DATA_BITS = 8
# The middle of the stop bit, the tenth, may be off by half a bit: 0.5 / 9.5.
_TOLERANCE = 0.052


def rates_agree(one: int, other: int) -> bool:
    """Whether a receiver at one rate can receive from a sender at the other (8N1)."""
    return abs(one - other) <= _TOLERANCE * min(one, other)


def as_heard(data: bytes, sent_at: int, heard_at: int) -> bytes:
    """The bytes a receiver at ``heard_at`` baud gets when they are sent at ``sent_at`` baud.

    The receiver samples the line in the middle of its own bits, counted from the falling edge of
    each start bit. Each byte sent gives one byte received, which is good enough for garbage.
    """
    if rates_agree(sent_at, heard_at) or heard_at <= 0:
        return data
    return data.translate(_table(sent_at, heard_at))


@cache
def _table(sent_at: int, heard_at: int) -> bytes:
    places = [int((bit + 1.5) * sent_at / heard_at) for bit in range(_DATA_BITS)]
    table = bytearray(256)
    for byte in range(256):
        line = 1 << (_DATA_BITS + 1) | byte << 1  # start bit 0, data, stop bit 1
        for bit, place in enumerate(places):
            level = line >> place & 1 if place < BITS_PER_BYTE else 1
            table[byte] |= level << bit
    return bytes(table)
