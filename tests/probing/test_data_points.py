"""Every data point goes both ways between genuine OpenBeken and a controller."""

from __future__ import annotations

import pytest

from amounts import one_in
from bekenlab.mcu.products import find_product
from bekenlab.openbeken.mcu_setup import mcu_setup
from bekenlab.probing.data_points import try_data_points
from live_chips import openbeken

#: A product of each family: fan switch, dimmer, thermostat, breaker, switch, siren, clamp meter,
#: meter, fan with light, another thermostat.
PRODUCTS = [
    "kxtcfbazhsvjqcfz",
    "zcn1sye3spbycifv",
    "9cqoypoauuvhdjq4",
    "wcihaluccfsoayqa",
    "ni2ztksbndubd9rf",
    "ztoh9ka787lzjkpy",
    "djfep9s6s3b2qk89",
    "nqbs1onwskmmmaac",
    "hqq73kftvzh8c92u",
    "csp3rfvhj6ppmaps",
]
CASES = [(product, chip) for product in PRODUCTS for chip in ("BK7231N", "BK7231T")]


@pytest.mark.parametrize(("product", "chip"), one_in(5, CASES))
def test_data_points_go_both_ways(product: str, chip: str) -> None:
    setup = mcu_setup(find_product(product), 9600)
    found = try_data_points(openbeken(chip, {}).flash, chip, setup, product)
    assert len(found) >= 4
    assert [each for each in found if not each.works] == []


def test_a_wrong_type_is_noticed() -> None:
    """The trial would be worth nothing if it passed whatever is set up."""
    points = find_product("kxtcfbazhsvjqcfz")
    setup = mcu_setup(points, 9600)
    wrong = tuple(line.replace("ToChannel 3 enum", "ToChannel 7 enum") for line in setup.commands)
    broken = type(setup)(wrong, setup.linked, setup.left_out, setup.flags)
    found = try_data_points(openbeken("BK7231N", {}).flash, "BK7231N", broken, "kxtcfbazhsvjqcfz")
    assert [each.point.id for each in found if not each.works] == [3]
