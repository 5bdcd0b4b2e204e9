"""The six timers, one of which is the RTOS tick: 0-2 run at 26 MHz, 3-5 at 32 kHz."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.devices.base import WORD, Device, State, Wiring, ints_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_GROUPS = (0x00, 0x40)
_CONTROL, _READ_CONTROL, _READ_VALUE = 0x0C, 0x10, 0x14
_SIZE = 0x18
_PENDING_SHIFT, _DIVIDER_SHIFT = 7, 3
_SHORTEST = 64
_HZ = (26_000_000, 32_000)


class Timers(Device):
    """Two groups of three periodic timers with one interrupt line."""

    registers: ClassVar[Mapping[int, str]] = {
        base + offset: f"{name}_{group}"
        for group, base in enumerate(_GROUPS)
        for offset, name in (
            (0, "PERIOD_A"),
            (4, "PERIOD_B"),
            (8, "PERIOD_C"),
            (_CONTROL, "CONTROL"),
            (_READ_CONTROL, "READ_CONTROL"),
            (_READ_VALUE, "READ_VALUE"),
        )
    }

    def __init__(self, wiring: Wiring) -> None:
        super().__init__(wiring)
        self._started = [0] * 6
        self._pending = [0, 0]
        for number in range(6):
            name = self._deadline(number)
            self.clock.handle(name, partial(self._expired, number))

    def read(self, offset: int) -> int:
        """Control registers show which timers have expired."""
        group, register = self._locate(offset)
        if register == _CONTROL:
            return super().read(offset) | self._pending[group] << _PENDING_SHIFT
        if register == _READ_CONTROL:
            return super().read(offset) & ~1
        if register == _READ_VALUE:
            index = (self.words.get(_GROUPS[group] + _READ_CONTROL, 0) >> 2) & 3
            return self._count(group * 3 + min(index, 2))
        return super().read(offset)

    def write(self, offset: int, value: int) -> None:
        """Writing 1 to a pending bit clears it; enabling or setting a period restarts a timer."""
        group, register = self._locate(offset)
        if register == _CONTROL:
            self._pending[group] &= ~(value >> _PENDING_SHIFT) & 7
            before = super().read(offset)
            super().write(offset, value & ((1 << _PENDING_SHIFT) - 1))
            for n in range(3):
                if (before ^ value) >> n & 1 or before >> _DIVIDER_SHIFT != (
                    value & 0x7F
                ) >> _DIVIDER_SHIFT:
                    self._restart(group * 3 + n)
            self._update()
            return
        super().write(offset, value)
        if register in {0, 4, 8}:
            self._restart(group * 3 + register // 4)

    @staticmethod
    def _locate(offset: int) -> tuple[int, int]:
        group = 1 if offset >= _GROUPS[1] else 0
        return group, offset - _GROUPS[group]

    def _deadline(self, number: int) -> str:
        return f"{self.name}.{number}"

    def _running(self, number: int) -> bool:
        group, n = divmod(number, 3)
        return bool(self.words.get(_GROUPS[group] + _CONTROL, 0) >> n & 1)

    def _hz(self, number: int) -> int:
        group = number // 3
        divider = (self.words.get(_GROUPS[group] + _CONTROL, 0) >> _DIVIDER_SHIFT) & 0xF
        return _HZ[group] // (divider + 1)

    def _period(self, number: int) -> int:
        group, n = divmod(number, 3)
        counts = self.words.get(_GROUPS[group] + 4 * n, 0)
        return counts * self.clock.hz // self._hz(number)

    def _restart(self, number: int) -> None:
        name = self._deadline(number)
        self.clock.cancel(name)
        period = self._period(number)
        self._started[number] = self.clock.now
        if self._running(number) and period:  # with period 0 it counts but never expires
            self.clock.after(name, period)

    def _expired(self, number: int, due: int) -> None:
        group, n = divmod(number, 3)
        self._pending[group] |= 1 << n
        self._started[number] = due
        # Periods missed in a long jump are not caught up: one interrupt is enough.
        period = self._period(number)
        self.clock.at(self._deadline(number), max(due + period, self.clock.now + _SHORTEST))
        self._update()

    def _count(self, number: int) -> int:
        if not self._running(number):
            return 0
        counted = (self.clock.now - self._started[number]) * self._hz(number) // self.clock.hz
        period = self.words.get(_GROUPS[number // 3] + 4 * (number % 3), 0)
        return counted % period if period else counted & WORD

    def _update(self) -> None:
        self.wiring.irq(any(self._pending))

    def save(self) -> State:
        """Registers, start times and expired timers."""
        return {**super().save(), "started": list(self._started), "pending": list(self._pending)}

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        super().load(state)
        self._started = ints_of(state["started"])
        self._pending = ints_of(state["pending"])
