"""A line of progress on a terminal, replaced by the next one and cleared before a result."""

from __future__ import annotations

import sys

from bekenlab.cli.output import console

_NARROWEST = 20


class LiveLine:
    """The last line of standard error, as long as that is a terminal.

    Whoever prints anything else clears it first, or the two would share a line.

    Attributes:
        live: Whether standard error is a terminal; otherwise nothing is drawn.
    """

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self._console = console(stderr=True)
        self._drawn = False

    def draw(self, text: str) -> None:
        """Replace the line; what does not fit is cut off."""
        if self.live:
            width = self._width()
            self._write("\r" + text[:width].ljust(width))
            self._drawn = True

    def clear(self) -> None:
        """Remove the line; the cursor is at its beginning afterwards."""
        if self._drawn:
            self._drawn = False
            self._write("\r" + " " * self._width() + "\r")

    def _width(self) -> int:
        # The last column stays free: some terminals begin a new line when it is written.
        return max(_NARROWEST, self._console.width - 1)

    @staticmethod
    def _write(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
