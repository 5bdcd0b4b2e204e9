"""The Wi-Fi MAC: its microsecond clock and timers; the rest is memory. There is no air.

The timers are what lets a Wi-Fi scan end (and find nothing), which many firmwares wait for before
they set up their pins. Registers found by following the interrupt handler of BK7231N firmwares.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.devices.base import WORD, Device, State, Wiring, int_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TIME, _TIMER, _TIMERS = 0x120, 0x128, 10
_GENERAL_STATUS, _GENERAL_CLEAR, _GENERAL_ENABLE = 0x806C, 0x8070, 0x8074
_TIMER_STATUS, _TIMER_CLEAR, _TIMER_ENABLE = 0x8084, 0x8088, 0x808C
_TIMERS_EXPIRED = 1 << 3
_MICROSECONDS = 1_000_000
_HALF = 1 << 31
_REQUESTS = 1 << 31 | 1 << 30
_POLLS, _POLL_MICROSECONDS = 32, 5


class Mac(Device):
    """Registers that remember, a clock and ten timers.

    Args:
        wiring: What it is connected to.
        zero: Offsets that always read 0, e.g. the soft reset bit.
    """

    registers: ClassVar[Mapping[int, str]] = {
        _TIME: "TIME",
        **{_TIMER + 4 * n: f"TIMER{n}" for n in range(_TIMERS)},
        _GENERAL_STATUS: "GENERAL_STATUS",
        _GENERAL_CLEAR: "GENERAL_CLEAR",
        _GENERAL_ENABLE: "GENERAL_ENABLE",
        _TIMER_STATUS: "TIMER_STATUS",
        _TIMER_CLEAR: "TIMER_CLEAR",
        _TIMER_ENABLE: "TIMER_ENABLE",
    }

    def __init__(self, wiring: Wiring, zero: Iterable[int]) -> None:
        super().__init__(wiring)
        self._zero = frozenset(zero)
        self._expired = 0
        self._polls = 0
        for number in range(_TIMERS):
            self.clock.handle(self._deadline(number), partial(self._ended, number))

    def read(self, offset: int) -> int:
        """What was written, the time, or what expired."""
        if offset == _TIME:
            return self._time()
        self._polls = 0
        if offset in self._zero:
            return 0
        if offset == _TIMER_STATUS:
            return self._expired & self.words.get(_TIMER_ENABLE, 0)
        if offset == _GENERAL_STATUS:
            return self._general()
        return super().read(offset)

    def write(self, offset: int, value: int) -> None:
        """Setting a timer plans its end; a 1 written to TIMER_CLEAR forgets it."""
        self._polls = 0
        if offset == _TIMER_CLEAR:
            self._expired &= ~value
        elif offset != _GENERAL_CLEAR:
            super().write(offset, value)
        if _TIMER <= offset < _TIMER + 4 * _TIMERS:
            self._plan((offset - _TIMER) // 4, value)
        self._update()

    def spun(self, offset: int) -> bool:
        """A request bit somebody waits for is done (e.g. writing a key, bit 30 at 0xC4)."""
        word = self.words.get(offset, 0)
        self.words[offset] = word & ~_REQUESTS
        return bool(word & _REQUESTS)

    def _deadline(self, number: int) -> str:
        return f"{self.name}.{number}"

    def _microseconds(self) -> int:
        return self.clock.now * _MICROSECONDS // self.clock.hz

    def _time(self) -> int:
        """Code that only watches the clock need not be run for every microsecond."""
        self._polls += 1
        if self._polls > _POLLS:
            self.clock.now += _POLL_MICROSECONDS * self.clock.hz // _MICROSECONDS
        return self._microseconds() & WORD

    def _plan(self, number: int, value: int) -> None:
        ahead = (value - self._microseconds()) & WORD
        if ahead >= _HALF:
            ahead = 0
        self.clock.after(self._deadline(number), ahead * self.clock.hz // _MICROSECONDS)

    def _ended(self, number: int, _due: int) -> None:
        self._expired |= 1 << number
        self._update()

    def _general(self) -> int:
        waiting = self._expired & self.words.get(_TIMER_ENABLE, 0)
        return _TIMERS_EXPIRED if waiting else 0

    def _update(self) -> None:
        self.wiring.irq(bool(self._general() & self.words.get(_GENERAL_ENABLE, 0)))

    def save(self) -> State:
        """Registers and timers that expired."""
        return {**super().save(), "expired": self._expired, "polls": self._polls}

    def load(self, state: State) -> None:
        """Put back what :meth:`save` gave."""
        super().load(state)
        self._expired = int_of(state["expired"])
        self._polls = int_of(state["polls"])
