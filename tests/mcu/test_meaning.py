"""Values of data points, the product's own schema, and the table of products."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.analysis.tuya_findings import collect
from bekenlab.image import read_image
from bekenlab.mcu.frames import DataPoint
from bekenlab.mcu.meaning import meaning_of
from bekenlab.mcu.names import name_of
from bekenlab.mcu.products import find_product, product_ids, product_name, table_facts
from bekenlab.mcu.schema import Mode, SchemaPoint, points_of, read_schema, schema_text
from bekenlab.mcu.values import encode, value_of
from shared import dump, dump_names

#: Schema id by dump, and whether it had been deleted: as another program lists them.
STORED = {
    "bk7231n-tuya-10gang-wallswitch-tuyamcu-3.1.28": ("eh2z5o", 12, False),
    "bk7231n-tuya-a03cb3s-alarm-tuyamcu-2.1.17": ("f2mvvg", 4, False),
    "bk7231n-lspa9-clone-first-bydarkman-topic3887748": ("000004p5i3", 19, True),
    "bk7231n-tuya-zmai90-rn8209c-energymeter": ("000003jhz7", 11, False),
    "bk7231t-tuya-tmwf02-fan-switch-tuyamcu-1.1.71": ("000002xxgr", 4, False),
    "bk7231t-tuyaconfig-pc44ha": ("000002qn6e", 13, False),
    "daybetter-flsl501115wifity-rgb-led-strip": ("000002ok5q", 7, True),
    "qs-wifi-c03-wifi-gate-opener-module": ("000004czys", 9, True),
}


def test_a_schema_is_found_in_fifteen_dumps_and_agrees_with_the_table() -> None:
    found = {}
    for name in dump_names():
        product = collect(read_image(dump(name))).product
        if product.schema is None:
            continue
        found[name] = product.schema.id, len(product.schema.points), product.schema.recovered
        meaning = meaning_of(product.schema.points, product.id, product.factory_pin)
        kinds = [each for each in meaning.differences if " is " in each]
        assert not kinds, name
        if product.id in product_ids():
            assert all(point.code for point in meaning.points), name
    assert len(found) >= 15
    assert {name: found[name] for name in STORED} == STORED


def test_the_table_knows_products_that_were_never_paired() -> None:
    points = {point.id: point for point in find_product("9cqoypoauuvhdjq4")}
    assert (points[3].code, points[3].scale, points[3].mode) == ("temp_current", 1, Mode.REPORTED)
    assert points[3].unit == "°C"
    assert points[4].words == ("home", "auto", "temporary", "leave")
    assert find_product("no such product") == ()
    assert table_facts().products > 9_900


def test_a_value_is_scaled_and_named() -> None:
    temperature = SchemaPoint(3, "value", scale=1, unit="°C")
    mode = SchemaPoint(4, "enum", words=("home", "auto"))
    fault = SchemaPoint(11, "bitmap", labels=("sensor", "motor"))
    assert value_of(encode(3, "value", -15), temperature).shown == "-1.5 °C"
    assert value_of(encode(4, "enum", 1), mode).shown == "auto"
    assert value_of(encode(4, "enum", 7), mode).shown == "7"
    assert value_of(encode(11, "bitmap", 6), fault).shown == "motor, bit 2"
    assert value_of(encode(1, "bool", 0)).shown == "off"
    assert value_of(encode(9, "string", b"abc")).shown == "abc"
    assert value_of(encode(9, "raw", b"\x01\x02")).shown == "01 02"


@given(st.integers(-(2**31), 2**31 - 1))
def test_a_number_comes_back(number: int) -> None:
    assert value_of(encode(2, "value", number)).raw == number


def test_what_the_device_stores_counts_more_than_the_table() -> None:
    known = find_product("zcn1sye3spbycifv")
    ours = (SchemaPoint(1, "bool"), SchemaPoint(2, "value", scale=1), SchemaPoint(99, "bool"))
    found = meaning_of(ours, "zcn1sye3spbycifv")
    assert [point.id for point in found.points] == [1, 2, 99]
    assert found.points[0].code == "switch_led_1"
    assert found.points[1].scale == 1
    (told,) = [each for each in found.differences if each.startswith("data point 2 is")]
    assert "value with 1 decimals from 0 to 0 (rw) here" in told
    assert "value from 10 to 1000 (rw) in the table" in told
    assert any("device has data point 99" in each for each in found.differences)
    assert meaning_of((), "", "zcn1sye3spbycifv").points == known


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("temp_set", "Temperature set"),
        ("switch_1", "Switch 1"),
        ("", "Data point 7"),
        ("none", "Data point 7"),
    ],
)
def test_names_for_people(code: str, name: str) -> None:
    assert name_of(code, 7) == name


@given(st.binary(max_size=300))
def test_any_bytes_give_a_schema_or_none(data: bytes) -> None:
    assert all(1 <= point.id <= 255 for point in read_schema(data))
    value_of(DataPoint(1, data[0] if data else 9, data[1:]))


def test_what_makes_no_sense_is_left_out() -> None:
    rows: list[object] = [
        {"id": 0},
        {"id": 300, "type": "raw"},
        7,
        {"id": 5, "type": "raw", "mode": "x"},
    ]
    assert points_of(rows) == (SchemaPoint(5, "raw"),)


def test_a_schema_is_written_as_it_is_read() -> None:
    """Of what a product has, the storage lacks only codes, units and the names of bits."""
    for name in product_ids()[::97]:
        points = find_product(name)
        bare = tuple(replace(each, code="", unit="", labels=()) for each in points)
        assert read_schema(schema_text(points)) == tuple(
            each if each.kind != "raw" else SchemaPoint(each.id, "raw", each.mode) for each in bare
        )


def test_a_product_has_a_name_with_its_maker_and_model() -> None:
    assert product_name("ztoh9ka787lzjkpy") == "Siren (A03)"
    assert product_name(" 9cqoypoauuvhdjq4 ") == "Thermostat (Beok TOL47WIFI New)"
    assert product_name("nosuchproduct000") == ""
