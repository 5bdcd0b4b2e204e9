"""Does work grow with its input, and not with its square? A ratio, so that slow machines agree."""

import time
from collections.abc import Callable

GROWTH = 4
# Linear work takes about 4 times as long, quadratic 16 times; noise lies between.
TOLERATED = 11.0
_FLOOR_SECONDS = 0.02


def grows_linearly(work: Callable[[int], object], size: int) -> bool:
    """Whether ``work(4 * size)`` takes at most 11 times the processor time of ``work(size)``."""
    small = min(_seconds(work, size) for _ in range(3))
    large = min(_seconds(work, size * GROWTH) for _ in range(2))
    return large <= TOLERATED * max(small, _FLOOR_SECONDS)


def _seconds(work: Callable[[int], object], size: int) -> float:
    began = time.process_time()
    work(size)
    return time.process_time() - began
