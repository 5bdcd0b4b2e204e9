"""The label of a pad: its name in its colour, and its function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.report.pictures.svg import group, shape, text_width, words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from bekenlab.report.pictures.svg import Point
    from bekenlab.report.pictures.uses import PadFacts

SIZE = 11.5
"""Height of the labels' font, in units of the picture."""

_PILL = 14.0


def pill_width(names: list[str]) -> float:
    """Common width of the pills in a column, so that its texts are aligned."""
    return max((text_width([(name, "strong")], SIZE - 1.5) + 8 for name in names), default=0.0)


def label_parts(fact: PadFacts) -> list[tuple[str, str]]:
    """The texts of a label with their classes."""
    parts = [(fact.head, "muted" if fact.kind == "none" else "ink strong")]
    if fact.text:
        parts.append((fact.text, "ink"))
    if fact.note:
        parts.append((fact.note, "muted"))
    return parts


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
    words(made, (start + pill / 2, y + 3.6), text, SIZE - 1.5, "middle")
    at_text = (start - 5, y + 4) if left else (start + pill + 5, y + 4)
    words(made, at_text, label_parts(fact), SIZE, "end" if left else "start")
