"""The wiring picture: the board above, a USB-serial adapter below, and a wire for each pin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips.outlines import outline_of
from bekenlab.report.pictures.body import board_scale, draw_body, draw_pad
from bekenlab.report.pictures.layout import GAP, place
from bekenlab.report.pictures.svg import Drawing, group, path, shape, text_width, words
from bekenlab.report.pictures.wiring_facts import Wire, Wiring, wiring_of
from bekenlab.report.pictures.words import ENGLISH, Words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

    from bekenlab.chips import Module
    from bekenlab.chips.outlines import Outline
    from bekenlab.report.pictures.svg import Point

_SIZE = 11.5
_PILL = 15.0
_MARGIN = 10.0
_LANE = 10.0
_ELBOW = 9.0
_TITLE = 22.0
_PIN = 46.0  # distance between pins of the adapter
_BOX = 44.0
_PLUG = 16.0
_WIRE = 2.4
_SECOND = 13.0  # from the first line of a label to the second


@dataclass(frozen=True, slots=True)
class _End:
    """The board end of a wire, with its label in one of the two columns.

    Attributes:
        wire: The wire.
        y: Centre of the label, from the top of the board.
        line: Line from the pad to the label; empty for an end without a pad.
    """

    wire: Wire
    y: float
    line: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Layout of the picture.

    Attributes:
        wiring: The wires.
        outline: The board.
        scale: Picture units per millimetre.
        left: Ends to the left of the board, from the top down.
        right: Ends to the right.
        at: Upper left corner of the board.
        width: Width of the picture.
        turn: Height at which the first wire turns to the adapter.
        adapter: Upper edge of the adapter.
    """

    wiring: Wiring
    outline: Outline
    scale: float
    left: tuple[_End, ...]
    right: tuple[_End, ...]
    at: Point
    width: float
    turn: float
    adapter: float

    @property
    def board(self) -> float:
        """Width of the board."""
        return self.outline.width * self.scale

    @property
    def pins(self) -> dict[str, float]:
        """Position of each pin of the adapter, in the order of the wires."""
        order = (*self.left, *reversed(self.right))
        first = self.width / 2 - _PIN * (len(order) - 1) / 2
        return {end.wire.adapter: first + index * _PIN for index, end in enumerate(order)}


def wiring_picture(module: Module, *, words_of: Words = ENGLISH, standalone: bool = True) -> str:
    """Draw the wiring of a module or bare chip; ``wiring_notes`` has the safety notes.

    Args:
        module: A module or package whose pads are known.
        words_of: Words in the reader's language.
        standalone: Whether to include the style sheet, for a separate file.
    """
    sheet = _lay_out(module, words_of)
    drawing = Drawing(
        sheet.width,
        sheet.adapter + _BOX + _PLUG + _MARGIN,
        words_of["wiring.title"].format(name=module.name),
        " ".join(_sentence(wire, words_of) for wire in sheet.wiring.wires),
    )
    root = drawing.root
    caption = words_of["chip.above" if sheet.outline.package else f"{sheet.wiring.face}"]
    middle = (sheet.width / 2, _MARGIN + 9)
    words(root, middle, [(caption, "muted")], _SIZE - 0.5, "middle")
    _draw_wires(root, sheet)
    frame = group(root)
    frame.set("transform", f"translate({sheet.at[0]:.2f} {sheet.at[1]:.2f})")
    draw_body(frame, sheet.outline, sheet.wiring.face, sheet.scale, module.name)
    _draw_pads(frame, sheet)
    for end in sheet.left:
        _draw_label(frame, (-_ELBOW, end.y), end.wire, words_of, left=True)
    for end in sheet.right:
        _draw_label(frame, (sheet.board + _ELBOW, end.y), end.wire, words_of, left=False)
    _draw_adapter(root, sheet, words_of)
    return drawing.text(standalone=standalone)


def _lay_out(module: Module, words_of: Words) -> _Sheet:
    wiring, outline = wiring_of(module), outline_of(module)
    scale = board_scale(outline)
    left, right = _columns(wiring, outline, scale)
    board = outline.width * scale
    beside = [_room(left, words_of), _room(right, words_of)]
    wanted = _PIN * len(wiring.wires) + 2 * _MARGIN
    spare = max(wanted - beside[0] - board - beside[1], 0) / 2
    above = _MARGIN + _TITLE - min([0.0, *(end.y - GAP for end in (*left, *right))])
    lowest = [end.y - GAP / 2 + _height(end.wire) for end in (*left, *right)]
    low = max([outline.height * scale, *lowest])
    turn = above + low + _LANE
    return _Sheet(
        wiring,
        outline,
        scale,
        tuple(left),
        tuple(right),
        at=(beside[0] + spare, above),
        width=beside[0] + board + beside[1] + 2 * spare,
        turn=turn,
        adapter=turn + _LANE * max(len(left), len(right)) + 4,
    )


def _columns(wiring: Wiring, outline: Outline, scale: float) -> tuple[list[_End], list[_End]]:
    """The ends to the left and right, each from the top down."""
    by_name = {wire.spot.name: wire for wire in wiring.wires if wire.spot}
    others = [spot for spot in outline.seen_from(wiring.face) if spot.name not in by_name]
    spots = [wire.spot for wire in wiring.wires if wire.spot]
    heights = {wire.spot.name: _height(wire) for wire in wiring.wires if wire.spot}
    placed = place(spots, (outline.width, outline.height), scale, others, heights)
    left = [_End(by_name[one.spot.name], one.y, one.line) for one in placed if one.left]
    right = [_End(by_name[one.spot.name], one.y, one.line) for one in placed if not one.left]
    for wire in wiring.wires:
        if wire.spot is None:
            below = [end.y + _height(end.wire) for end in left]
            left.append(_End(wire, max(below, default=outline.height * scale / 2 + GAP), ()))
    return left, right


