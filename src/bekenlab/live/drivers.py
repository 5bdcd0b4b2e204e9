"""Two-wire LED driver chips: decode the firmware's messages to the level of each output."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.data import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OUTPUTS = 5
_REGISTERS = 32


@dataclass(frozen=True, slots=True)
class DriverRow:
    """A kind of driver; the fields are those of ``data/led_drivers.toml``."""

    name: str
    clock: str
    data: str
    first: int
    coding: str
    order: str
    index: int = 0
    awake: int = 0
    swapped: bool = False
    white_only: tuple[int, int] | None = None


@cache
def driver_rows() -> tuple[DriverRow, ...]:
    """All known kinds of drivers."""
    return tuple(
        DriverRow(**{**raw, "white_only": tuple(raw["white_only"])})
        if "white_only" in raw
        else DriverRow(**raw)
        for raw in read_table("live", "led_drivers.toml")["driver"]
    )


class DriverChip:
    """A driver chip that decodes messages.

    Args:
        row: Its kind.
    """

    def __init__(self, row: DriverRow) -> None:
        self.row = row
        self._registers = bytearray(_REGISTERS)
        self._asleep = False

    def take(self, message: bytes) -> None:
        """Decode a message: an address, then register values."""
        address, values = message[0], message[1:]
        self._asleep = bool(self.row.awake) and not address & self.row.awake
        start = address & self.row.index
        for register, value in enumerate(values, start):
            if register < _REGISTERS:
                self._registers[register] = value

    def levels(self) -> tuple[float, ...]:
        """Levels of the five outputs, 0 to 1."""
        if self._asleep:
            return (0.0,) * OUTPUTS
        return _CODINGS[self.row.coding](bytes(self._registers[self.row.first :]))

    def shares(self, order: str) -> dict[str, float]:
        """Levels by colour.

        Args:
            order: The colour of each output, of ``rgbcw``; ``-`` for none.
        """
        found = dict(zip(order, self.levels(), strict=False))
        white = self.row.white_only
        if white is not None and self._registers[white[0]] & white[1]:
            found = {colour: level for colour, level in found.items() if colour in "cw"}
        return {colour: found.get(colour, 0.0) for colour in order if colour in "rgbcw"}


def _pairs(data: bytes) -> list[tuple[int, int]]:
    return [(data[2 * n], data[2 * n + 1]) for n in range(OUTPUTS)]


_CODINGS: Mapping[str, Callable[[bytes], tuple[float, ...]]] = {
    "byte": lambda data: tuple(value / 255 for value in data[:OUTPUTS]),
    "low5_high5": lambda data: tuple(
        ((high & 31) << 5 | low & 31) / 1023 for low, high in _pairs(data)
    ),
    "high5_low5_parity": lambda data: tuple(
        ((high >> 1 & 31) << 5 | low >> 1 & 31) / 1023 for high, low in _pairs(data)
    ),
    "word10": lambda data: tuple(((high & 3) << 8 | low) / 1023 for high, low in _pairs(data)),
}
