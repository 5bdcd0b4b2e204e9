"""Picture of a module or chip: every pad coloured and labelled by its function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips.outlines import Face, Outline, Spot, outline_of
from bekenlab.report.pictures.body import board_scale, draw_body, draw_pad
from bekenlab.report.pictures.label import (
    SIZE,
    draw_label,
    label_height,
    labels_width,
    pill_width,
)
from bekenlab.report.pictures.layout import GAP, Placed, place
from bekenlab.report.pictures.legend import draw_legend
from bekenlab.report.pictures.svg import Drawing, group, path, text_width, words, wrapped
from bekenlab.report.pictures.uses import PadFacts, Uses, pad_facts
from bekenlab.report.pictures.words import ENGLISH, Words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

    from bekenlab.chips import Module

_MARGIN = 6.0
_LINE = 15.0
_WIDEST = 363.0
"""In a window of 390 pixels, the labels of a picture this wide are 11 pixels high."""
_NARROWEST = 0.55
"""What a board is narrowed to for the labels beside it, of its usual width."""


def board_picture(
    module: Module,
    uses: Uses,
    *,
    words_of: Words = ENGLISH,
    standalone: bool = True,
    doubtful: bool = False,
) -> str:
    """Draw a module or package as text.

    Args:
        module: A module, or a package with the bare chip's pins, whose pads are known.
        uses: Functions of the GPIOs; empty to show the module alone.
        words_of: Words in the reader's language.
        standalone: Whether to include the style sheet, for a separate file.
        doubtful: As for :func:`draw_board`.
    """
    return draw_board(module, uses, words_of, doubtful=doubtful).text(standalone=standalone)


def draw_board(
    module: Module, uses: Uses, words_of: Words = ENGLISH, *, doubtful: bool = False
) -> Drawing:
    """Draw a module or package as a tree to be embedded.

    With ``doubtful``, the picture says that the pins are the default of the firmware, which is
    often wrong: pictures are passed on without the text around them.
    """
    outline = outline_of(module)
    facts = {pad.name: pad_facts(pad, uses, words_of) for pad in module.pads}
    shown = [face for face in (Face.FRONT, Face.BACK) if _is_seen(outline, face)]
    views = [_view(outline, face, facts) for face in shown]
    left = max(view.left for view in views)
    right = max(view.right for view in views)
    if left + views[0].width + right > _WIDEST:
        share = max((_WIDEST - left - right) / views[0].width, _NARROWEST)
        views = [_view(outline, face, facts, share) for face in shown]
    width = left + views[0].width + right
    kinds = [fact.kind for fact in facts.values()]
    # If no device is known, an unused pin is just a pin.
    named = words_of if uses else {**words_of, "kind.free": words_of["kind.gpio"]}
    legend_height = draw_legend(None, kinds, width, 0.0, named)
    warning = _lines(words_of["pins.default"], width, strong=True) if doubtful else []
    captions = [_lines(words_of[_caption(view)], width) for view in views]
    height = sum(view.height for view in views) + legend_height + _MARGIN
    height += _LINE * (sum(map(len, captions)) + len(warning))
    title = words_of["chip.title" if outline.package else "module.title"]
    listed = "; ".join(f"{name} {fact.detail}" for name, fact in facts.items())
    drawing = Drawing(
        width,
        height,
        title.format(name=module.name),
        words_of["module.desc"].format(name=module.name, list=listed),
    )
    top = 0.0
    for view, caption in zip(views, captions, strict=True):
        _draw_caption(drawing.root, caption, left + view.width / 2, top + _MARGIN, width)
        top += _LINE * len(caption)
        _draw(drawing.root, view, module, (left, top))
        top += view.height
    draw_legend(drawing.root, kinds, width, top, named)
    for number, line in enumerate(warning, 1):
        y = top + legend_height + number * _LINE
        words(drawing.root, (_MARGIN, y), [(line, "ink strong")], SIZE)
    return drawing


@dataclass(frozen=True, slots=True)
class _View:
    """One face, laid out.

    Lengths are units of the picture: ``left`` and ``right`` the room beside the board, ``above``
    from the view's top to the board's, ``height`` all of it.
    """

    outline: Outline
    face: Face
    scale: float
    labels: tuple[Placed, ...]
    facts: Mapping[str, PadFacts]
    left: float
    right: float
    above: float
    height: float

    @property
    def width(self) -> float:
        return self.outline.width * self.scale


def _is_seen(outline: Outline, face: Face) -> bool:
    return face is Face.FRONT or any(spot.face is face for spot in outline.spots)


def _caption(view: _View) -> str:
    """The key of what is written above a view."""
    if view.outline.package:
        return "chip.above"
    return str(view.face) if view.outline.drawn else "rows"


def _lines(text: str, width: float, *, strong: bool = False) -> list[str]:
    return wrapped(text, width - 2 * _MARGIN, SIZE, strong=strong)


def _view(outline: Outline, face: Face, facts: Mapping[str, PadFacts], share: float = 1.0) -> _View:
    scale = board_scale(outline) * share
    labelled = [spot for spot in outline.seen_from(face) if _labelled(spot, face, facts)]
    heights = {spot.name: label_height(spot.name, facts[spot.name]) for spot in labelled}
    labels = place(labelled, (outline.width, outline.height), scale, heights=heights)
    bottom = outline.height * scale
    low = min([0.0, *(label.y - GAP / 2 for label in labels)])
    high = max([bottom, *(label.y - GAP / 2 + heights[label.spot.name] for label in labels)])
    above = 1.5 * _MARGIN - low
    return _View(
        outline,
        face,
        scale,
        labels,
        facts,
        left=_column_width(labels, facts, left=True),
        right=_column_width(labels, facts, left=False),
        above=above,
        height=above + high + _MARGIN,
    )


def _labelled(spot: Spot, face: Face, facts: Mapping[str, PadFacts]) -> bool:
    """Castellated pads are labelled in the first view only, unknown pins of a package never."""
    return spot.name in facts and not (face is Face.BACK and spot.face is Face.BOTH)


def _column_width(
    labels: tuple[Placed, ...], facts: Mapping[str, PadFacts], *, left: bool
) -> float:
    mine = [label.spot.name for label in labels if label.left is left]
    return 2 * _MARGIN + 9.0 + labels_width((name, facts[name]) for name in mine)


def _draw_caption(root: Element, lines: list[str], middle: float, top: float, width: float) -> None:
    """Draw what is above a view, centred over the board if there is space."""
    half = max(text_width([(line, "muted")], SIZE) for line in lines) / 2
    middle = min(max(middle, half + _MARGIN), width - half - _MARGIN)
    for number, line in enumerate(lines):
        words(root, (middle, top + 9 + number * _LINE), [(line, "muted")], SIZE, "middle")


def _draw(root: Element, view: _View, module: Module, at: tuple[float, float]) -> None:
    outline = view.outline
    board = group(root)
    board.set("transform", f"translate({at[0]:.2f} {at[1] + view.above:.2f})")
    draw_body(board, outline, view.face, view.scale, module.name)
    for label in view.labels:
        kind = view.facts[label.spot.name].kind
        paint = "line-line" if kind in {"free", "none"} else f"kind-{kind}-line"
        path(board, paint, label.line, 1.3)
    for spot in outline.seen_from(view.face):
        fact = view.facts.get(spot.name)
        draw_pad(board, spot, view.scale, f"kind-{fact.kind if fact else 'none'}")
    for left in (True, False):
        mine = [label for label in view.labels if label.left is left]
        pill = pill_width([label.spot.name for label in mine])
        for label in mine:
            fact = view.facts[label.spot.name]
            draw_label(board, label.line[-1], label.spot.name, fact, pill, left=left)
