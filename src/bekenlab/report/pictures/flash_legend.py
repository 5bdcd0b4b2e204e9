"""The list of regions below the flash map, and the key to its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.report.pictures.svg import fitting, shape, text_width, words
from bekenlab.report.pictures.words import region_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

    from bekenlab.report.pictures.flash_facts import FlashFacts, FlashRegion
    from bekenlab.report.pictures.words import Words

SIZE = 11.5
"""Height of the map's font, in units of the picture."""

_ENTRY = 31.0
_LINE = 13.5
_KEY = 18.0
_MARGIN = 8.0
_INDENT = 24.0
_SWATCH = 10.0
_STEP = 8.0


def kib(size: int, words_of: Words) -> str:
    """A number of bytes in KiB, as usual in the language."""
    return f"{size / 1024:,.0f}".replace(",", words_of["thousands"])


def draw_entries(
    root: Element | None,
    facts: FlashFacts,
    listed: Sequence[FlashRegion],
    top: float,
    width: float,
    words_of: Words,
) -> float:
    """Draw name, size, range and use of each region, on two lines.

    Args:
        root: The picture, or None to only compute the height.
        facts: The flash.
        listed: The regions.
        top: Upper edge.
        width: Width of the picture.
        words_of: Words in the reader's language.

    Returns:
        The height.
    """
    if root is not None:
        for index, region in enumerate(listed):
            _draw_entry(root, facts, region, top + index * _ENTRY, width, words_of)
    return len(listed) * _ENTRY


def _draw_entry(
    root: Element,
    facts: FlashFacts,
    region: FlashRegion,
    top: float,
    width: float,
    words_of: Words,
) -> None:
    y = top + _LINE - 4
    _swatch(root, f"region-{region.kind}", _MARGIN, y)
    if region.kept:
        shape(root, "circle", "page", cx=_MARGIN + _SWATCH / 2, cy=y, r=2)
    size = [(f"{kib(region.end - region.start, words_of)} KiB", "ink")]
    right = width - _MARGIN
    room = right - text_width(size, SIZE) - _INDENT - _MARGIN
    name = fitting(region_name(region.name, words_of), room, SIZE)
    words(root, (_INDENT, y + 4), [(name, "ink strong")], SIZE)
    words(root, (right, y + 4), size, SIZE, "end")
    where = [(f"0x{region.start:06x}-0x{region.end:06x}", "muted")]
    words(root, (_INDENT, y + 4 + _LINE), where, SIZE)
    words(root, (right, y + 4 + _LINE), [(_use(facts, region, words_of), "muted")], SIZE, "end")


def _use(facts: FlashFacts, region: FlashRegion, words_of: Words) -> str:
    """How full a region is, or how much of it is not in the file: no percentage is true then."""
    missing = facts.missing(region)
    if missing:
        return words_of["flash.missing"].format(kib=kib(missing, words_of))
    return words_of["flash.used"].format(percent=f"{facts.used(region) * 100:.0f}")


def draw_key(
    root: Element | None, top: float, width: float, strengths: Sequence[float], words_of: Words
) -> float:
    """Draw what grey, strength of colour and dot mean, with as many per row as fit.

    Args:
        root: The picture, or None to only compute the height.
        top: Upper edge.
        width: Width of the picture.
        strengths: Opacities of the levels.
        words_of: Words in the reader's language.

    Returns:
        The height.
    """
    x, row = _MARGIN, 0
    signs = {"blank": _SWATCH, "ramp": len(strengths) * _STEP, "kept": _SWATCH}
    for sign, wide in signs.items():
        text = [(words_of[f"flash.{sign}"], "muted")]
        room = wide + 6 + text_width(text, SIZE)
        if x + room > width - _MARGIN and x > _MARGIN:
            x, row = _MARGIN, row + 1
        if root is not None:
            y = top + (row + 0.5) * _KEY
            _draw_sign(root, sign, x, y, strengths)
            words(root, (x + wide + 6, y + 4), text, SIZE)
        x += room + 12
    return (row + 1) * _KEY


def _draw_sign(root: Element, sign: str, x: float, y: float, strengths: Sequence[float]) -> None:
    if sign == "blank":
        _swatch(root, "blank", x, y)
    elif sign == "kept":
        _swatch(root, "region-other", x, y)
        shape(root, "circle", "page", cx=x + _SWATCH / 2, cy=y, r=2)
    else:
        for index, strength in enumerate(strengths):
            at = {"x": x + index * _STEP, "y": y - 5, "width": _STEP, "height": 10.0}
            shape(root, "rect", "region-other", fill_opacity=strength, **at)


def _swatch(root: Element, paint: str, x: float, y: float) -> None:
    # A blank area is nearly of the colour of the page: its outline is what is seen.
    paint += " line-line" if paint == "blank" else ""
    at = {"x": x, "y": y - _SWATCH / 2, "width": _SWATCH, "height": _SWATCH}
    shape(root, "rect", paint, **at, rx=2.5, stroke_width=0.7)
