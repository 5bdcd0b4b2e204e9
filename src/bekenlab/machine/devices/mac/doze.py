"""Doze: the MAC sleeps between beacons, and wakes the processor in time for one.

Firmware in power save lets the MAC doze and stops its radio. An interrupt of its own tells it when
to get up (``FIQ_MAC_WAKEUP`` of the SDK); without, it does so only when it has something to send.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.machine.devices.base import int_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.clock import Clock

_BEACON = 0x80
_MICROSECONDS = 1_000_000
# The radio needs some time until it hears. Firmware sets how long in a unit that is not documented.
_EARLY = 2000
# The interrupt controller of the model keeps no interrupts, so the line stays up for a moment. Were
# it up until the MAC is awake, a handler that does nothing would run for ever.
_LASTS = 50


class Doze:
    """When the MAC wakes.

    Args:
        name: Prefix of its deadlines.
        clock: Virtual time.
        line: Sets the level of the interrupt line.
    """

    def __init__(self, name: str, clock: Clock, line: Callable[[int], None]) -> None:
        self._clock, self._line = clock, line
        self._wakes, self._ends = f"{name}.wakes", f"{name}.woken"
        self._beacon = 0
        clock.handle(self._wakes, self._due)
        clock.handle(self._ends, lambda _due: self._line(0))

    def heard(self, frame: bytes) -> None:
        """A frame arrived; a beacon tells when the next ones will."""
        if frame[0] == _BEACON:
            self._beacon = self._clock.now

    def begin(self, interval: int) -> None:
        """Doze until a beacon.

        Args:
            interval: Microseconds from one beacon that it wants to hear to the next.
        """
        step = self._ticks(interval)
        earliest = self._clock.now + self._ticks(_EARLY)
        missed = max(0, earliest - self._beacon) // step + 1
        self._clock.at(self._wakes, self._beacon + missed * step - self._ticks(_EARLY))

    def end(self) -> None:
        """It is awake for another reason."""
        self._clock.cancel(self._wakes)

    def _due(self, _due: int) -> None:
        self._line(1)
        self._clock.after(self._ends, self._ticks(_LASTS))

    def _ticks(self, microseconds: int) -> int:
        return microseconds * self._clock.hz // _MICROSECONDS

    def save(self) -> int:
        """Its state, for a snapshot."""
        return self._beacon

    def load(self, saved: object) -> None:
        """Restore what :meth:`save` returned."""
        self._beacon = int_of(saved)
