"""Radio registers: memory, except that a busy bit clears when firmware waits for it."""

from __future__ import annotations

from bekenlab.machine.devices.base import Device

_BUSY = 1 << 31


class Radio(Device):
    """Registers that store what is written.

    Some firmwares set bit 31 and wait until it clears, others store the bit with another meaning
    and read it back. The behaviour tells which: a register that is read over and over, with nothing
    else happening, is being waited for.
    """

    def spun(self, offset: int) -> bool:
        """Clear bit 31 if the code waits for it."""
        word = self.words.get(offset, 0)
        if not word & _BUSY:
            return False
        self.words[offset] = word & ~_BUSY
        return True
