"""The watchdog: set up and fed by two writes with the keys 5A and A5; resets the chip."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.devices.base import Device, State, Wiring, int_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FIRST_KEY, _SECOND_KEY = 0x5A, 0xA5
_PERIODS_PER_SECOND = 1000


class Watchdog(Device):
    """Counts down ``period`` milliseconds unless fed.

    Attributes:
        on_bite: Called when it expires.
    """

    registers: ClassVar[Mapping[int, str]] = {0: "CONTROL"}

    def __init__(self, wiring: Wiring) -> None:
        super().__init__(wiring)
        self.on_bite: Callable[[], None] = lambda: None
        self._last_key = 0
        self._deadline = f"{wiring.name}.bite"
        self.clock.handle(self._deadline, self._bite)

    def write(self, offset: int, value: int) -> None:
        """The first key, then the second key with the period, restart it; period 0 stops it."""
        super().write(offset, value)
        if offset != 0:
            return
        key = value >> 16 & 0xFF
        if key == _SECOND_KEY and self._last_key == _FIRST_KEY:
            period = value & 0xFFFF
            if period:
                self.clock.after(self._deadline, period * self.clock.hz // _PERIODS_PER_SECOND)
            else:
                self.clock.cancel(self._deadline)
        self._last_key = key

    def _bite(self, _due: int) -> None:
        self.on_bite()

    def save(self) -> State:
        """Registers and the half-finished key sequence."""
        return {**super().save(), "key": self._last_key}

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        super().load(state)
        self._last_key = int_of(state["key"])
