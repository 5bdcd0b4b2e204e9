"""Time of the Bluetooth controller: half slots of 312.5 microseconds, and half microseconds.

The fine part counts down. It goes on while the controller sleeps: where silicon stops and is set
right by the firmware afterwards, here the same time results without that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.machine.devices.ble.registers import CLOCK_MASK

if TYPE_CHECKING:
    from bekenlab.machine.clock import Clock

PER_HALF_SLOT = 625
_HZ = 2_000_000
_ROUND = (CLOCK_MASK + 1) * PER_HALF_SLOT


class BleTime:
    """Converts between ticks and the controller's time.

    Args:
        clock: Virtual time.

    Attributes:
        shift: Half microseconds by which it was set.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.shift = 0

    @property
    def now(self) -> int:
        """Half microseconds since it was started."""
        return self.clock.now * _HZ // self.clock.hz + self.shift

    def tick(self, moment: int) -> int:
        """The first tick of a moment in half microseconds."""
        return -((self.shift - moment) * self.clock.hz // _HZ)

    def sample(self) -> tuple[int, int]:
        """Half slot, and what the fine counter shows."""
        slot, fine = divmod(self.now, PER_HALF_SLOT)
        return slot & CLOCK_MASK, PER_HALF_SLOT - 1 - fine

    def set(self, slot: int) -> None:
        """Begin a half slot now."""
        self.shift += slot * PER_HALF_SLOT - self.now

    def next(self, slot: int, fine: int) -> int | None:
        """When a target is reached, in half microseconds; None if it was reached already.

        Targets up to half a round of the clock away are in the future.
        """
        target = slot * PER_HALF_SLOT + max(0, PER_HALF_SLOT - 1 - fine)
        ahead = (target - self.now) % _ROUND
        return self.now + ahead if ahead < _ROUND // 2 else None

    @staticmethod
    def half_slots(count: int) -> int:
        """Half microseconds of some half slots."""
        return count * PER_HALF_SLOT
