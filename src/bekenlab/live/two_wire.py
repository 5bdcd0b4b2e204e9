"""Decodes messages that firmware sends on two pins: clock and data, similar to I2C.

Data changes while the clock is low; a change while it is high starts or ends a message. Every ninth
bit is the receiver's acknowledgement and left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_BITS = 9
_LONGEST = 64


class TwoWire:
    """Decoder for two pins.

    Args:
        clock: GPIO of the clock.
        data: GPIO of the data.
        heard: Called with the bytes of each complete message.
    """

    def __init__(self, clock: int, data: int, heard: Callable[[bytes], None]) -> None:
        self._clock_pin, self._data_pin = clock, data
        self._heard = heard
        self._clock = self._data = 0
        self._bits: list[int] | None = None

    def changed(self, gpio: int, level: int) -> None:
        """Handle the new level of a pin; pins other than the two are ignored."""
        if gpio == self._clock_pin:
            self._clock = level
            if level and self._bits is not None and len(self._bits) < _BITS * _LONGEST:
                self._bits.append(self._data)
        elif gpio == self._data_pin:
            self._data = level
            if self._clock:
                self._condition(ends=bool(level))

    def _condition(self, *, ends: bool) -> None:
        """Handle a start or stop condition; a repeated start also ends a message."""
        if self._bits is not None and len(self._bits) >= _BITS:
            self._heard(_bytes(self._bits))
        self._bits = None if ends else []


def _bytes(bits: list[int]) -> bytes:
    whole = len(bits) // _BITS
    return bytes(
        int("".join(map(str, bits[_BITS * n : _BITS * n + _BITS - 1])), 2) for n in range(whole)
    )
