"""What both generations of the PWM generator share: periods that end, and interrupt then."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING

from bekenlab.machine.devices.base import PERIPHERAL_HZ, Device, State, Wiring, int_of

if TYPE_CHECKING:
    from collections.abc import Mapping

CHANNELS = 6
# Ticks of the shortest period that is timed; a shorter one would starve the firmware.
_SHORTEST = 64


class PwmPeriods(Device):
    """Six channels, each with a period that is timed while its interrupt is enabled.

    Args:
        wiring: Its connections.
        pins: Channel by GPIO.
    """

    def __init__(self, wiring: Wiring, pins: Mapping[int, int]) -> None:
        super().__init__(wiring)
        self.pins = dict(pins)
        self._ended = 0
        for channel in range(CHANNELS):
            self.clock.handle(self._deadline(channel), partial(self._period_over, channel))

    @abstractmethod
    def _counts(self, channel: int) -> int:
        """Length of a period in counts of 26 MHz; 0 if it is not set."""

    @abstractmethod
    def _runs(self, channel: int) -> bool:
        """Whether the channel is on and has a period."""

    @abstractmethod
    def _interrupts(self, channel: int) -> bool:
        """Whether the end of a period interrupts."""

    def _restart_all(self) -> None:
        """Start the periods that are now timed, stop the others, and update the interrupt."""
        for channel in range(CHANNELS):
            name = self._deadline(channel)
            if not self._runs(channel) or not self._interrupts(channel):
                self.clock.cancel(name)
            elif not self.clock.is_set(name):
                self.clock.after(name, self._ticks(channel))
        self._update()

    def _update(self) -> None:
        enabled = sum(1 << channel for channel in range(CHANNELS) if self._interrupts(channel))
        self.wiring.irq(bool(self._ended & enabled))

    def _deadline(self, channel: int) -> str:
        return f"{self.name}.{channel}"

    def _ticks(self, channel: int) -> int:
        return max(_SHORTEST, self._counts(channel) * self.clock.hz // PERIPHERAL_HZ)

    def _period_over(self, channel: int, due: int) -> None:
        self._ended |= 1 << channel
        again = max(due + self._ticks(channel), self.clock.now + _SHORTEST)
        self.clock.at(self._deadline(channel), again)
        self._update()

    def save(self) -> State:
        """Registers and ended periods."""
        return {**super().save(), "ended": self._ended}

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        super().load(state)
        self._ended = int_of(state["ended"])
