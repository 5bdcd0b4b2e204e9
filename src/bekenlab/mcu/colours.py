"""How a data point writes a colour: two forms, of which the schema names neither.

Older lamps write ``RRGGBBHHHHSSVV``, newer ones ``HHHHSSSSVVVV`` with saturation and value up to
1,000, all in hexadecimal (https://github.com/esphome/esphome/pull/4383). The newer form comes with
brightness beyond 255; Home Assistant tells the ranges apart in the same way
(https://github.com/home-assistant/core, ``tuya/light.py``).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bekenlab.mcu.schema import SchemaPoint

COLOUR_CODES = ("colour_data_v2", "colour_data")
_OLD_LENGTH, _NEW_LENGTH = 14, 12
_OLD_BRIGHTNESS = 255
_FIRST_NEW_ID = 20  # the newer lamp's data points begin here
_COLOURS = {0: "ff0000", 120: "00ff00", 240: "0000ff"}


class ColourForm(StrEnum):
    """A form, by the letters of its parts."""

    HSV = "hsv"
    RGBHSV = "rgbhsv"

    def pure(self, hue: int) -> str:
        """Pure red, green or blue (0, 120, 240) at full brightness."""
        if self is ColourForm.HSV:
            return f"{hue:04x}03e803e8"
        return f"{_COLOURS[hue]}{hue:04x}ffff"


def colour_form(colour: SchemaPoint, brightness: SchemaPoint | None) -> ColourForm:
    """The form of a lamp's colour.

    Args:
        colour: The data point of the colour.
        brightness: That of the white light's brightness, or None.
    """
    if colour.length in (_OLD_LENGTH, _NEW_LENGTH):
        return ColourForm.HSV if colour.length == _NEW_LENGTH else ColourForm.RGBHSV
    if colour.code == "colour_data_v2":
        return ColourForm.HSV
    if brightness is not None:
        return ColourForm.HSV if brightness.most > _OLD_BRIGHTNESS else ColourForm.RGBHSV
    return ColourForm.HSV if colour.id >= _FIRST_NEW_ID else ColourForm.RGBHSV
