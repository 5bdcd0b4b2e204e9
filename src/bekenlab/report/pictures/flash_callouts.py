"""Names beside the flash map for regions too small to be found by their colour alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.report.pictures.flash_legend import SIZE
from bekenlab.report.pictures.layout import spread
from bekenlab.report.pictures.svg import fitting, path, shape, text_width, words
from bekenlab.report.pictures.words import region_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

    from bekenlab.report.pictures.flash_facts import FlashFacts, FlashRegion
    from bekenlab.report.pictures.flash_grid import Grid
    from bekenlab.report.pictures.svg import Point
    from bekenlab.report.pictures.words import Words

_SMALL = 4  # sectors
_LEAST = 7.0  # width of the box around a region, however small its cell
_GAP = 14.0
_ELBOW = 6.0
_ROOM = 72.0
_MARGIN = 4.0


def is_small(region: FlashRegion) -> bool:
    """Whether a region takes only a few cells."""
    return region.end - region.start <= _SMALL * SECTOR


def gutter(small: Sequence[FlashRegion], words_of: Words) -> float:
    """Space needed to the right of the map; 0 without small regions."""
    names = [text_width([(_short(region, words_of), "strong")], SIZE) for region in small]
    return max(names) + 2 * _ELBOW + _MARGIN + 3 if names else 0.0


def draw_callouts(
    root: Element,
    facts: FlashFacts,
    grid: Grid,
    words_of: Words,
) -> None:
    """Outline each small region, and lead a line from it to its name.

    Args:
        root: The picture.
        facts: The flash.
        grid: Where the cells are.
        words_of: Words in the reader's language.
    """
    small = _small_ones(facts, grid)
    lines = [line for row in _by_row(small, grid) for line in _leaders(row, grid)]
    order = sorted(range(len(small)), key=lambda n: (lines[n][-1][1], -lines[n][0][0]))
    places = spread([lines[n][-1][1] for n in order], _GAP)
    for n, y in zip(order, places, strict=True):
        turned = (*lines[n], (grid.right + 2 * _ELBOW, y))
        path(root, "page-line", turned, 3.2)
        path(root, f"region-{small[n].kind}-line", turned, 1.4)
    for n, y in zip(order, places, strict=True):
        name = [(_short(small[n], words_of), "ink strong")]
        words(root, (grid.right + 2 * _ELBOW + 3, y + 4), name, SIZE)
    for region in small:
        _outline(root, region, grid)


def _small_ones(facts: FlashFacts, grid: Grid) -> list[FlashRegion]:
    """The small regions in the file; copies side by side in a row of the map are one."""
    end = facts.start + facts.size
    found: list[FlashRegion] = []
    for region in facts.regions:
        if not is_small(region) or not facts.start <= region.start < end:
            continue
        last = found[-1] if found else None
        beside = last and (last.name, last.end) == (region.name, region.start)
        if last and beside and grid.place(last.start)[1] == grid.place(region.start)[1]:
            found[-1] = replace(last, end=region.end)
        else:
            found.append(region)
    return found


def _short(region: FlashRegion, words_of: Words) -> str:
    known = words_of.get(f"region.short.{region.name}")
    return known or fitting(region_name(region.name, words_of), _ROOM, SIZE)


def _by_row(small: Sequence[FlashRegion], grid: Grid) -> list[list[FlashRegion]]:
    rows = groupby(small, key=lambda region: grid.place(region.start)[1])
    return [list(row) for _, row in rows]


def _leaders(row: Sequence[FlashRegion], grid: Grid) -> list[tuple[Point, ...]]:
    """Lines from the regions of a row to the right edge: between rows, so as to hide no cell."""
    found: list[tuple[Point, ...]] = []
    for number, region in enumerate(row):
        x, y = grid.place(region.start)
        # A single one leaves below; of several, the first above and the last below.
        level = grid.row * number / (len(row) - 1) if len(row) > 1 else grid.row
        start = x + _width(region, grid) / 2
        found.append(((start, y + level), (grid.right + _ELBOW, y + level)))
    return found


def _width(region: FlashRegion, grid: Grid) -> float:
    """Width of a region's part in its first row."""
    x, _ = grid.place(region.start)
    cells = -(-(region.end - region.start) // SECTOR)
    return max(min(cells * grid.cell, grid.right - x), _LEAST)


def _outline(root: Element, region: FlashRegion, grid: Grid) -> None:
    x, y = grid.place(region.start)
    width = _width(region, grid)
    x = min(x, grid.right - width)
    box = {"x": x, "y": y, "width": width, "height": grid.row, "rx": 1.5}
    shape(root, "rect", "page-line", fill="none", stroke_width=3.4, **box)
    shape(root, "rect", f"region-{region.kind}-line", fill="none", stroke_width=2.2, **box)
