"""The DMA engine: copies between plain memories complete immediately.

Seen in OpenBeken on BK7231N, which copies network frames with channel 0 and polls the start bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.machine.devices.base import Device, Wiring

if TYPE_CHECKING:
    from collections.abc import Callable

_CHANNEL, _CHANNELS = 0x20, 6
_CONFIG, _DESTINATION, _SOURCE = 0, 4, 8
_START = 1
_LENGTH_SHIFT = 16


class Gdma(Device):
    """Six channels.

    Attributes:
        copy: Copies (destination, source, length) if both are plain memory; set by the machine.
    """

    def __init__(self, wiring: Wiring) -> None:
        super().__init__(wiring)
        self.copy: Callable[[int, int, int], None] = lambda _to, _from, _length: None

    def write(self, offset: int, value: int) -> None:
        """Setting the start bit copies and clears it."""
        channel, register = divmod(offset, _CHANNEL)
        if channel < _CHANNELS and register == _CONFIG and value & _START:
            base = channel * _CHANNEL
            self.copy(
                self.words.get(base + _DESTINATION, 0),
                self.words.get(base + _SOURCE, 0),
                (value >> _LENGTH_SHIFT) + 1,
            )
            value &= ~_START
        super().write(offset, value)
