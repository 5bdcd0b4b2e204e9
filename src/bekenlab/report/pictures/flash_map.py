"""The flash map: one cell per sector, coloured by region; stronger means higher entropy."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.report.pictures.svg import Drawing, fitting, group, number, shape, text_width, words
from bekenlab.report.pictures.words import ENGLISH, Words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from bekenlab.report.pictures.flash_facts import FlashFacts, FlashRegion

_WIDTH = 400.0
_LEFT = 62.0
_RIGHT = 8.0
_CELL_HEIGHT = 12.0
_TOP = 10.0
_SIZE = 11.0
_ROW = 17.0
_NAME_ROOM = 130.0
_MOST_ROWS = 16
_COLUMNS = (32, 64, 128, 256)
# Upper limits of entropy in bits per byte, and the strength of the colour below. Level 0 is blank.
_LEVELS = ((2.0, 0.3), (4.0, 0.45), (6.0, 0.6), (7.5, 0.8), (8.1, 1.0))


def flash_map(facts: FlashFacts, *, words_of: Words = ENGLISH, standalone: bool = True) -> str:
    """Draw the map as text.

    Args:
        facts: The flash.
        words_of: Words in the reader's language.
        standalone: Whether to include the style sheet, for a separate file.
    """
    return draw_flash(facts, words_of).text(standalone=standalone)


def _range(region: FlashRegion, words_of: Words) -> str:
    return words_of["flash.range"].format(start=f"0x{region.start:06x}", end=f"0x{region.end:06x}")


def _kib(size: int, words_of: Words) -> str:
    return f"{size / 1024:,.0f}".replace(",", words_of["thousands"])


def draw_flash(facts: FlashFacts, words_of: Words = ENGLISH) -> Drawing:
    """Draw the map as a tree to be embedded."""
    sectors = len(facts.entropy)
    columns = next((n for n in _COLUMNS if sectors <= n * _MOST_ROWS), _COLUMNS[-1])
    rows = -(-sectors // columns)
    listed = _listed(facts)
    below = _TOP + rows * _CELL_HEIGHT + 8
    height = below + (len(listed) + 1) * _ROW + 14
    names = "; ".join(f"{_name(region, words_of)} {_range(region, words_of)}" for region in listed)
    drawing = Drawing(
        _WIDTH,
        height,
        words_of["flash.title"].format(kib=_kib(facts.size, words_of)),
        words_of["flash.desc"].format(list=names),
        scale=1.6,
    )
    _grid(drawing.root, facts, columns, rows, words_of)
    for index, region in enumerate(listed):
        _entry(drawing.root, facts, region, below + (index + 0.5) * _ROW, words_of)
    _scale(drawing.root, below + (len(listed) + 0.5) * _ROW + 3, words_of)
    return drawing


def _listed(facts: FlashFacts) -> list[FlashRegion]:
    """Regions to list; copies of the same kind of block only once."""
    seen: dict[str, FlashRegion] = {}
    for region in facts.regions:
        seen.setdefault(region.name, region)
    return list(seen.values())


def _name(region: FlashRegion, words_of: Words) -> str:
    return words_of.get(f"region.{region.name}", region.name)


def _grid(root: Element, facts: FlashFacts, columns: int, rows: int, words_of: Words) -> None:
    cell = (_WIDTH - _LEFT - _RIGHT) / columns
    sectors = len(facts.entropy)
    for row in range(rows):
        first, last = row * columns, min((row + 1) * columns, sectors)
        y = _TOP + row * _CELL_HEIGHT
        address = [(f"0x{facts.start + first * SECTOR:06x}", "muted")]
        words(root, (_LEFT - 6, y + 9.3), address, 9.5, "end")
        for (region, level), run in groupby(range(first, last), key=lambda at: _cell(facts, at)):
            at = list(run)
            x = _LEFT + (at[0] - first) * cell
            made = group(root, _story(facts, region, level, at, words_of))
            paint = f"region-{region.kind}" if region else "region-other"
            box = {"x": x, "y": y, "width": len(at) * cell, "height": _CELL_HEIGHT}
            if level == 0:
                shape(made, "rect", "blank", **box)
                foot = box | {"y": y + _CELL_HEIGHT - 3, "height": 3.0}
                if region:
                    shape(made, "rect", paint, **foot, fill_opacity=0.35)
            else:
                shape(made, "rect", paint, **box, fill_opacity=_LEVELS[level - 1][1])
            for place in at if region and region.kept else ():
                middle = _LEFT + (place - first + 0.5) * cell
                shape(
                    made, "circle", "page", cx=middle, cy=y + _CELL_HEIGHT / 2, r=min(cell / 5, 2)
                )
    _lines(root, cell, columns, rows)


def _lines(root: Element, cell: float, columns: int, rows: int) -> None:
    """Thin lines between the cells."""
    right, bottom = _WIDTH - _RIGHT, _TOP + rows * _CELL_HEIGHT
    across = (_TOP + row * _CELL_HEIGHT for row in range(rows + 1))
    down = (_LEFT + column * cell for column in range(columns + 1))
    lines = [f"M{number(_LEFT)} {number(y)}H{number(right)}" for y in across]
    lines += [f"M{number(x)} {number(_TOP)}V{number(bottom)}" for x in down]
    shape(root, "path", "page-line", d="".join(lines), stroke_width=min(cell / 8, 1.2))


def _cell(facts: FlashFacts, sector: int) -> tuple[FlashRegion | None, int]:
    """The region of a sector, and its level: 0 blank, 1 to 5 by entropy."""
    if facts.blank[sector]:
        return facts.region_at(sector), 0
    bits = facts.entropy[sector]
    level = next(index for index, (limit, _) in enumerate(_LEVELS, start=1) if bits < limit)
    return facts.region_at(sector), level


def _story(
    facts: FlashFacts, region: FlashRegion | None, level: int, at: list[int], words_of: Words
) -> str:
    start, end = (facts.start + sector * SECTOR for sector in (at[0], at[-1] + 1))
    name = _name(region, words_of) if region else words_of["flash.outside"]
    bits = [facts.entropy[sector] for sector in at]
    what = words_of["flash.blank"]
    if level:
        what = words_of["flash.bits"].format(bits=f"{sum(bits) / len(bits):.1f}")
    return f"0x{start:06x}-0x{end:06x} {name}: {what}"


def _entry(
    root: Element, facts: FlashFacts, region: FlashRegion, y: float, words_of: Words
) -> None:
    """Draw a line of the list: colour, name, range, size, usage."""
    shape(root, "rect", f"region-{region.kind}", x=8, y=y - 5, width=10, height=10, rx=2.5)
    if region.kept:
        shape(root, "circle", "page", cx=13, cy=y, r=2)
    name = fitting(_name(region, words_of), _NAME_ROOM, _SIZE)
    words(root, (24, y + 4), [(name, "ink strong")], _SIZE)
    where = [(f"0x{region.start:06x}-0x{region.end:06x}", "muted")]
    words(root, (262, y + 4), where, _SIZE - 1, "end")
    words(
        root,
        (326, y + 4),
        [(f"{_kib(region.end - region.start, words_of)} KiB", "ink")],
        _SIZE - 1,
        "end",
    )
    used = words_of["flash.used"].format(percent=f"{facts.used(region) * 100:.0f}")
    words(root, (_WIDTH - _RIGHT, y + 4), [(used, "muted")], _SIZE - 1, "end")


def _scale(root: Element, y: float, words_of: Words) -> None:
    """Draw the key to colour strength, grey and dot."""
    x = 8.0
    shape(root, "rect", "blank", x=x, y=y - 5, width=10, height=10, rx=2.5)
    for step, text in _steps(words_of):
        if step is None:
            x += 16
        elif step == "dot":
            shape(root, "rect", "region-other", x=x, y=y - 5, width=10, height=10, rx=2.5)
            shape(root, "circle", "page", cx=x + 5, cy=y, r=2)
            x += 16
        else:
            for _, strength in _LEVELS:
                shape(
                    root,
                    "rect",
                    "region-other",
                    x=x,
                    y=y - 5,
                    width=8,
                    height=10,
                    fill_opacity=strength,
                )
                x += 8
            x += 6
        words(root, (x, y + 4), [(text, "muted")], _SIZE - 1)
        x += text_width([(text, "muted")], _SIZE - 1) + 12


def _steps(words_of: Words) -> Iterator[tuple[str | None, str]]:
    yield None, words_of["flash.blank"]
    yield "ramp", words_of["flash.ramp"]
    yield "dot", words_of["flash.kept"]
