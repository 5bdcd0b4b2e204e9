"""The random generator: another number each time it is read, the same ones in each run.

Source of the registers: ``irda.h`` of Beken's SDK. Firmware of Tuya reads it until it changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.devices.base import WORD, Device, State, Wiring, int_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTROL, _DATA = 0x00, 0x04
_SEED = 0x2545_F491


class Trng(Device):
    """A pseudo-random sequence (xorshift, George Marsaglia 2003).

    Args:
        wiring: Its connections.
    """

    registers: ClassVar[Mapping[int, str]] = {_CONTROL: "CONTROL", _DATA: "DATA"}

    def __init__(self, wiring: Wiring) -> None:
        super().__init__(wiring)
        self._state = _SEED

    def read(self, offset: int) -> int:
        """DATA gives the next number."""
        if offset != _DATA:
            return super().read(offset)
        state = self._state
        state ^= state << 13 & WORD
        state ^= state >> 17
        state ^= state << 5 & WORD
        self._state = state
        return state

    def save(self) -> State:
        """Registers and the place in the sequence."""
        return {**super().save(), "state": self._state}

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        super().load(state)
        self._state = int_of(state["state"])
