"""The PWM generator of BK7231N: three groups of two channels, each with up to three edges.

A channel starts its period at its initial level and changes at T1, and at T2 and T3 unless they are
0; the period ends at T4. Seen in OpenBeken (T1 is the duty) and in Tuya's light firmwares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.machine.devices.base import PERIPHERAL_HZ, Device, PwmState, Wiring

if TYPE_CHECKING:
    from collections.abc import Mapping

_GROUP, _EDGES = 0x40, 0x10
_FIRST_LEVEL_BIT = 30
_MODE, _ENABLE = 0x7, 0x8


class NewPwm(Device):
    """Six channels: channel ``n`` is half ``n % 2`` of group ``n // 2``.

    Args:
        wiring: What it is connected to.
        pins: GPIO to channel.
    """

    def __init__(self, wiring: Wiring, pins: Mapping[int, int]) -> None:
        super().__init__(wiring)
        self.pins = dict(pins)

    def state(self, gpio: int) -> PwmState | None:
        """Frequency and duty at a pin, or None when its channel is off."""
        channel = self.pins.get(gpio)
        if channel is None:
            return None
        group, half = divmod(channel, 2)
        base = _GROUP * group
        control = self.words.get(base, 0)
        bits = control >> 8 * half & 0xFF
        first = base + 4 + _EDGES * half
        t1, t2, t3, t4 = (self.words.get(first + 4 * n, 0) for n in range(4))
        if not bits & _ENABLE or not bits & _MODE or not t4:
            return None
        level = control >> _FIRST_LEVEL_BIT + half & 1
        return PwmState(PERIPHERAL_HZ / t4, _high_counts(level, (t1, t2, t3), t4) / t4)

    def register_name(self, offset: int) -> str:
        """Names group, half and edge."""
        group, rest = divmod(offset, _GROUP)
        if rest == 0:
            return f"{self.name}.CONTROL{group}"
        half, edge = divmod((rest - 4) // 4, 4)
        return f"{self.name}.CH{2 * group + half}_T{edge + 1}"


def _high_counts(level: int, edges: tuple[int, int, int], period: int) -> int:
    """How many counts of a period the output is high."""
    high, at = 0, 0
    wanted = [edges[0], *(edge for edge in edges[1:] if edge)]
    for edge in [*wanted, period]:
        end = max(at, min(edge, period))
        high += (end - at) * level
        at, level = end, level ^ 1
    return high
