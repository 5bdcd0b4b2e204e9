"""The PWM generator of BK7231T and older: period and duty counted at 26 MHz.

BK7231T has a word for each; BK7231Q has both in one, the duty in the upper half (``pwm.c`` of
Beken's FreeRTOS SDK, SOC_BK7231).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.machine.devices.base import PERIPHERAL_HZ, PwmState, Wiring
from bekenlab.machine.devices.pwm_periods import PwmPeriods

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTROL, STATUS, FIRST = 0x00, 0x04, 0x08
_ENABLE, _INTERRUPT = 1, 2
_BITS_PER_CHANNEL = 4
_HALF_BITS, _LOWER_HALF = 16, 0xFFFF


class OldPwm(PwmPeriods):
    """Six channels; each can interrupt at the end of its period, which one firmware uses as a tick.

    Args:
        wiring: Its connections.
        pins: GPIO to channel.
        stride: Bytes from one channel's period register to the next.
        packed: Whether the upper half of that register is the duty; else the next register is.
    """

    def __init__(
        self, wiring: Wiring, pins: Mapping[int, int], stride: int, *, packed: bool
    ) -> None:
        super().__init__(wiring, pins)
        self._stride = stride
        self._packed = packed

    def state(self, gpio: int) -> PwmState | None:
        """Frequency and duty at a pin, or None if its channel is off."""
        channel = self.pins.get(gpio)
        if channel is None or not self._bits(channel) & _ENABLE or not self._counts(channel):
            return None
        counts = self._counts(channel)
        return PwmState(PERIPHERAL_HZ / counts, min(1.0, self._duty(channel) / counts))

    def register_name(self, offset: int) -> str:
        """Name of a register, from its channel."""
        if offset >= FIRST:
            channel, rest = divmod(offset - FIRST, self._stride)
            return f"{self.name}.{'DUTY' if rest else 'PERIOD'}{channel}"
        return f"{self.name}.{'STATUS' if offset else 'CONTROL'}"

    def read(self, offset: int) -> int:
        """STATUS has one bit per channel, set when its period ended."""
        return self._ended if offset == STATUS else super().read(offset)

    def write(self, offset: int, value: int) -> None:
        """A channel's period starts once set and enabled; writing 1 to a STATUS bit clears it."""
        if offset == STATUS:
            self._ended &= ~value
            self._update()
        else:
            super().write(offset, value)
            self._restart_all()

    def _bits(self, channel: int) -> int:
        return self.words.get(CONTROL, 0) >> _BITS_PER_CHANNEL * channel & 0xF

    def _counts(self, channel: int) -> int:
        word = self.words.get(FIRST + self._stride * channel, 0)
        return word & _LOWER_HALF if self._packed else word

    def _duty(self, channel: int) -> int:
        first = FIRST + self._stride * channel
        if self._packed:
            return self.words.get(first, 0) >> _HALF_BITS
        return self.words.get(first + 4, 0)

    def _runs(self, channel: int) -> bool:
        return bool(self._bits(channel) & _ENABLE and self._counts(channel))

    def _interrupts(self, channel: int) -> bool:
        return bool(self._bits(channel) & _INTERRUPT)
