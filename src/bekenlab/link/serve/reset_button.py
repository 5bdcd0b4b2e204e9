"""The finger on the reset button: who uses a chip without modem lines resets it by hand.

A person does that when a program starts to ask for the chip, and again when it asks in vain. So
does this, for programs whose line has no modem lines, or who leave them alone.
"""

from __future__ import annotations

# Asking in vain: so many pieces, for so long, without a byte back.
_PIECES = 20
_SECONDS = 0.5


class ResetButton:
    """Decides when to reset the chip for a program that cannot."""

    def __init__(self) -> None:
        self._fresh = True
        self._pieces = 0
        self._since = 0.0

    def opened(self) -> None:
        """A program has opened the line."""
        self._fresh = True
        self._pieces = 0

    def reset_by_program(self) -> None:
        """The program has reset the chip itself."""
        self._fresh = False
        self._pieces = 0

    def answered(self) -> None:
        """The chip has sent something."""
        self._pieces = 0

    def request_sent(self, now: float) -> bool:
        """The program has sent something; True when the chip is to be reset before it arrives."""
        if not self._pieces:
            self._since = now
        self._pieces += 1
        in_vain = self._pieces > _PIECES and now - self._since > _SECONDS
        if not self._fresh and not in_vain:
            return False
        self._fresh = False
        self._pieces = 0
        return True
