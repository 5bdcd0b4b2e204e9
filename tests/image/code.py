"""Synthetic code for the tests: an ARM vector table and something after it."""

import random
import struct


def arm_code(size: int, seed: int = 0) -> bytes:
    """A vector table as every Beken image has, then instructions mixed with zero words."""
    rng = random.Random(seed)
    words = [0xEA00000E, *[0xE59FF014] * 7]
    words += [rng.choice((0, rng.getrandbits(32))) for _ in range(size // 4 - 8)]
    return struct.pack(f"<{len(words)}I", *words)
