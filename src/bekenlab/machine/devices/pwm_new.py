"""The PWM generator of BK7231N and later: three groups of two channels with up to three edges.

A group's control word (``pwm_bk7231n.h`` of Beken's FreeRTOS SDK; ``pwm_new.h`` of the SDK in
openshwprojects/OpenBK7231N names the same bits) has one byte per channel: mode in bits 2:0,
enable 3, interrupt enable 4, stop 5, initial level 6, "take the new values" 7. Bits 23:16 divide
the clock, and bits 30 and 31 are the channels' interrupt status, cleared by writing 1; they are not
the level.

A channel starts each period at its initial level, toggles at T1, T2 and T3, and the period ends at
T4. An edge register of 0, including T1, means no edge. ``BkDriverPwm.c`` shows this where it drives
a pair of white LEDs: an output that is always low gets T1 = T2 = 0 and starts low, one that is
always high gets T1 = T2 = 0 and starts high, and one in between gets T1 = T4 - duty, T2 = T4 and
starts low. An edge at 0 would invert the first two, and a level from bits 30 and 31 the third.

``pwm_isr`` of the later driver writes new values at the end of a period, so updates need the
interrupt. None of this was measured on silicon.
"""

from __future__ import annotations

from bekenlab.machine.devices.base import PERIPHERAL_HZ, PwmState
from bekenlab.machine.devices.pwm_periods import PwmPeriods

_GROUP, _EDGES = 0x40, 0x10
_MODE, _ENABLE, _INTERRUPT, _HIGH_FIRST, _UPDATE = 0x7, 0x8, 0x10, 0x40, 0x80
_BITS_PER_CHANNEL = 8
_DIVIDER_SHIFT, _DIVIDER = 16, 0xFF
_STATUS_SHIFT = 30
_STATUS = 3 << _STATUS_SHIFT
_UPDATES = _UPDATE | _UPDATE << _BITS_PER_CHANNEL


class NewPwm(PwmPeriods):
    """Six channels: channel ``n`` is half ``n % 2`` of group ``n // 2``.

    Args:
        wiring: Its connections.
        pins: Channel by GPIO.
    """

    def state(self, gpio: int) -> PwmState | None:
        """Frequency and duty at a pin, or None if its channel is off."""
        channel = self.pins.get(gpio)
        if channel is None or not self._runs(channel):
            return None
        *edges, period = self._times(channel)
        level = int(bool(self._bits(channel) & _HIGH_FIRST))
        return PwmState(
            PERIPHERAL_HZ / self._counts(channel), _high_counts(level, edges, period) / period
        )

    def register_name(self, offset: int) -> str:
        """Name of a register, from its channel and edge."""
        group, rest = divmod(offset, _GROUP)
        if rest == 0:
            return f"{self.name}.CONTROL{group}"
        half, edge = divmod((rest - 4) // 4, 4)
        return f"{self.name}.CH{2 * group + half}_T{edge + 1}"

    def read(self, offset: int) -> int:
        """A control word shows which periods ended; new values take effect immediately."""
        group, rest = divmod(offset, _GROUP)
        if rest:
            return super().read(offset)
        return super().read(offset) | (self._ended >> 2 * group & 3) << _STATUS_SHIFT

    def write(self, offset: int, value: int) -> None:
        """A channel's period starts once it is enabled; writing 1 to a status bit clears it."""
        group, rest = divmod(offset, _GROUP)
        if rest == 0:
            self._ended &= ~((value >> _STATUS_SHIFT & 3) << 2 * group)
            value &= ~(_STATUS | _UPDATES)
        super().write(offset, value)
        self._restart_all()

    def _control(self, channel: int) -> int:
        return self.words.get(_GROUP * (channel // 2), 0)

    def _bits(self, channel: int) -> int:
        return self._control(channel) >> _BITS_PER_CHANNEL * (channel % 2) & 0xFF

    def _times(self, channel: int) -> tuple[int, ...]:
        group, half = divmod(channel, 2)
        first = _GROUP * group + 4 + _EDGES * half
        return tuple(self.words.get(first + 4 * n, 0) for n in range(4))

    def _counts(self, channel: int) -> int:
        """Length of a period in counts of 26 MHz."""
        return self._times(channel)[-1] * (
            1 + (self._control(channel) >> _DIVIDER_SHIFT & _DIVIDER)
        )

    def _runs(self, channel: int) -> bool:
        bits = self._bits(channel)
        return bool(bits & _ENABLE and bits & _MODE and self._counts(channel))

    def _interrupts(self, channel: int) -> bool:
        return bool(self._bits(channel) & _INTERRUPT)


def _high_counts(level: int, edges: list[int], period: int) -> int:
    """Number of counts per period for which the output is high."""
    high, at = 0, 0
    for edge in [*(edge for edge in edges if edge), period]:
        end = max(at, min(edge, period))
        high += (end - at) * level
        at, level = end, level ^ 1
    return high
