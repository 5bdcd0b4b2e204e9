"""The interrupt controller: active and enabled lines (source of the registers: Beken's SDK)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.devices.base import Device, State, Wiring, int_of

if TYPE_CHECKING:
    from collections.abc import Mapping

ENABLE, GLOBAL, RAW, STATUS = 0x40, 0x44, 0x48, 0x4C
_PATIENCE = 16
_IRQ_LINES = 0x0000_FFFF
_FIQ_LINES = 0xFFFF_0000


class Icu(Device):
    """Lines 0-15 are interrupts, 16-31 fast interrupts; a line is active until its device drops it.

    Attributes:
        lines: Levels of all lines, one bit each.
    """

    registers: ClassVar[Mapping[int, str]] = {
        ENABLE: "INT_ENABLE",
        GLOBAL: "GLOBAL_INT_EN",
        RAW: "INT_RAW_STATUS",
        STATUS: "INT_STATUS",
    }

    def __init__(self, wiring: Wiring) -> None:
        super().__init__(wiring)
        self.lines = 0
        self._patience = _PATIENCE

    def set_line(self, bit: int, *, level: bool) -> None:
        """Raise or drop an interrupt line."""
        if level:
            self.lines |= 1 << bit
        else:
            self.lines &= ~(1 << bit)

    @property
    def irq(self) -> bool:
        """Whether an enabled interrupt is pending."""
        return bool(self.words.get(GLOBAL, 0) & 1 and self._waiting & _IRQ_LINES)

    @property
    def fiq(self) -> bool:
        """Whether an enabled fast interrupt is pending."""
        return bool(self.words.get(GLOBAL, 0) & 2 and self._waiting & _FIQ_LINES)

    @property
    def _waiting(self) -> int:
        return self.lines & self.words.get(ENABLE, 0)

    def read(self, offset: int) -> int:
        """Status registers give the lines, other registers what was written."""
        if offset == RAW:
            return self.lines
        if offset == STATUS:
            return self._waiting
        return super().read(offset)

    def write(self, offset: int, value: int) -> None:
        """Writing to a status register does not clear lines that their devices still assert."""
        self._patience = _PATIENCE
        if offset not in {RAW, STATUS}:
            super().write(offset, value)

    def spun(self, offset: int) -> bool:
        """Handlers read the status once per source; only many more reads count as waiting."""
        del offset
        self._patience -= 1
        return self._patience > 0

    def save(self) -> State:
        """Registers and lines."""
        return {**super().save(), "lines": self.lines}

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        super().load(state)
        self.lines = int_of(state["lines"])
