"""Builds SVG as a tree: everything is escaped, and every shape takes its colour from the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

from bekenlab.report.pictures.theme import FONT, ROOT_CLASS, paints, stylesheet
from bekenlab.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Point = tuple[float, float]

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"

_NAMESPACE = "http://www.w3.org/2000/svg"
# Characters that XML 1.0 does not allow and ``printable`` lets through.
_UNFIT = {0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}
# Widths of characters in em, in DejaVu Sans, the widest of the fonts used.
_NARROW = dict.fromkeys("iljI|.,:;'!()[] ", 0.36) | dict.fromkeys("frt-/", 0.42)
_WIDE = dict.fromkeys("mwMWQO%@", 0.92) | dict.fromkeys("ABCDGHKNRUVXYZ&", 0.71)
_USUAL = 0.63
_BOLD = 1.1


class Drawing:
    """An SVG under construction.

    Args:
        width: Width of the view box.
        height: Height of the view box.
        title: Name for screen readers.
        description: Description for screen readers, a sentence or two.
        scale: Pixels per unit, unless set elsewhere.
    """

    def __init__(
        self, width: float, height: float, title: str, description: str, *, scale: float = 1.5
    ) -> None:
        self.root = Element(
            "svg",
            {
                "xmlns": _NAMESPACE,
                "class": ROOT_CLASS,
                "role": "img",
                "viewBox": f"0 0 {number(width)} {number(height)}",
                "width": number(width * scale),
                "height": number(height * scale),
                "font-family": FONT,
            },
        )
        SubElement(self.root, "title").text = clean(title)
        SubElement(self.root, "desc").text = clean(description)

    def text(self, *, standalone: bool) -> str:
        """The document; a standalone one includes its style sheet and background."""
        if not standalone:
            return tostring(self.root, encoding="unicode")
        style = Element("style")
        style.text = stylesheet()
        ground = shape(None, "rect", "page", width="100%", height="100%")
        whole = Element("svg", self.root.attrib)
        whole.extend([*self.root[:2], style, ground, *self.root[2:]])
        return tostring(whole, encoding="unicode") + "\n"


def group(parent: Element, title: str = "") -> Element:
    """Add a group, with a title shown as a tool tip."""
    made = SubElement(parent, "g")
    if title:
        SubElement(made, "title").text = clean(title)
    return made


def shape(parent: Element | None, tag: str, paint: str, **attributes: float | str) -> Element:
    """Make a shape.

    Args:
        parent: Parent element; None for a shape that is added later.
        tag: SVG element.
        paint: Classes of the theme, separated by spaces: ``"board"``, ``"kind-relay ink-line"``.
        attributes: SVG attributes, with ``_`` for ``-``.
    """
    values = {name.replace("_", "-"): _value(value) for name, value in attributes.items()}
    known = paints()
    classes = paint.split()
    if classes:
        values["class"] = " ".join(f"bl-{name}" for name in classes)
    for name in classes:
        values[known[name].attribute] = known[name].light
    if tag in {"polyline", "path"} and "fill" not in values:
        values["fill"] = "none"
    return Element(tag, values) if parent is None else SubElement(parent, tag, values)


def path(parent: Element, paint: str, points: Sequence[Point], width: float) -> Element:
    """Add a line through points."""
    joined = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    return shape(
        parent, "polyline", paint, points=joined, stroke_width=width, stroke_linejoin="round"
    )


def words(
    parent: Element,
    at: Point,
    parts: Iterable[tuple[str, str]],
    size: float,
    anchor: str = "start",
) -> Element:
    """Add a line of text from parts, each with its classes.

    Args:
        parent: Parent element.
        at: Left end, middle or right end of the baseline, depending on ``anchor``.
        parts: Text and classes; the class ``strong`` makes it bold.
        size: Height of the font.
        anchor: ``"start"``, ``"middle"`` or ``"end"``.
    """
    line = SubElement(
        parent,
        "text",
        {
            "x": number(at[0]),
            "y": number(at[1]),
            "font-size": number(size),
            "text-anchor": anchor,
            "xml:space": "preserve",
        },
    )
    for index, (text, paint) in enumerate(parts):
        classes = [name for name in paint.split() if name != "strong"]
        bold = {"font_weight": "600"} if "strong" in paint.split() else {}
        span = shape(line, "tspan", " ".join(classes), **bold)
        span.text = clean((" " if index else "") + text)
    return line


def text_width(parts: Iterable[tuple[str, str]], size: float) -> float:
    """Maximum width of a line of text, in the units of ``size``."""
    total = -_NARROW[" "]
    for text, paint in parts:
        plain = sum(_NARROW.get(c) or _WIDE.get(c) or _USUAL for c in text)
        total += _NARROW[" "] + plain * (_BOLD if "strong" in paint.split() else 1)
    return max(total, 0) * size


def fitting(text: str, room: float, size: float) -> str:
    """A bold text, shortened to fit."""
    if text_width([(text, "strong")], size) <= room:
        return text
    while text and text_width([(text + ELLIPSIS, "strong")], size) > room:
        text = text[:-1]
    return text + ELLIPSIS


def wrapped(text: str, room: float, size: float, *, strong: bool = False) -> list[str]:
    """A text as lines that fit into a width; a word that does not has a line of its own."""
    paint = "strong" * strong
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width([(longer, paint)], size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def clean(text: str) -> str:
    """Text without the characters that XML does not allow."""
    return printable(text).translate(_UNFIT)


def number(value: float) -> str:
    """A length with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else number(value)
