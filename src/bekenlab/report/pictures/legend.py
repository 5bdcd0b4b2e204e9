"""The legend of a board's picture: the kinds in it with their colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.report.pictures.svg import shape, text_width, words
from bekenlab.report.pictures.theme import kinds

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

    from bekenlab.report.pictures.words import Words

_ROW = 17.0
_SWATCH = 10.0
_SIZE = 11.5
_MARGIN = 8.0
_BETWEEN = 12.0


def draw_legend(
    parent: Element | None, shown: Iterable[str], width: float, top: float, words_of: Words
) -> float:
    """Draw the legend with as many entries per row as fit.

    Args:
        parent: Parent element, or None to only compute the height.
        shown: Kinds in the picture; may repeat.
        width: Available width.
        top: Its upper edge.
        words_of: Words in the reader's language.

    Returns:
        Its height.
    """
    there = set(shown)
    x, row = _MARGIN, 0
    for kind in kinds():
        if kind not in there:
            continue
        text = [(words_of[f"kind.{kind}"], "ink")]
        room = _SWATCH + 4 + text_width(text, _SIZE)
        if x + room > width - _MARGIN and x > _MARGIN:
            x, row = _MARGIN, row + 1
        if parent is not None:
            y = top + row * _ROW + 4
            shape(
                parent,
                "rect",
                f"kind-{kind} line-line",
                x=x,
                y=y,
                width=_SWATCH,
                height=_SWATCH,
                rx=2.5,
                stroke_width=0.7,
            )
            words(parent, (x + _SWATCH + 4, y + 9), text, _SIZE)
        x += room + _BETWEEN
    return (row + 1) * _ROW + 4 if there else 0.0
