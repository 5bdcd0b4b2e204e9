"""A square wave at a pin, like the pulse output of a power meter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bekenlab.machine.machine import Machine


class SquareWave:
    """Drives a pin from outside with a duty of 50 %.

    Args:
        machine: The chip.
        gpio: Number of the pin.
    """

    def __init__(self, machine: Machine, gpio: int) -> None:
        self._machine = machine
        self._gpio = gpio
        self._level = 0
        self._half = 0
        self._deadline = f"wave.{gpio}"
        machine.clock.handle(self._deadline, self._turn)

    def set(self, hz: float) -> None:
        """Set the frequency; 0 releases the pin."""
        clock = self._machine.clock
        if hz <= 0:
            clock.cancel(self._deadline)
            self._machine.drive(self._gpio, None)
            return
        self._half = max(1, round(clock.hz / hz / 2))
        clock.after(self._deadline, self._half)

    def _turn(self, due: int) -> None:
        self._level ^= 1
        self._machine.drive(self._gpio, self._level)
        self._machine.clock.at(self._deadline, due + self._half)
