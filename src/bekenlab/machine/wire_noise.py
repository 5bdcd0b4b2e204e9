"""What a UART hears when the other end speaks at another rate."""

from __future__ import annotations

import random
from functools import cache

BITS_A_BYTE = 10
"""Start bit, eight data bits, stop bit."""

_TOLERANCE = 0.03  # half a bit time is lost over ten bits at 5 %; both ends have their error


def same_rate(one: int, other: int) -> bool:
    """Whether two UARTs at these rates understand each other."""
    return abs(one - other) <= _TOLERANCE * min(one, other)


def heard(data: bytes, sent_at: int, heard_at: int) -> bytes:
    """What a receiver at ``heard_at`` bits a second makes of bytes sent at ``sent_at``.

    At another rate it is garbage: the same for the same bytes and rates, however they are cut. The
    number of bytes stays, which a real receiver would not promise.
    """
    return data if same_rate(sent_at, heard_at) else data.translate(_garbage(sent_at, heard_at))


@cache
def _garbage(sent_at: int, heard_at: int) -> bytes:
    # Not for secrecy: any table will do that is the same on every run.
    return random.Random(f"{sent_at}/{heard_at}").randbytes(256)  # noqa: S311
