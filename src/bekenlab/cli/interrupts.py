"""Ctrl-C as a flag, for commands that clean up before they end."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def interruptible(*also: signal.Signals) -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C and the named signals into a flag, so that a run can end cleanly.

    A second signal ends the program immediately, because not all code checks the flag.
    """
    pressed: list[int] = []

    def press(number: int, _frame: object) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    before = {number: signal.signal(number, press) for number in (signal.SIGINT, *also)}
    try:
        yield lambda: bool(pressed)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
