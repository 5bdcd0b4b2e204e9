"""Plain memories, and the only change made to code before it runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_WAIT = 0xEE07_0F90
_ANY_REGISTER = 0xFFFF_0FFF
WAIT_STAND_IN = bytes.fromhex("78562de1")  # bkpt #0xd568


@dataclass(frozen=True, slots=True)
class Memory:
    """A range of plain memory.

    Attributes:
        name: For example ``"ram"``.
        base: First address.
        size: Bytes, a multiple of 4096.
        access: Any of the letters ``r``, ``w`` and ``x``.
    """

    name: str
    base: int
    size: int
    access: str


def stand_in_for_waits(code: bytes) -> bytes:
    """Replace "wait for interrupt", from which Unicorn's CPU never wakes, by a breakpoint.

    Only the ARM encoding ``mcr p15, 0, rX, c7, c0, 4`` exists on ARMv5.
    """
    words = np.frombuffer(code[: len(code) & ~3], "<u4").copy()
    words[(words & _ANY_REGISTER) == _WAIT] = int.from_bytes(WAIT_STAND_IN, "little")
    return words.tobytes() + code[len(code) & ~3 :]
