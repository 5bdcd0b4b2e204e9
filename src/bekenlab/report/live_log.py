"""Shows a log line by line while it is printed, without secrets."""

from __future__ import annotations

from bekenlab.report.printable import printable
from bekenlab.tuya.boot_log.redact import LineRedactor


class LiveLog:
    """Turns pieces of a log into lines without secrets.

    Args:
        show_secrets: Leave keys, Wi-Fi names and passwords in.
    """

    def __init__(self, *, show_secrets: bool = False) -> None:
        self._redactor = None if show_secrets else LineRedactor()
        self._rest: list[str] = []

    def feed(self, piece: str) -> list[str]:
        """Add a piece, which may end anywhere; returns the lines it completes."""
        *lines, rest = piece.split("\n")
        if lines:
            lines[0] = "".join([*self._rest, lines[0]])
            self._rest.clear()
        if rest:
            self._rest.append(rest)
        return self._safe([line.rstrip("\r") for line in lines])

    def end(self) -> list[str]:
        """The last line, if the log stopped within it."""
        return self.feed("\n") if self._rest else []

    def _safe(self, lines: list[str]) -> list[str]:
        if self._redactor is not None:
            lines = self._redactor.redact(lines)
        return [printable(line) for line in lines]
