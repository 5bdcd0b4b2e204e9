"""Generated set-ups beside published ones: what they share, and where and why they differ.

Published: OpenBeken's ``docs/autoexecs`` (https://github.com/openshwprojects/OpenBK7231T_App) and
https://devices.esphome.io. docs/mcu.md explains the differences.
"""

from __future__ import annotations

import pytest

from bekenlab.mcu.products import find_product
from bekenlab.openbeken.mcu_setup import McuSetup, mcu_setup

#: Channel types by data point, as published and right.
PUBLISHED = {
    # TOMPD-63-WIFI
    "wcihaluccfsoayqa": {
        1: "EnergyTotal_kWh_div100",
        6: "Voltage_div10",
        9: "ReadOnly",
        11: "Toggle",
        12: "Toggle",
        13: "EnergyTotal_kWh_div100",
        14: "TextField",
        16: "Toggle",
        104: "TextField",
        105: "TextField",
    },
    # PJ-MGW1103
    "djfep9s6s3b2qk89": {18: "Current_div1000", 19: "Power_div10", 20: "Voltage_div10"},
    # QIACHIP, without its data point 17, which this product lacks
    "hqq73kftvzh8c92u": {1: "Toggle", 7: "ReadOnly", 9: "Toggle"},
    # TH06
    "7akwzwfwhukkdsib": {1: "Temperature_div10", 2: "Humidity"},
    # EDM-01AA-EU
    "zcn1sye3spbycifv": {1: "Toggle"},
}
#: Where ours is another, and better: (published, ours).
BETTER = {
    # A leakage of its own kind, instead of a second current.
    ("wcihaluccfsoayqa", 15): ("Current_div1000", "LeakageCurrent_div1000"),
    # The words of the product, instead of fixed ones and of a number to type.
    ("hqq73kftvzh8c92u", 3): ("LowMidHigh", "Enum"),
    ("hqq73kftvzh8c92u", 6): ("TextField", "Enum"),
    # All thousand steps instead of a hundred.
    ("zcn1sye3spbycifv", 2): ("dimmer", "Dimmer1000"),
}


def made(product: str) -> McuSetup:
    return mcu_setup(find_product(product), 9600)


@pytest.mark.parametrize("product", PUBLISHED)
def test_the_types_are_those_that_were_published(product: str) -> None:
    ours = {each.point.id: each.type for each in made(product).linked}
    assert {number: ours.get(number) for number in PUBLISHED[product]} == PUBLISHED[product]


def test_where_they_differ_the_reason_is_known() -> None:
    for (product, number), (_, better) in BETTER.items():
        ours = {each.point.id: each.type for each in made(product).linked}
        assert ours[number] == better


def test_links_have_the_type_of_the_data_point() -> None:
    """Several published files link numbers as bool (1), with which nothing can be set."""
    links = {each.point.id: each.link for each in made("djfep9s6s3b2qk89").linked}
    assert {links[number] for number in (18, 19, 20)} == {"val"}


def test_meters_that_have_to_be_asked_are_told_of() -> None:
    assert any("tuyaMcu_sendQueryState" in note for note in made("djfep9s6s3b2qk89").notes)
    assert made("hqq73kftvzh8c92u").notes == ()
