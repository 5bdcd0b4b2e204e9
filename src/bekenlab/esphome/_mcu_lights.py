"""Lamps of a second controller: switch, brightness, colour temperature and colour as one light.

Options and what they do: https://esphome.io/components/light/tuya. ESPHome counts colour
temperature from cold on, Tuya from warm, so that it is turned round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.esphome._lights import COLD, WARM
from bekenlab.esphome._points import Points, entity
from bekenlab.mcu.colours import COLOUR_CODES, colour_form

if TYPE_CHECKING:
    from bekenlab.esphome._plan import Fields, Plan
    from bekenlab.mcu.schema import SchemaPoint

_WHITE_AND_COLOUR = frozenset({"white", "colour"})
_ASSUMED = f"The controller does not tell the ends of its white: {COLD} and {WARM} are usual."
_LETTERS = "If colours do not change, the controller wants color_type_lowercase: true."


def add_light(left: Points, plan: Plan) -> None:
    """Add a light for each lamp among the data points."""
    for number in ("", "_1", "_2", "_3"):
        bright = _settable(left, f"bright_value{number}", *(() if number else ("bright_value_v2",)))
        colour = None if number else left.find(*COLOUR_CODES, kind="string")
        if colour is not None and not colour.writable:
            colour = None
        main = bright or colour
        if main is None:
            continue
        warmth = _warmth(left) if bright is not None and not number else None
        switch = _switch(left, number)
        fields = entity(main, plan, f"Light{number.replace('_', ' ')}")
        if switch is not None:
            fields["switch_datapoint"] = switch.id
        if bright is not None:
            fields |= _brightness(bright)
        if warmth is not None:
            fields |= _white(warmth)
        if colour is not None:
            fields |= _colour(colour, bright, left)
        doubts = (_ASSUMED if warmth else "", _LETTERS if colour else "")
        plan.add("light", fields, " ".join(filter(None, doubts)))
        left.take(bright, switch, warmth, colour)


def _settable(left: Points, *codes: str) -> SchemaPoint | None:
    point = left.find(*codes, kind="value")
    return point if point is not None and point.writable else None


def _switch(left: Points, number: str) -> SchemaPoint | None:
    names = (f"switch_led{number}", f"led_switch{number}", *(() if number else ("light",)))
    return left.find(*names, kind="bool")


def _warmth(left: Points) -> SchemaPoint | None:
    """The colour temperature, if it begins at 0: ESPHome knows no other beginning."""
    point = _settable(left, "temp_value_v2", "temp_value")
    return point if point is not None and point.least == 0 < point.most else None


def _brightness(bright: SchemaPoint) -> Fields:
    fields: Fields = {"dimmer_datapoint": bright.id}
    if 0 <= bright.least < bright.most:
        fields |= {"min_value": bright.least, "max_value": bright.most}
    return fields


def _white(warmth: SchemaPoint) -> Fields:
    return {
        "color_temperature_datapoint": warmth.id,
        "color_temperature_max_value": warmth.most,
        "color_temperature_invert": True,
        "cold_white_color_temperature": COLD,
        "warm_white_color_temperature": WARM,
    }


def _colour(colour: SchemaPoint, bright: SchemaPoint | None, left: Points) -> Fields:
    """The colour; a lamp that is either white or coloured is not set to both at once."""
    fields: Fields = {
        "color_datapoint": colour.id,
        "color_type": colour_form(colour, bright).value.upper(),
    }
    mode = left.find("work_mode", kind="enum")
    if bright is not None and mode is not None and set(mode.words) >= _WHITE_AND_COLOUR:
        fields["color_interlock"] = True
    return fields
