"""Each data point of a product becomes part of an entity, or is told with the reason."""

from __future__ import annotations

import re

import pytest

from bekenlab.esphome import build_firmware
from bekenlab.mcu.products import find_product, product_ids
from bekenlab.pins import PinMap

_OPTION = re.compile(r"datapoint: (\d+)$", re.MULTILINE)


@pytest.mark.parametrize("start", range(0, 160, 16))
def test_no_data_point_is_forgotten(start: int) -> None:
    for product in product_ids()[start::997]:
        points = find_product(product)
        made = build_firmware(PinMap(mcu_baud=9600), chip="BK7231N", data_points=points)
        entities = {int(number) for number in _OPTION.findall(made.yaml)}
        told = {int(n) for each in made.left_out for n in re.findall(r"data point (\d+)", each)}
        assert entities | told == {point.id for point in points}, product
        assert not entities & told, product


def test_a_fans_speeds_are_those_that_it_takes() -> None:
    """A number is sent as it is: a range that does not begin at 0 or 1 is no speed of a fan."""
    for product in product_ids():
        points = {point.code: point for point in find_product(product)}
        speed = points.get("fan_speed_percent")
        if speed is None or "switch" not in points or speed.kind != "value":
            continue
        made = build_firmware(
            PinMap(mcu_baud=9600), chip="BK7231N", data_points=tuple(points.values())
        )
        counts = re.findall(rf"speed_datapoint: {speed.id}\n +speed_count: (\d+)", made.yaml)
        assert counts in ([], [str(speed.most)]), product
        if speed.least > 1:
            assert not counts
