"""A strip of levels over time: what pins did in an experiment, as evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.report.pictures.svg import Drawing, path, shape, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from bekenlab.report.pictures.svg import Point
    from bekenlab.report.pictures.words import Words

_WIDTH, _LEFT, _RIGHT = 300.0, 34.0, 8.0
_ROW, _HIGH = 22.0, 13.0
_SIZE = 11.5
_AXIS = 16.0
# A picture has no more points than this; what changes more often is drawn as a block.
_MOST = 400


@dataclass(frozen=True, slots=True)
class Line:
    """A pin over time.

    Attributes:
        gpio: GPIO number.
        first: Level at the beginning, from 0 (low) to 1 (high); between them for a PWM.
        changes: (milliseconds, new level), in order.
        driven: Whether the experiment itself drove it.
    """

    gpio: int
    first: float
    changes: tuple[tuple[float, float], ...]
    driven: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """An experiment.

    Attributes:
        name: Its name.
        seconds: Its length in device time.
        lines: The pins shown.
    """

    name: str
    seconds: float
    lines: tuple[Line, ...]


def edges_picture(strip: Strip, words_of: Words) -> str:
    """The strip as SVG for a page.

    Args:
        strip: What is shown.
        words_of: Words in the reader's language.
    """
    height = _ROW * len(strip.lines) + _AXIS
    about = "; ".join(_in_words(line, words_of) for line in strip.lines)
    drawing = Drawing(_WIDTH, height, strip.name, about, scale=1.0)
    for number, line in enumerate(strip.lines):
        _draw(drawing.root, line, strip.seconds, number * _ROW + 4)
    base = height - 4
    words(drawing.root, (_LEFT, base), [("0", "muted")], _SIZE)
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    words(drawing.root, (middle, base), [(strip.name, "muted")], _SIZE, "middle")
    end = f"{strip.seconds:.0f} s"
    words(drawing.root, (_WIDTH - _RIGHT, base), [(end, "muted")], _SIZE, "end")
    return drawing.text(standalone=False)


def _in_words(line: Line, words_of: Words) -> str:
    key = "edges.driven" if line.driven else "edges.moved" if line.changes else "edges.quiet"
    if len(line.changes) == 1:
        key += "_once"
    return words_of[key].format(gpio=line.gpio, count=len(line.changes))


def _draw(parent: Element, line: Line, seconds: float, top: float) -> None:
    label = [(f"P{line.gpio}", "strong ink" if line.driven else "ink")]
    words(parent, (_LEFT - 6, top + _HIGH - 2), label, _SIZE, "end")
    low = top + _HIGH
    path(parent, "line-line", [(_LEFT, low), (_WIDTH - _RIGHT, low)], 1.0)
    if len(line.changes) > _MOST:
        first, last = (_x(line.changes[at][0], seconds) for at in (0, -1))
        width = max(1.0, last - first)
        shape(parent, "rect", "kind-light", x=first, y=top, width=width, height=_HIGH)
        return
    paint = "kind-button-line" if line.driven else "kind-relay-line"
    path(parent, paint, list(_points(line, seconds, top)), 1.8)


def _points(line: Line, seconds: float, top: float) -> Iterator[Point]:
    level = line.first
    yield _LEFT, _y(level, top)
    for at, new in line.changes:
        x = _x(at, seconds)
        yield x, _y(level, top)
        yield x, _y(new, top)
        level = new
    yield _WIDTH - _RIGHT, _y(level, top)


def _x(milliseconds: float, seconds: float) -> float:
    share = min(1.0, milliseconds / 1000 / seconds) if seconds else 0.0
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(level: float, top: float) -> float:
    return top + _HIGH * (1 - min(1.0, max(0.0, level)))
