"""The microsecond clock of the MAC and its ten timers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bekenlab.machine.devices.base import WORD
from bekenlab.machine.devices.mac.registers import TIMERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.clock import Clock

MICROSECONDS = 1_000_000
_HALF = 1 << 31
_POLLS, _POLL_MICROSECONDS = 32, 5


class MacTimers:
    """A clock, and timers that expire at absolute times of it.

    Args:
        name: Prefix of the deadlines.
        clock: Virtual time.
        ended: Called after a timer has expired.

    Attributes:
        expired: Timers that have expired, one bit each.
        polls: Reads of the clock with nothing in between.
    """

    def __init__(self, name: str, clock: Clock, ended: Callable[[], None]) -> None:
        self.expired = 0
        self.polls = 0
        self._name = name
        self._clock = clock
        self._on_end = ended
        for number in range(TIMERS):
            clock.handle(self._deadline(number), partial(self._ended, number))

    def microseconds(self) -> int:
        """The time since the machine was built."""
        return self._clock.now * MICROSECONDS // self._clock.hz

    def read(self) -> int:
        """The time; it advances faster while code only polls it, to save execution."""
        self.polls += 1
        if self.polls > _POLLS:
            self._clock.now += _POLL_MICROSECONDS * self._clock.hz // MICROSECONDS
        return self.microseconds() & WORD

    def plan(self, number: int, value: int) -> None:
        """Set a timer to expire when the clock shows ``value``."""
        ahead = (value - self.microseconds()) & WORD
        if ahead >= _HALF:
            ahead = 0
        self._clock.after(self._deadline(number), ahead * self._clock.hz // MICROSECONDS)

    def _deadline(self, number: int) -> str:
        return f"{self._name}.{number}"

    def _ended(self, number: int, _due: int) -> None:
        self.expired |= 1 << number
        self._on_end()
