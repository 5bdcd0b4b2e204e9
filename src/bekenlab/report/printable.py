"""Makes text from a dump safe for a terminal: it must not move the cursor or forge a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.segment import Segment

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.style import Style

# Control characters except tab and line feed, bidirectional overrides, lone surrogates.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """The text with a replacement character for every unsafe character."""
    return _UNFIT.sub("\ufffd", text)


def without_strays(text: str) -> str:
    """The text without unsafe characters, and without marks of bytes that were no text."""
    return _UNFIT.sub("", text).replace("\ufffd", "")


class Printable:
    """Wraps a renderable and replaces its unsafe characters.

    Trailing blanks of table rows are removed, too, because reports are copied into forums.
    """

    def __init__(self, inner: RenderableType) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        blanks: list[Segment] = []
        for segment in console.render(self._inner, options):
            if segment.control:
                yield segment
                continue
            for piece in re.split("(\n)", printable(segment.text)):
                shown = piece if _is_seen(segment.style) else piece.rstrip(" ")
                if piece == "\n":
                    blanks.clear()
                if shown:
                    yield from blanks
                    blanks.clear()
                    yield Segment(shown, segment.style)
                if shown != piece:
                    blanks.append(Segment(piece[len(shown) :], segment.style))


def _is_seen(style: Style | None) -> bool:
    """Whether a blank in this style is visible."""
    return style is not None and bool(style.bgcolor or style.underline or style.reverse)
