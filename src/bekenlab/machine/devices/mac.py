"""The Wi-Fi MAC: its microsecond clock and timers; the rest is memory, and nothing is transmitted.

The timers let a Wi-Fi scan end (and find nothing), which many firmwares wait for before they set up
their pins. Source of the registers: the interrupt handlers of BK7231N firmwares.

Firmware of BK7231Q starts its scan only after the idle interrupt: it writes the state that it wants
(bits 7:4 of STATE), finally idle, and waits until the MAC reports that state. Other firmwares reset
the MAC if that takes too long.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.devices.base import WORD, Device, State, Wiring, int_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STATE, _TIME, _TIMER, _TIMERS = 0x38, 0x120, 0x128, 10
_NEXT_SHIFT, _FIELD = 4, 0xF
_GENERAL_STATUS, _GENERAL_CLEAR, _GENERAL_ENABLE = 0x806C, 0x8070, 0x8074
_TIMER_STATUS, _TIMER_CLEAR, _TIMER_ENABLE = 0x8084, 0x8088, 0x808C
_IDLE, _TIMERS_EXPIRED = 1 << 2, 1 << 3
_IDLE_MICROSECONDS = 20
_MICROSECONDS = 1_000_000
_HALF = 1 << 31
_REQUESTS = 1 << 31 | 1 << 30
_POLLS, _POLL_MICROSECONDS = 32, 5


class Mac(Device):
    """Registers that store what is written, a clock and ten timers.

    Args:
        wiring: Its connections.
        zero: Offsets that always read 0, e.g. the soft reset bit.
    """

    registers: ClassVar[Mapping[int, str]] = {
        _STATE: "STATE",
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
        self._idle = False
        self._polls = 0
        self._going_idle = f"{wiring.name}.idle"
        self.clock.handle(self._going_idle, self._became_idle)
        for number in range(_TIMERS):
            self.clock.handle(self._deadline(number), partial(self._ended, number))

    def read(self, offset: int) -> int:
        """The time, expired timers, or what was written."""
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
        """Setting a timer starts it; writing 1 to TIMER_CLEAR clears its expiry."""
        self._polls = 0
        if offset == _TIMER_CLEAR:
            self._expired &= ~value
        elif offset == _GENERAL_CLEAR:
            self._idle = self._idle and not value & _IDLE
        elif offset == _STATE:
            self._go_to(value >> _NEXT_SHIFT & _FIELD)
        else:
            super().write(offset, value)
        if _TIMER <= offset < _TIMER + 4 * _TIMERS:
            self._plan((offset - _TIMER) // 4, value)
        self._update()

    def spun(self, offset: int) -> bool:
        """Complete a request whose bit the code waits for (e.g. writing a key, bit 30 at 0xC4)."""
        word = self.words.get(offset, 0)
        self.words[offset] = word & ~_REQUESTS
        return bool(word & _REQUESTS)

    def _go_to(self, state: int) -> None:
        """Any state is reached immediately, except idle."""
        now = self.words.get(_STATE, 0) & _FIELD
        if state:
            self.clock.cancel(self._going_idle)
            now = state
        elif now:
            hz = self.clock.hz
            self.clock.after(self._going_idle, _IDLE_MICROSECONDS * hz // _MICROSECONDS)
        self.words[_STATE] = state << _NEXT_SHIFT | now

    def _became_idle(self, _due: int) -> None:
        self.words[_STATE] = 0
        self._idle = True
        self._update()

    def _deadline(self, number: int) -> str:
        return f"{self.name}.{number}"

    def _microseconds(self) -> int:
        return self.clock.now * _MICROSECONDS // self.clock.hz

    def _time(self) -> int:
        """The time; it advances faster while code only polls it, to save execution."""
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
        return (_TIMERS_EXPIRED if waiting else 0) | (_IDLE if self._idle else 0)

    def _update(self) -> None:
        self.wiring.irq(bool(self._general() & self.words.get(_GENERAL_ENABLE, 0)))

    def save(self) -> State:
        """Registers, expired timers, and whether idle was reached."""
        return {
            **super().save(),
            "expired": self._expired,
            "idle": int(self._idle),
            "polls": self._polls,
        }

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        super().load(state)
        self._expired = int_of(state["expired"])
        self._idle = bool(int_of(state["idle"]))
        self._polls = int_of(state["polls"])
