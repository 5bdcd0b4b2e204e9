"""Lamps of a second controller as one light, whatever they have."""

from __future__ import annotations

from bekenlab.esphome import Firmware, build_firmware
from bekenlab.mcu.schema import Mode, SchemaPoint
from bekenlab.pins import PinMap

SWITCH = SchemaPoint(20, "bool", code="switch_led")
MODE = SchemaPoint(21, "enum", code="work_mode", words=("white", "colour", "scene"))
BRIGHT = SchemaPoint(22, "value", least=10, most=1000, code="bright_value")
WARMTH = SchemaPoint(23, "value", most=1000, code="temp_value")
COLOUR = SchemaPoint(24, "string", length=255, code="colour_data")


def built(*points: SchemaPoint) -> Firmware:
    return build_firmware(PinMap(mcu_baud=9600), chip="BK7231N", data_points=points)


def light(*points: SchemaPoint) -> dict[str, str]:
    """The lines of the only light."""
    lines = built(*points).yaml.split("\nlight:\n")[1].split("\n\n")[0].splitlines()
    assert sum("platform: tuya" in line for line in lines) == 1
    pairs = (line.strip("- ").split(": ", 1) for line in lines if ": " in line and "#" not in line)
    return dict(pairs)


def test_all_in_one() -> None:
    found = light(SWITCH, MODE, BRIGHT, WARMTH, COLOUR)
    assert found["switch_datapoint"] == "20"
    assert found["dimmer_datapoint"] == "22"
    assert found["color_temperature_datapoint"] == "23"
    assert found["color_temperature_invert"] == "true"
    assert (found["color_datapoint"], found["color_type"]) == ("24", "HSV")
    assert found["color_interlock"] == "true"
    assert "color_type_lowercase: true" in built(COLOUR).yaml


def test_colour_alone_and_white_alone() -> None:
    alone = light(SWITCH, COLOUR)
    assert "dimmer_datapoint" not in alone
    assert "color_interlock" not in alone
    white = light(SWITCH, BRIGHT, WARMTH)
    assert "color_type" not in white
    assert white["color_temperature_max_value"] == "1000"


def test_what_esphome_cannot_say_stays_a_number() -> None:
    """Its colour temperature begins at 0, and needs a brightness."""
    from_one = SchemaPoint(23, "value", least=1, most=50, code="temp_value")
    assert "color_temperature_datapoint" not in light(SWITCH, BRIGHT, from_one)
    assert "number_datapoint: 23" in built(SWITCH, WARMTH).yaml
    told = SchemaPoint(24, "string", Mode.REPORTED, code="colour_data")
    assert "color_datapoint" not in light(SWITCH, BRIGHT, told)


def test_both_at_once_where_no_mode_says_otherwise() -> None:
    assert "color_interlock" not in light(SWITCH, BRIGHT, COLOUR)