def _room(ends: Sequence[_End], words_of: Words) -> float:
    """Space beside the board for the labels and a lane per wire."""
    label = max((_label_width(end.wire, words_of) for end in ends), default=0.0)
    return _MARGIN + _ELBOW + label + len(ends) * _LANE


def _height(wire: Wire) -> float:
    """Height of a label with the gap to the next one; a pad out of sight has a second line."""
    return GAP + _SECOND if wire.hidden or wire.pad is None else GAP


def _note(wire: Wire, words_of: Words) -> list[tuple[str, str]]:
    if wire.hidden:
        return [(words_of["wiring.hidden"], "muted")]
    return [(words_of["wiring.of_board"], "muted")] if wire.pad is None else []


def _label_width(wire: Wire, words_of: Words) -> float:
    first = _pill(wire) + 5 + text_width([(wire.signal, "strong")], _SIZE)
    return max(first, text_width(_note(wire, words_of), _SIZE)) + 8


def _pill(wire: Wire) -> float:
    return text_width([(wire.pad, "strong")], _SIZE - 0.5) + 9 if wire.pad else 0.0


def _sentence(wire: Wire, words_of: Words) -> str:
    key = "wiring.to_pad" if wire.pad else "wiring.to_board"
    return words_of[key].format(adapter=wire.adapter, signal=wire.signal, pad=wire.pad)


def _draw_wires(root: Element, sheet: _Sheet) -> None:
    """Draw each wire in its own lane: out, down beside the board, and in to its pin.

    The higher a label, the further out its lane and the lower its turn, so that no wires cross.
    """
    for ends, side in ((sheet.left, -1), (sheet.right, 1)):
        edge = sheet.at[0] if side < 0 else sheet.at[0] + sheet.board
        reach = edge if side < 0 else sheet.width - edge
        for index, end in enumerate(ends):
            x = edge + side * (reach - _MARGIN - index * _LANE)
            y = sheet.at[1] + end.y
            level = sheet.turn + (len(ends) - index) * _LANE
            pin = sheet.pins[end.wire.adapter]
            start = edge + side * (_ELBOW + 6)
            route = [(start, y), (x, y), (x, level), (pin, level), (pin, sheet.adapter + 8)]
            _draw_wire(root, end.wire, route)


def _draw_wire(parent: Element, wire: Wire, route: Sequence[Point]) -> None:
    line = path(parent, f"wire-{wire.paint}-line", route, _WIRE)
    line.set("stroke-linecap", "round")
    if wire.optional:
        line.set("stroke-dasharray", "5 4")


def _draw_pads(parent: Element, sheet: _Sheet) -> None:
    """Draw all pads of the face, those with a wire in its colour, and the lines to their labels."""
    used = {wire.pad: wire for wire in sheet.wiring.wires}
    for end in (*sheet.left, *sheet.right):
        if end.line:
            path(parent, f"wire-{end.wire.paint}-line", end.line, _WIRE)
    for spot in sheet.outline.seen_from(sheet.wiring.face):
        wire = used.get(spot.name)
        draw_pad(parent, spot, sheet.scale, f"wire-{wire.paint}" if wire else "kind-free")
    for wire in sheet.wiring.wires:
        if wire.hidden and wire.spot:
            pad = draw_pad(parent, wire.spot, sheet.scale, f"wire-{wire.paint}")
            pad.set("stroke-dasharray", "2 2")
            pad.set("fill-opacity", "0.6")


def _draw_label(parent: Element, at: Point, wire: Wire, words_of: Words, *, left: bool) -> None:
    """Draw a label with a background, so that the wire ends at the text."""
    x, y = at
    pill, width = _pill(wire), _label_width(wire, words_of) - 4
    start = x - width if left else x
    shape(parent, "rect", "page", x=start, y=y - _PILL / 2, width=width, height=_PILL)
    if wire.pad:
        begin = x - pill if left else x
        shape(
            parent,
            "rect",
            f"wire-{wire.paint}",
            x=begin,
            y=y - _PILL / 2,
            width=pill,
            height=_PILL,
            rx=4,
        )
        name = [(wire.pad, f"wire-{wire.paint}-on strong")]
        words(parent, (begin + pill / 2, y + 3.7), name, _SIZE - 0.5, "middle")
    text = (x - pill - 5, y + 4) if left else (x + pill + 5, y + 4)
    anchor = "end" if left else "start"
    words(parent, text, [(wire.signal, "ink strong")], _SIZE, anchor)
    note = _note(wire, words_of)
    if note:
        words(parent, (x, y + 4 + _SECOND), note, _SIZE, anchor)


def _draw_adapter(parent: Element, sheet: _Sheet, words_of: Words) -> None:
    middle, top = sheet.width / 2, sheet.adapter
    width = _PIN * len(sheet.wiring.wires)
    plug = {"x": middle - 17, "y": top + _BOX, "width": 34.0, "height": _PLUG}
    shape(parent, "rect", "lid line-line", rx=2, **plug)
    shape(parent, "rect", "die", x=middle - width / 2, y=top, width=width, height=_BOX, rx=6)
    for wire in sheet.wiring.wires:
        x = sheet.pins[wire.adapter]
        shape(parent, "rect", "copper", x=x - 4, y=top + 3, width=8, height=8, rx=1.5)
        _draw_wire(parent, wire, [(x, top - 4), (x, top + 7)])
        words(parent, (x, top + 22), [(wire.adapter, "die-ink strong")], _SIZE, "middle")
    name = [(words_of["wiring.adapter"], "die-ink")]
    words(parent, (middle, top + 37), name, _SIZE - 0.5, "middle")
