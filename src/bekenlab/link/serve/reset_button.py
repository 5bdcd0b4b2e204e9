"""Presses reset for programs that do not use modem lines, as a person would by hand.

The chip is reset when a program starts to send, and again when it keeps sending without an answer.
"""

from __future__ import annotations

# More writes than this, for longer than this in seconds, without a byte back.
_PIECES = 20
_SECONDS = 0.5


class ResetButton:
    """Decides when to reset the chip for a program that cannot do so itself."""

    def __init__(self) -> None:
        self._fresh = True
        self._pieces = 0
        self._since = 0.0

    def opened(self) -> None:
        """A program has opened the port."""
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
        """The program has sent something; return whether to reset the chip before it arrives."""
        if not self._pieces:
            self._since = now
        self._pieces += 1
        in_vain = self._pieces > _PIECES and now - self._since > _SECONDS
        if not self._fresh and not in_vain:
            return False
        self._fresh = False
        self._pieces = 0
        return True
