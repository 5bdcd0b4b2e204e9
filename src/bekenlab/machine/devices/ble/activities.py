"""Activities: what the exchange table says is to be sent or heard at some time.

Nobody else is there. An advertisement is sent and not answered, a scan hears nothing. What is left
of an activity is that it starts, lasts for a while, and ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.machine.devices.base import Device, State, Wiring, int_of, ints_of
from bekenlab.machine.devices.ble.registers import CLOCK_MASK

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.devices.ble.timing import BleTime

# An entry of the table, offsets of 16-bit words.
_ENTRY_SIZE = 16
_HEAD, _CLOCK_LOW, _CLOCK_HIGH, _FINE, _CONTROL = 0, 2, 4, 6, 8
_STATUS_SHIFT, _STATUS_MASK, _PRIORITY_SHIFT, _FINE_MASK = 3, 7, 11, 0x3FF
_WAITS, _STARTED, _ENDED, _ABORTED, _SKIPPED = 1, 2, 3, 5, 6
# A control structure.
_LONGEST = 0x30

# What is told of an activity: bits of INTCNTL0, and of ACTFIFOSTAT with the entry's number.
_TOLD_END, _TOLD_SKIPPED = 1 << 1, 1 << 2
_END_SHIFT, _SKIPPED_SHIFT = 24, 28
# Three advertisements of 37 bytes of data at 1 Mbit/s are 376 microseconds each. After each the
# controller listens for 150 microseconds and a little more.
_SHORTEST = 2 * 3 * 600
_NONE = -1


class Activities:
    """The activities that were programmed.

    Args:
        name: Prefix of its deadlines.
        time: Time of the controller.
        happened: Called when there is something to tell.
    """

    def __init__(self, name: str, time: BleTime, happened: Callable[[], None]) -> None:
        self.told: list[int] = []
        self._time, self._happened = time, happened
        self._memory = Device(Wiring(name, time.clock))
        self._waiting: dict[int, int] = {}
        self._current = _NONE
        self._mask = 0
        self._starts, self._ends = f"{name}.start", f"{name}.end"
        time.clock.handle(self._starts, self._start_due)
        time.clock.handle(self._ends, self._end_due)

    def use_memory(self, memory: Device) -> None:
        """Set the exchange memory."""
        self._memory = memory

    def program(self, number: int, mask: int) -> None:
        """Take an entry of the table.

        Args:
            number: Its number.
            mask: What is to be told, as in INTCNTL0.
        """
        self._mask = mask
        entry = number * _ENTRY_SIZE
        slot = self._half(entry + _CLOCK_LOW) | self._half(entry + _CLOCK_HIGH) << 16
        moment = self._time.next(slot & CLOCK_MASK, self._half(entry + _FINE) & _FINE_MASK)
        if moment is None:
            self._skip(number)
            return
        self._set_status(number, _WAITS)
        self._waiting[number] = moment
        self._plan()

    def abort(self) -> None:
        """End the current activity now."""
        if self._current != _NONE:
            self._end(_ENDED)

    def reset(self) -> None:
        """Forget all."""
        self.told.clear()
        self._waiting.clear()
        self._current = _NONE
        self._time.clock.cancel(self._starts)
        self._time.clock.cancel(self._ends)

    def _plan(self) -> None:
        self._time.clock.cancel(self._starts)
        if self._waiting:
            tick = self._time.tick(min(self._waiting.values()))
            self._time.clock.at(self._starts, max(tick, self._time.clock.now + 1))

    def _start_due(self, _due: int) -> None:
        number = min(self._waiting, key=lambda each: (self._waiting[each], each))
        moment = self._waiting.pop(number)
        self._plan()
        if self._current != _NONE:
            if self._priority(number) <= self._priority(self._current):
                self._skip(number)
                return
            self._end(_ABORTED)
        self._current = number
        self._set_status(number, _STARTED)
        control = (self._half(number * _ENTRY_SIZE + _CONTROL) & 0x3FFF) << 2
        lasts = max(_SHORTEST, self._time.half_slots(self._half(control + _LONGEST)))
        self._time.clock.after(self._ends, self._time.tick(moment + lasts) - self._time.clock.now)

    def _end_due(self, _due: int) -> None:
        self._end(_ENDED)

    def _end(self, status: int) -> None:
        number, self._current = self._current, _NONE
        self._time.clock.cancel(self._ends)
        self._set_status(number, status)
        self._tell(_TOLD_END, number << _END_SHIFT)

    def _skip(self, number: int) -> None:
        self._set_status(number, _SKIPPED)
        self._tell(_TOLD_SKIPPED, number << _SKIPPED_SHIFT)

    def _tell(self, what: int, number: int) -> None:
        if self._mask & what:
            self.told.append(number | what)
            self._happened()

    def _priority(self, number: int) -> int:
        return self._half(number * _ENTRY_SIZE + _HEAD) >> _PRIORITY_SHIFT

    def _set_status(self, number: int, status: int) -> None:
        offset = number * _ENTRY_SIZE + _HEAD
        word = self._memory.read(offset) & ~(_STATUS_MASK << _STATUS_SHIFT)
        self._memory.write(offset, word | status << _STATUS_SHIFT)

    def _half(self, offset: int) -> int:
        return self._memory.read(offset & ~3) >> 8 * (offset & 2) & 0xFFFF

    def save(self) -> State:
        """What is programmed and told."""
        return {
            "told": list(self.told),
            "waiting": dict(self._waiting),
            "current": self._current,
            "mask": self._mask,
        }

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        self.told = ints_of(state["told"])
        waiting = state["waiting"]
        if not isinstance(waiting, dict):
            raise TypeError("expected a table")
        self._waiting = {int_of(key): int_of(value) for key, value in waiting.items()}
        self._current = int_of(state["current"])
        self._mask = int_of(state["mask"])
