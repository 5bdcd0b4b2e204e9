"""Every data point goes both ways between genuine OpenBeken and a controller."""

from __future__ import annotations

import pytest

from amounts import one_in
from bekenlab.machine import Until
from bekenlab.machine.machine import Machine
from bekenlab.machine.peers.tuya_mcu import TuyaMcu
from bekenlab.mcu.products import find_product
from bekenlab.mcu.schema import SchemaPoint
from bekenlab.mcu.values import encode
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


@pytest.mark.parametrize(("size", "arrives"), [(245, True), (246, False)])
def test_a_frame_of_more_than_256_bytes_does_not_arrive(size: int, arrives: bool) -> None:
    """What the notes of a set-up say; the data point behind it arrives either way."""
    points = (SchemaPoint(30, "raw", length=255), SchemaPoint(40, "value", most=100))
    setup = mcu_setup(points, 9600)
    assert len(setup.notes) == 1
    device = openbeken("BK7231N", {}, command="\n".join(("SetFlag 46 1", *setup.commands)))
    machine = Machine.from_image(device.flash, chip="BK7231N")
    machine.uart1.attach(
        TuyaMcu("x" * 16, points=(encode(30, "raw", bytes(size)), encode(40, "value", 77)))
    )
    machine.run(Until(device_seconds=9, wall_seconds=120))
    assert ("ParseState: id 30 " in machine.log) == arrives
    assert "ParseState: id 40 " in machine.log
