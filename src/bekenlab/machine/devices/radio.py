"""Radio registers: memory, except that a busy bit somebody waits for becomes clear."""

from __future__ import annotations

from bekenlab.machine.devices.base import Device

_BUSY = 1 << 31


class Radio(Device):
    """Registers that remember.

    Some firmwares set bit 31 and wait until it clears, others store the bit and read it back
    meaning something else. Which it is shows in the behaviour: a register that is read over and
    over with nothing else happening is being waited for.
    """

    def spun(self, offset: int) -> bool:
        """Clear bit 31 when it is what the code waits for."""
        word = self.words.get(offset, 0)
        if not word & _BUSY:
            return False
        self.words[offset] = word & ~_BUSY
        return True
