"""Levels of pins over time as a picture, and in words."""

from __future__ import annotations

import re

from bekenlab.report.pictures.edges import Line, Strip, edges_picture
from bekenlab.report.pictures.words import ENGLISH


def test_a_picture_says_in_words_what_it_shows() -> None:
    strip = Strip(
        "press-short P10",
        2.0,
        (
            Line(10, 1, ((200.0, 0), (400.0, 1)), driven=True),
            Line(26, 0, ((210.0, 1),)),
            Line(8, 0.5, ()),
        ),
    )
    picture = edges_picture(strip, ENGLISH)
    (told,) = re.findall("<desc>(.*)</desc>", picture)
    assert told == (
        "P10, driven by the experiment, changed 2 times; P26 changed once; P8 did not change"
    )
    assert "<title>press-short P10</title>" in picture


def test_thousands_of_changes_are_a_block() -> None:
    changes = tuple((float(at), at % 2) for at in range(5000))
    picture = edges_picture(Strip("boot", 8.0, (Line(7, 0, changes),)), ENGLISH)
    assert len(picture) < 3000
