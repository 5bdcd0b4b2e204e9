"""The base of all peripherals: named 32-bit registers, connections, and state to save."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bekenlab.machine.clock import Clock

#: A saved state: integers, bytes, and lists and tables of them.
State: TypeAlias = dict[str, object]

WORD = 0xFFFF_FFFF

PERIPHERAL_HZ = 26_000_000
"""Frequency of the crystal, which clocks UARTs and PWMs."""


def _no_line(_level: bool) -> None:
    """The interrupt line of a device that has none."""


def _no_lines(_number: int, _level: bool) -> None:
    """The interrupt lines of a device that is not connected to a controller."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """The connections of a device.

    Attributes:
        name: The device's name on this chip, e.g. ``"uart2"``; also the prefix of its deadlines.
        clock: Virtual time.
        irq: Sets the level of its interrupt line.
        line: Sets the level of a line by number, for devices that have several.
    """

    name: str
    clock: Clock
    irq: Callable[[bool], None] = _no_line
    line: Callable[[int, bool], None] = _no_lines


@dataclass(frozen=True, slots=True)
class PwmState:
    """A PWM output.

    Attributes:
        hz: Frequency in hertz.
        duty: 0.0 to 1.0, the fraction of the period for which the pin is high.
    """

    hz: float
    duty: float


class Device:
    """A block of registers that store what is written; the base class of all peripherals.

    Args:
        wiring: Its connections.
        reset: Values after reset, by register offset.
    """

    #: Register names by offset, for messages.
    registers: ClassVar[Mapping[int, str]] = {}

    def __init__(self, wiring: Wiring, reset: Mapping[int, int] | None = None) -> None:
        self.wiring = wiring
        self.name = wiring.name
        self.clock = wiring.clock
        self.words: dict[int, int] = dict(reset or {})

    def read(self, offset: int) -> int:
        """A 32-bit read at a word-aligned byte offset."""
        return self.words.get(offset, 0)

    def write(self, offset: int, value: int) -> None:
        """A 32-bit write at a word-aligned byte offset."""
        self.words[offset] = value

    def spun(self, offset: int) -> bool:
        """Called when the code only polls this register; return True if it need not wait."""
        del offset
        return False

    def register_name(self, offset: int) -> str:
        """Name of a register: ``"uart2.FIFO_PORT"`` or ``"uart2+0x1c"``."""
        label = self.registers.get(offset)
        return f"{self.name}.{label}" if label else f"{self.name}+{offset:#x}"

    def save(self) -> State:
        """Return the state for a snapshot, as plain values."""
        return {"words": dict(self.words)}

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        self.words = {key: int_of(value) for key, value in table_of(state["words"]).items()}

    def power_up(self, fresh: State) -> None:
        """Reset; ``fresh`` is what :meth:`save` returned when the device was built."""
        self.load(fresh)


def int_of(value: object) -> int:
    """Check that a value of a saved state is an integer."""
    if not isinstance(value, int):
        raise TypeError(f"expected a number, found {type(value).__name__}")
    return value


def bytes_of(value: object) -> bytes:
    """Check that a value of a saved state is bytes."""
    if not isinstance(value, bytes):
        raise TypeError(f"expected bytes, found {type(value).__name__}")
    return value


def ints_of(value: object) -> list[int]:
    """Check that a value of a saved state is a list of integers."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list, found {type(value).__name__}")
    return [int_of(item) for item in value]


def table_of(value: object) -> dict[int, object]:
    """Check that a value of a saved state is a table keyed by integers."""
    if not isinstance(value, dict):
        raise TypeError(f"expected a table, found {type(value).__name__}")
    return {int_of(key): item for key, item in value.items()}
