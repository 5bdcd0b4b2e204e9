"""Shows a log line by line while it is printed, without secrets."""

from __future__ import annotations

from bekenlab.report.printable import printable, without_strays
from bekenlab.tuya.boot_log.redact import LineRedactor

_LONGEST_LINE = 1 << 14
_LEFT_OUT = 1 << 10


class LiveLog:
    """Turns pieces of a log into lines without secrets.

    A line without an end is shown up to a limit, so that firmware that never ends one fills neither
    memory nor the screen. What is left out includes the limit's last characters: half a secret
    cannot be recognised.

    Args:
        show_secrets: Leave keys, Wi-Fi names and passwords in.
        marks: Put a mark where a character cannot be shown. Without, it is left out, and so is a
            line that has nothing else: in a virtual chip, such bytes say nothing about a wire.
    """

    def __init__(self, *, show_secrets: bool = False, marks: bool = True) -> None:
        self._fit = printable if marks else without_strays
        self._redactor = None if show_secrets else LineRedactor()
        self._rest: list[str] = []
        self._size = 0

    def feed(self, piece: str) -> list[str]:
        """Add a piece, which may end anywhere; returns the lines it completes."""
        *lines, rest = piece.split("\n")
        if lines:
            lines[0] = "".join([*self._rest, lines[0]])
            self._rest.clear()
            self._size = 0
        if rest and self._size <= _LONGEST_LINE:
            self._rest.append(rest)
            self._size += len(rest)
        return self._safe([line[: _LONGEST_LINE + 1].rstrip("\r") for line in lines])

    def end(self) -> list[str]:
        """The last line, if the log stopped within it."""
        return self.feed("\n") if self._rest else []

    def _safe(self, lines: list[str]) -> list[str]:
        cuts = [len(line) > _LONGEST_LINE for line in lines]
        if self._redactor is not None:
            lines = self._redactor.redact(lines)
        shown = [self._shown(line, cut=cut) for line, cut in zip(lines, cuts, strict=True)]
        return [now for line, now in zip(lines, shown, strict=True) if now.strip() or now == line]

    def _shown(self, line: str, *, cut: bool) -> str:
        if not cut:
            return self._fit(line)
        return f"{self._fit(line[:-_LEFT_OUT])} [the line goes on and was cut]"
