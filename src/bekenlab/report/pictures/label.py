"""The label of a pad: its name in its colour, and its function, on one or two lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.report.pictures.layout import GAP
from bekenlab.report.pictures.svg import group, shape, text_width, words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

    from bekenlab.report.pictures.svg import Point
    from bekenlab.report.pictures.uses import PadFacts

SIZE = 11.5
"""Height of the labels' font, in units of the picture."""

_PILL = 14.0
_AFTER_PILL = 5.0
_SECOND = 14.5  # from the first line to the second
_ONE_LINE = 8.0  # what fits on one line, in font heights; more would make the picture wide

Line = list[tuple[str, str]]
"""Texts with their classes."""


def pill_width(names: list[str]) -> float:
    """Common width of the pills in a column, so that its texts are aligned."""
    return max((text_width([(name, "strong")], SIZE - 0.5) + 8 for name in names), default=0.0)


def label_lines(name: str, fact: PadFacts) -> list[Line]:
    """The lines of a label. The wider pictures are, the smaller they appear in a narrow window."""
    parts: Line = [(fact.head, "muted" if fact.kind == "none" else "ink strong")]
    if fact.text:
        parts.append((fact.text, "ink"))
    if fact.note:
        parts.append((fact.note, "muted"))
    room = pill_width([name]) + _AFTER_PILL + text_width(parts, SIZE)
    if len(parts) > 1 and room > _ONE_LINE * SIZE:
        return [parts[:1], parts[1:]]
    return [parts]


def label_height(name: str, fact: PadFacts) -> float:
    """Height of a label with the gap to the next one."""
    return GAP + (len(label_lines(name, fact)) - 1) * _SECOND


def labels_width(facts: Iterable[tuple[str, PadFacts]]) -> float:
    """Width of a column of labels: names of pads with their facts."""
    column = list(facts)
    pill = pill_width([name for name, _ in column])
    return max((_width(label_lines(name, fact), pill) for name, fact in column), default=0.0)


def _width(lines: list[Line], pill: float) -> float:
    return pill + _AFTER_PILL + max(text_width(line, SIZE) for line in lines)


def draw_label(
    parent: Element, at: Point, name: str, fact: PadFacts, pill: float, *, left: bool
) -> None:
    """Draw a label at a point: the pad's name in its colour, and its function."""
    x, y = at
    made = group(parent, f"{name}: {fact.detail}")
    made.set("class", "bl-label")
    start = x - pill if left else x
    shape(
        made, "rect", f"kind-{fact.kind}", x=start, y=y - _PILL / 2, width=pill, height=_PILL, rx=4
    )
    text = [(name, f"kind-{fact.kind}-on strong")]
    words(made, (start + pill / 2, y + 3.8), text, SIZE - 0.5, "middle")
    first, *rest = label_lines(name, fact)
    beside = start - _AFTER_PILL if left else start + pill + _AFTER_PILL
    anchor = "end" if left else "start"
    words(made, (beside, y + 4), first, SIZE, anchor)
    for line in rest:
        words(made, (beside, y + 4 + _SECOND), line, SIZE, anchor)
