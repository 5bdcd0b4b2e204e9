"""The two forms of a lamp's colour."""

from __future__ import annotations

import pytest

from bekenlab.mcu.colours import ColourForm, colour_form
from bekenlab.mcu.schema import SchemaPoint


@pytest.mark.parametrize(
    ("number", "length", "code", "most", "form"),
    [
        (24, 255, "colour_data", 1000, ColourForm.HSV),
        (5, 255, "colour_data", 1000, ColourForm.HSV),
        (5, 255, "colour_data", 255, ColourForm.RGBHSV),
        (24, 14, "colour_data", 1000, ColourForm.RGBHSV),
        (5, 12, "", 255, ColourForm.HSV),
        (5, 255, "colour_data_v2", 255, ColourForm.HSV),
        (24, 0, "", None, ColourForm.HSV),
        (5, 0, "", None, ColourForm.RGBHSV),
    ],
)
def test_what_tells_the_form(
    number: int, length: int, code: str, most: int | None, form: ColourForm
) -> None:
    colour = SchemaPoint(number, "string", length=length, code=code)
    bright = None if most is None else SchemaPoint(number - 2, "value", most=most)
    assert colour_form(colour, bright) is form


def test_pure_colours() -> None:
    assert ColourForm.HSV.pure(120) == "007803e803e8"
    assert ColourForm.RGBHSV.pure(240) == "0000ff00f0ffff"
