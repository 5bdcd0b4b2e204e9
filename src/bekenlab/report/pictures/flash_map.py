"""The flash map: one cell per sector, coloured by region; stronger means higher entropy."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.report.pictures.flash_callouts import draw_callouts, gutter, is_small
from bekenlab.report.pictures.flash_grid import Grid
from bekenlab.report.pictures.flash_legend import SIZE, draw_entries, draw_key, kib
from bekenlab.report.pictures.svg import Drawing, group, number, shape, words
from bekenlab.report.pictures.words import ENGLISH, Words, region_name

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from bekenlab.report.pictures.flash_facts import FlashFacts, FlashRegion

_WIDTH = 360.0
_LEFT = 64.0
_RIGHT = 8.0
_CELL_HEIGHT = 12.0
_TOP = 10.0
_MOST_ROWS = 16
_COLUMNS = (32, 64, 128, 256)
# Upper limits of entropy in bits per byte, and the strength of the colour below. Level 0 is blank.
_LEVELS = ((2.0, 0.3), (4.0, 0.45), (6.0, 0.6), (7.5, 0.8), (8.1, 1.0))
STRENGTHS = tuple(strength for _, strength in _LEVELS)


def flash_map(facts: FlashFacts, *, words_of: Words = ENGLISH, standalone: bool = True) -> str:
    """Draw the map as text.

    Args:
        facts: The flash.
        words_of: Words in the reader's language.
        standalone: Whether to include the style sheet, for a separate file.
    """
    return draw_flash(facts, words_of).text(standalone=standalone)


def draw_flash(facts: FlashFacts, words_of: Words = ENGLISH) -> Drawing:
    """Draw the map as a tree to be embedded."""
    listed = _listed(facts)
    grid = _grid_of(facts, listed, words_of)
    below = grid.bottom + 8
    key = below + draw_entries(None, facts, listed, below, _WIDTH, words_of)
    height = key + draw_key(None, key, _WIDTH, STRENGTHS, words_of) + 4
    names = (
        f"{region_name(region.name, words_of)} {_range(region, words_of)}" for region in listed
    )
    drawing = Drawing(
        _WIDTH,
        height,
        words_of["flash.title"].format(kib=kib(facts.size, words_of)),
        words_of["flash.desc"].format(list="; ".join(names)),
        scale=1.6,
    )
    _draw_grid(drawing.root, facts, grid, words_of)
    draw_callouts(drawing.root, facts, grid, words_of)
    draw_entries(drawing.root, facts, listed, below, _WIDTH, words_of)
    draw_key(drawing.root, key, _WIDTH, STRENGTHS, words_of)
    return drawing


def _range(region: FlashRegion, words_of: Words) -> str:
    return words_of["flash.range"].format(start=f"0x{region.start:06x}", end=f"0x{region.end:06x}")


def _listed(facts: FlashFacts) -> list[FlashRegion]:
    """Regions to list; copies of the same kind of block only once."""
    seen: dict[str, FlashRegion] = {}
    for region in facts.regions:
        seen.setdefault(region.name, region)
    return list(seen.values())


def _grid_of(facts: FlashFacts, listed: list[FlashRegion], words_of: Words) -> Grid:
    sectors = len(facts.entropy)
    columns = next((n for n in _COLUMNS if sectors <= n * _MOST_ROWS), _COLUMNS[-1])
    right = max(_RIGHT, gutter([region for region in listed if is_small(region)], words_of))
    cell = (_WIDTH - _LEFT - right) / columns
    return Grid(facts.start, sectors, columns, _LEFT, _TOP, cell, _CELL_HEIGHT)


def _draw_grid(root: Element, facts: FlashFacts, grid: Grid, words_of: Words) -> None:
    for row in range(grid.rows):
        first, last = row * grid.columns, min((row + 1) * grid.columns, grid.sectors)
        y = grid.top + row * grid.row
        address = [(f"0x{facts.start + first * SECTOR:06x}", "muted")]
        words(root, (grid.left - 5, y + 10), address, SIZE, "end")
        for (region, level), run in groupby(range(first, last), key=lambda at: _cell(facts, at)):
            at = list(run)
            x = grid.left + (at[0] - first) * grid.cell
            made = group(root, _story(facts, region, level, at, words_of))
            paint = f"region-{region.kind}" if region else "region-other"
            box = {"x": x, "y": y, "width": len(at) * grid.cell, "height": grid.row}
            if level == 0:
                shape(made, "rect", "blank", **box)
                foot = box | {"y": y + grid.row - 3, "height": 3.0}
                if region:
                    shape(made, "rect", paint, **foot, fill_opacity=0.35)
            else:
                shape(made, "rect", paint, **box, fill_opacity=STRENGTHS[level - 1])
            for place in at if region and region.kept else ():
                middle = grid.left + (place - first + 0.5) * grid.cell
                dot = min(grid.cell / 5, 2)
                shape(made, "circle", "page", cx=middle, cy=y + grid.row / 2, r=dot)
    _draw_lines(root, grid)


def _draw_lines(root: Element, grid: Grid) -> None:
    """Draw thin lines between the cells."""
    across = (grid.top + row * grid.row for row in range(grid.rows + 1))
    down = (grid.left + column * grid.cell for column in range(grid.columns + 1))
    lines = [f"M{number(grid.left)} {number(y)}H{number(grid.right)}" for y in across]
    lines += [f"M{number(x)} {number(grid.top)}V{number(grid.bottom)}" for x in down]
    shape(root, "path", "page-line", d="".join(lines), stroke_width=min(grid.cell / 8, 1.2))


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
    name = region_name(region.name, words_of) if region else words_of["flash.outside"]
    bits = [facts.entropy[sector] for sector in at]
    what = words_of["flash.blank"]
    if level:
        shown = f"{sum(bits) / len(bits):.1f}".replace(".", words_of["point"])
        what = words_of["flash.bits"].format(bits=shown)
    return f"0x{start:06x}-0x{end:06x} {name}: {what}"
