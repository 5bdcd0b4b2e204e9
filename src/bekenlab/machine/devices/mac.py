"""The Wi-Fi MAC: memory, except for registers that clear themselves once the hardware is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.machine.devices.base import Device, Wiring

if TYPE_CHECKING:
    from collections.abc import Iterable


class Mac(Device):
    """Registers that remember.

    Args:
        wiring: What it is connected to.
        zero: Offsets that always read 0, e.g. the soft reset bit.
    """

    def __init__(self, wiring: Wiring, zero: Iterable[int]) -> None:
        super().__init__(wiring)
        self._zero = frozenset(zero)

    def read(self, offset: int) -> int:
        """What was written, or 0."""
        return 0 if offset in self._zero else super().read(offset)
