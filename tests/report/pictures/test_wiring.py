"""The wiring picture: every wire ends where it should, and none crosses another."""

from __future__ import annotations

import itertools

import pytest

from bekenlab.chips import Module, find_module, modules, package, packages
from bekenlab.chips.outlines import Face
from bekenlab.report.pictures import ENGLISH, wiring_notes, wiring_of, wiring_picture
from report.pictures.drawn import SVG, texts, tree, view_box

KNOWN = [module for module in (*modules(), *packages()) if module.pads_known]
Segment = tuple[tuple[float, float], tuple[float, float]]


def known(name: str) -> Module:
    module = find_module(name)
    assert module is not None
    return module


@pytest.mark.parametrize(
    ("name", "face", "pads"),
    [
        ("CB2S", Face.BACK, "1 3 5 7 10"),
        ("CB3S", Face.FRONT, "8 9 15 16 1"),
        ("CBU", Face.FRONT, "14 13 16 15 18"),
        ("CB2L", Face.BACK, "7 6 TRX1 TTX1 TRST"),
        ("WB2S", Face.BACK, "1 3 5 7 10"),
        ("CBLC5", Face.BACK, "6 2 TRX1 TTX1 TRST"),
        ("CB1S", Face.FRONT, "4 5 3 2 16"),
        ("LSC LMA35", Face.FRONT, "1 6 18 20"),
    ],
)
def test_the_pads_of_modules(name: str, face: Face, pads: str) -> None:
    """3V3, GND, RX1, TX1, CEN as in the data sheets and the tables of the OpenBeken community."""
    wiring = wiring_of(known(name))
    assert wiring.face is face
    assert [wire.pad for wire in wiring.wires] == pads.split()
    assert [wire.adapter for wire in wiring.wires] == ["3V3", "GND", "TX", "RX", "RTS"][
        : len(wiring.wires)
    ]


def test_a_chips_power_is_somewhere_on_the_board() -> None:
    pads = {wire.adapter: wire.pad for wire in wiring_of(package("qfn32")).wires}
    assert pads == {"3V3": None, "GND": None, "TX": "26", "RX": "27", "RTS": "21"}


def test_a_pad_of_the_other_side_is_marked() -> None:
    hidden = [wire.pad for wire in wiring_of(known("CB2S")).wires if wire.hidden]
    assert hidden == ["10"]
    shown = [box.text for box in texts(wiring_picture(known("CB2S")))]
    assert shown[shown.index("CEN") + 1] == "other side"


@pytest.mark.parametrize("module", KNOWN, ids=lambda module: module.key)
def test_the_picture_can_be_read(module: Module) -> None:
    svg = wiring_picture(module)
    width, height = view_box(svg)
    boxes = texts(svg)
    for box in boxes:
        assert box.left >= 0, box
        assert box.right <= width, box
        assert box.bottom <= height, box
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other), (one, other)
    shown = {box.text for box in boxes}
    for wire in wiring_of(module).wires:
        assert wire.adapter in shown
        assert wire.pad is None or wire.pad in shown


def wires(svg: str) -> list[tuple[str, list[Segment]]]:
    """The wires outside of the board: class, and their straight pieces."""
    found = []
    for line in tree(svg).findall(f"{SVG}polyline"):
        points = [tuple(map(float, at.split(","))) for at in line.attrib["points"].split()]
        pieces = [(a, b) for a, b in itertools.pairwise(points)]
        if len(points) > 2:
            found.append((line.attrib["class"], pieces))
    return found  # type: ignore[return-value]


def crosses(one: Segment, other: Segment) -> bool:
    """Whether two pieces, each upright or level, have a point in common."""
    return all(
        min(one[0][axis], one[1][axis]) <= max(other[0][axis], other[1][axis])
        and min(other[0][axis], other[1][axis]) <= max(one[0][axis], one[1][axis])
        for axis in (0, 1)
    )


@pytest.mark.parametrize("module", KNOWN, ids=lambda module: module.key)
def test_no_wire_crosses_another(module: Module) -> None:
    drawn = wires(wiring_picture(module))
    assert len(drawn) == len(wiring_of(module).wires)
    for (_, one), (_, other) in itertools.combinations(drawn, 2):
        assert not any(crosses(a, b) for a in one for b in other)


def test_the_notes_say_the_vital_things() -> None:
    notes = " ".join(wiring_notes())
    for word in ("mains", "3.3 V", "300 mA", "GND", "CEN"):
        assert word in notes
    assert "mains" not in " ".join(box.text for box in texts(wiring_picture(known("CB2S"))))


def test_a_screen_reader_hears_every_wire() -> None:
    described = tree(wiring_picture(known("CB2S"), standalone=False))[1].text or ""
    assert "RX of the adapter to pad 7 (TX1)." in described
    german = {**ENGLISH, "wiring.adapter": "USB-Adapter, 3,3 V"}
    shown = [box.text for box in texts(wiring_picture(known("CB2S"), words_of=german))]
    assert "USB-Adapter, 3,3 V" in shown
