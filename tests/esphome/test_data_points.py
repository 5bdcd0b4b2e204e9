"""Data points as entities of ESPHome: grouped, scaled, and accepted for every product."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from amounts import one_in
from bekenlab.esphome import Firmware, build_firmware
from bekenlab.mcu.products import find_product, product_ids
from bekenlab.pins import PinMap
from esphome_judge import judge

pytestmark = pytest.mark.no_cover


def built(product: str) -> Firmware:
    return build_firmware(PinMap(mcu_baud=9600), chip="BK7231N", data_points=find_product(product))


@cache
def read(product: str) -> dict[str, Any]:
    """The configuration as ESPHome reads it."""
    verdict = judge({product: built(product).yaml})[product]
    assert verdict.ok, verdict.errors
    found: dict[str, Any] = verdict.config
    return found


def test_a_thermostat_is_a_climate() -> None:
    (climate,) = read("9cqoypoauuvhdjq4")["climate"]
    assert climate["switch_datapoint"] == 1
    assert climate["target_temperature_datapoint"] == 2
    assert climate["current_temperature_datapoint"] == 3
    assert climate["temperature_multiplier"] == 0.1
    assert (climate["visual"]["min_temperature"], climate["visual"]["max_temperature"]) == (5, 95)
    assert climate["visual"]["temperature_step"]["target_temperature"] == 0.5
    numbers = {row["number_datapoint"]: row for row in read("9cqoypoauuvhdjq4")["number"]}
    assert (numbers[19]["min_value"], numbers[19]["max_value"], numbers[19]["step"]) == (
        -9.9,
        9.9,
        0.1,
    )
    assert numbers[19]["multiply"] == 10


def test_a_dimmer_is_a_light() -> None:
    (light,) = read("zcn1sye3spbycifv")["light"]
    assert (light["switch_datapoint"], light["dimmer_datapoint"]) == (1, 2)
    assert (light["min_value"], light["max_value"]) == (10, 1000)


def test_a_colour_lamp_is_one_light() -> None:
    """Newer ones count to 1,000 and write the colour in twelve digits, older ones in fourteen."""
    new = product_with("colour_data", 24)
    old = "0rwvmsnhgieurwuf"
    (light,) = read(new)["light"]
    assert (light["switch_datapoint"], light["dimmer_datapoint"]) == (20, 22)
    assert (light["color_temperature_datapoint"], light["color_datapoint"]) == (23, 24)
    assert light["color_type"] == "HSV"
    assert light["color_temperature_max_value"] == 1000
    assert light["color_temperature_invert"] is True
    assert light["color_interlock"] is True
    assert light["cold_white_color_temperature"] < light["warm_white_color_temperature"]
    (light,) = read(old)["light"]
    assert light["color_type"] == "RGBHSV"
    assert (light["max_value"], light["color_temperature_max_value"]) == (255, 255)
    assert not any("colour_data" in line for line in built(old).left_out)


def product_with(code: str, number: int) -> str:
    """The first product of the table with colour temperature and this data point."""
    return next(
        name
        for name in product_ids()
        if {(code, number), ("temp_value", 23)}
        <= {(each.code, each.id) for each in find_product(name)}
    )


def test_a_fan_switch_is_a_fan() -> None:
    (fan,) = read("kxtcfbazhsvjqcfz")["fan"]
    assert (fan["switch_datapoint"], fan["speed_datapoint"], fan["speed_count"]) == (1, 4, 100)


def test_a_siren_has_its_words() -> None:
    found = {row["enum_datapoint"]: row for row in read("ztoh9ka787lzjkpy")["select"]}
    assert found[5]["options"] == {"0": "low", "1": "middle", "2": "high", "3": "mute"}


def test_esphome_accepts_the_set_up_of_every_product() -> None:
    documents = {name: built(name).yaml for name in one_in(20, product_ids())}
    assert len(documents) >= 498
    refused = {name: said.errors for name, said in judge(documents).items() if not said.ok}
    assert refused == {}
