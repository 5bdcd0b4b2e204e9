"""Pins land where they are in the photo."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analyses import sample
from bekenlab.chips.outlines import Face
from bekenlab.cli.wording import wording
from bekenlab.errors import BadValueError
from bekenlab.jobs.pinout import find_board
from bekenlab.report.pictures import uses_of
from bekenlab.report.pictures.geometry import geometry_of
from bekenlab.report.pictures.overlay import Overlay, by_corners, by_pads
from bekenlab.report.pictures.projection import from_corners, from_pads, project
from photos import CORNERS, SIZE, photo_of_chip, solve

Point = tuple[float, float]


def at(overlay: Overlay) -> dict[str, Point]:
    return {tag.mark.name: tag.at for tag in overlay.tags}


@pytest.mark.parametrize("name", ["BK7231N", "BK7231Q", "BK7252", "T34"])
def test_every_pin_is_where_the_photo_has_it(name: str) -> None:
    _, places = photo_of_chip(name)
    overlay = by_corners(geometry_of(find_board(name), {}), CORNERS, SIZE)
    found = at(overlay)
    assert set(found) == set(places)
    for pin, place in places.items():
        assert math.dist(found[pin], place) < 1e-6


def test_the_other_way_round_is_the_same() -> None:
    geometry = geometry_of(find_board("BK7231N"), {})
    first, second, third, fourth = CORNERS
    one, other = (
        at(by_corners(geometry, corners, SIZE))
        for corners in (CORNERS, (first, fourth, third, second))
    )
    for pin, place in one.items():
        assert math.dist(other[pin], place) < 1e-6


corner = st.tuples(st.floats(0, 4000), st.floats(0, 3000))


@given(st.tuples(corner, corner, corner, corner), st.floats(1, 20), st.floats(1, 20))
def test_corners_are_taken_to_the_corners_or_refused(
    corners: tuple[Point, Point, Point, Point], width: float, height: float
) -> None:
    try:
        matrix = from_corners(corners, (width, height))
    except BadValueError:
        return
    back = project(matrix, [(0, 0), (0, height), (width, height), (width, 0)])
    assert math.dist(back[0], corners[0]) < 0.01
    assert math.dist(back[2], corners[2]) < 0.01
    for place in back:
        assert min(math.dist(place, corner) for corner in corners) < 0.01


@pytest.mark.parametrize(
    "corners",
    [
        ((0, 0), (0, 0), (0, 0), (0, 0)),
        ((0, 0), (100, 0), (200, 0), (300, 0)),
        ((0, 0), (100, 100), (100, 0), (0, 100)),  # crossed
        ((0, 0), (0, 300), (50, 50), (300, 0)),  # a dent
        ((0, 0), (0, 3), (3, 3), (3, 0)),
        ((8, 0), (16, 1e-169), (44, 1), (0, 0)),  # three all but in line
    ],
)
def test_corners_of_no_chip_are_refused(corners: tuple[Point, ...]) -> None:
    with pytest.raises(BadValueError) as caught:
        from_corners(corners, (5, 5))
    assert "pin 1" in caught.value.hint


@given(st.floats(0, 6.28), st.floats(5, 80), corner, st.integers(0, 10), st.integers(0, 10))
def test_two_pads_give_the_rest(
    angle: float, scale: float, move: Point, one: int, other: int
) -> None:
    assume(one != other)
    geometry = geometry_of(find_board("CB3S"), {})
    marks = geometry.faces[Face.FRONT]

    def seen(x: float, y: float) -> Point:
        return (
            move[0] + scale * (x * math.cos(angle) - y * math.sin(angle)),
            move[1] + scale * (x * math.sin(angle) + y * math.cos(angle)),
        )

    pads = {marks[n].name: seen(marks[n].x, marks[n].y) for n in (one, other)}
    found = at(by_pads(geometry, pads, SIZE))
    for mark in marks:
        assert math.dist(found[mark.name], seen(mark.x, mark.y)) < 1e-6 * scale


def test_the_back_is_taken_where_the_pads_are() -> None:
    geometry = geometry_of(find_board("CB2S"), {})
    overlay = by_pads(geometry, {"1": (100, 500), "11": (600, 500)}, SIZE)
    assert "TTX2" in at(overlay)
    assert "10" not in at(overlay)
    assert at(overlay)["7"] == pytest.approx((400, 500))
    castellated = geometry_of(find_board("CBU"), {})
    pads = {"1": (100.0, 100.0), "21": (600.0, 100.0)}
    front, back = (by_pads(castellated, pads, SIZE, face) for face in (Face.FRONT, Face.BACK))
    assert at(front)["8"][1] > 100
    assert at(back)["8"][1] < 100  # the same two pads from behind: the board is upside down


@pytest.mark.parametrize(
    ("pads", "words"),
    [
        ({"1": (0, 0)}, "two different pads"),
        ({"1": (0, 0), "99": (100, 100)}, "1 and 99"),
        ({"1": (0, 0), "10": (100, 100)}, "1 and 10"),  # one on either side
        ({"1": (50, 50), "11": (50, 50)}, "the two pads are the same"),
    ],
)
def test_pads_that_make_no_sense(pads: dict[str, Point], words: str) -> None:
    with pytest.raises(BadValueError) as caught:
        by_pads(geometry_of(find_board("CB2S"), {}), pads, SIZE)
    assert words in caught.value.message
    assert caught.value.hint


def test_a_modules_corners_are_refused() -> None:
    with pytest.raises(BadValueError) as caught:
        by_corners(geometry_of(find_board("CB2S"), {}), CORNERS, SIZE)
    assert "--pads" in caught.value.advice(wording)


def test_what_is_needed_or_used_is_labelled_inside_the_photo() -> None:
    geometry = geometry_of(find_board("BK7231N"), uses_of(sample().pins))
    overlay = by_corners(geometry, CORNERS, SIZE)
    labels = {tag.mark.name: tag for tag in overlay.tags if tag.label}
    assert set(labels) == {"15", "16", "21", "22", "23", "24", "26", "27", "29"}
    assert labels["26"].mark.text == "RX1 P10 Button 1"
    assert labels["21"].mark.text == "CEN"
    boxes = [tag.label for tag in labels.values() if tag.label]
    for x, y, width, height in boxes:
        assert x >= 0
        assert y >= 0
        assert x + width <= SIZE[0]
        assert y + height <= SIZE[1]
    for one, other in itertools.combinations(boxes, 2):
        apart = one[1] + one[3] <= other[1] or other[1] + other[3] <= one[1]
        assert apart or one[0] + one[2] <= other[0] or other[0] + other[2] <= one[0]


def test_the_geometry_for_the_page_is_whole() -> None:
    told = geometry_of(find_board("CB2S"), uses_of(sample().pins)).to_json()
    assert (told["name"], told["package"], told["width"], told["height"]) == (
        "CB2S",
        False,
        15.0,
        17.9,
    )
    back = {mark["name"]: mark for mark in told["faces"]["back"]}
    assert back["7"] == {
        "name": "7",
        "x": 8.5,
        "y": 16.4,
        "colour": "#5a2bc9",
        "ink": "#ffffff",
        "text": "TX1 P11",
        "detail": "P11: not used (UART1_TX)",
        "vital": True,
        "used": False,
    }
    assert geometry_of(find_board("BK7231N"), {}).to_json()["faces"].keys() == {"front"}


def test_the_synthetic_photo_is_honest() -> None:
    """Its pins are where it says: the pixel there is silver, the middle of the chip black."""
    photo, places = photo_of_chip()
    for x, y in places.values():
        assert min(photo.getpixel((round(x), round(y)))) > 180  # type: ignore[arg-type]
    assert solve(CORNERS, CORNERS) == pytest.approx(np.eye(3), abs=1e-9)


def test_two_places_are_enough_for_a_similarity() -> None:
    matrix = from_pads(((0.0, 0.0), (10.0, 0.0)), ((100.0, 100.0), (100.0, 300.0)))
    assert project(matrix, [(5.0, 0.0), (0.0, 5.0)]) == [
        pytest.approx((100.0, 200.0)),
        pytest.approx((0.0, 100.0)),
    ]
    assert project(matrix, []) == []
