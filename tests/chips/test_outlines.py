"""Every pad that has a name has a place, and the places make sense."""

from __future__ import annotations

import itertools

import pytest

from bekenlab.chips import Module, find_module, modules, package, packages
from bekenlab.chips.outlines import Edge, Face, Spot, outline_of

KNOWN = [module for module in (*modules(), *packages()) if module.pads_known]


def overlap(one: Spot, other: Spot) -> bool:
    return (
        abs(one.x - other.x) < (one.width + other.width) / 2
        and abs(one.y - other.y) < (one.height + other.height) / 2
    )


@pytest.mark.parametrize("module", KNOWN, ids=lambda module: module.key)
def test_each_pad_has_one_place_on_the_board(module: Module) -> None:
    outline = outline_of(module)
    names = [spot.name for spot in outline.spots]
    assert len(names) == len(set(names))
    wanted = {pad.name for pad in module.pads}
    assert wanted <= set(names)
    assert outline.package or wanted == set(names)
    for spot in outline.spots:
        assert spot.x - spot.width / 2 + 0.2 >= 0
        assert spot.x + spot.width / 2 <= outline.width + 0.2
        assert spot.y - spot.height / 2 + 0.2 >= 0
        assert spot.y + spot.height / 2 <= outline.height + 0.2


@pytest.mark.parametrize("module", KNOWN, ids=lambda module: module.key)
@pytest.mark.parametrize("face", [Face.FRONT, Face.BACK])
def test_pads_of_a_face_do_not_touch(module: Module, face: Face) -> None:
    for one, other in itertools.combinations(outline_of(module).seen_from(face), 2):
        assert not overlap(one, other), (one.name, other.name)


def test_all_modules_with_pads_but_bare_chips_are_drawn() -> None:
    undrawn = {module.key for module in KNOWN if not outline_of(module).drawn}
    assert undrawn == {module.key for module in KNOWN if module.key.startswith("generic-")}


def test_a_package_counts_against_the_clock_from_the_mark() -> None:
    outline = outline_of(package("qfn32"))
    spots = {spot.name: spot for spot in outline.spots}
    assert len(spots) == 32
    assert outline.package
    assert [spots[str(n)].edge for n in (1, 8, 9, 16, 17, 24, 25, 32)] == [
        Edge.LEFT,
        Edge.LEFT,
        Edge.BOTTOM,
        Edge.BOTTOM,
        Edge.RIGHT,
        Edge.RIGHT,
        Edge.TOP,
        Edge.TOP,
    ]
    assert spots["1"].y < spots["8"].y
    assert spots["9"].x < spots["16"].x
    assert spots["17"].y > spots["24"].y
    assert spots["25"].x > spots["32"].x
    assert (spots["1"].y, spots["2"].y) == (0.75, 1.25)


def test_castellated_pads_are_seen_mirrored_from_behind() -> None:
    cbu = find_module("CBU")
    assert cbu is not None
    front = {spot.name: spot for spot in outline_of(cbu).seen_from(Face.FRONT)}
    back = {spot.name: spot for spot in outline_of(cbu).seen_from(Face.BACK)}
    assert (front["1"].edge, back["1"].edge) == (Edge.LEFT, Edge.RIGHT)
    assert front["8"].x + back["8"].x == pytest.approx(15.8)
    assert "TCSN" in back
    assert "TCSN" not in front
