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
#: meter, fan with light, another thermostat, curtain, metering plug, colour lamp, another curtain.
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
    "3r8gc33pnqsxfe1g",
    "0hrfawjkhswcd1aa",
    "05z6y05b3ghvcgpv",
    "4pbr8eig",
]
#: Of battery devices: temperature and humidity with a display, door, temperature and humidity.
SLEEPERS = ["hwebffr1rcfvue3p", "3slpirlnlqp0bqo1", "7akwzwfwhukkdsib"]
CHIPS = ("BK7231N", "BK7231T")
CASES = [(product, chip) for product in PRODUCTS for chip in CHIPS]
ASLEEP = [(product, chip) for product in SLEEPERS for chip in CHIPS]


@pytest.mark.parametrize(("product", "chip"), one_in(7, CASES))
def test_data_points_go_both_ways(product: str, chip: str) -> None:
    setup = mcu_setup(find_product(product), 9600)
    found = try_data_points(openbeken(chip, {}).flash, chip, setup, product)
    assert len(found) >= 4
    assert [each for each in found if not each.works] == []


@pytest.mark.parametrize(("product", "chip"), one_in(6, ASLEEP))
def test_what_a_sleeping_controller_reports_arrives(product: str, chip: str) -> None:
    """It asks what was set meanwhile, and must not be told the channels, which are 0 by then."""
    setup = mcu_setup(find_product(product), 9600, battery=True, version=0)
    found = try_data_points(openbeken(chip, {}).flash, chip, setup, product, sleeps=True)
    assert len(found) >= 2
    assert [each for each in found if not each.works] == []


def test_a_link_that_tells_it_the_channels_is_noticed() -> None:
    """Flag 1, which is right for a controller that does not sleep."""
    setup = mcu_setup(find_product(SLEEPERS[2]), 9600, battery=True, version=0)
    told = tuple(
        f"{line} 1" if line.startswith("linkTuyaMCUOutputToChannel 9 ") else line
        for line in setup.commands
    )
    broken = type(setup)(told, setup.linked, setup.left_out, setup.flags)
    flash = openbeken("BK7231N", {}).flash
    found = try_data_points(flash, "BK7231N", broken, SLEEPERS[2], sleeps=True)
    assert [each.point.id for each in found if each.unasked] == [9]


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


def test_the_values_of_a_phase_are_voltage_current_and_power() -> None:
    """In this order, on three channels; a published set-up has the last two the other way round."""
    setup = mcu_setup(find_product("wcihaluccfsoayqa"), 9600).shortened()
    kept = [line for line in setup.commands if not line.startswith("setChannelLabel")]
    machine = Machine.from_image(
        openbeken("BK7231N", {}, command="\n".join(kept)).flash, chip="BK7231N"
    )
    phase = encode(6, "raw", bytes.fromhex("0909 00012e 000043"))
    machine.uart1.attach(TuyaMcu("x" * 16, points=(phase,)))
    machine.run(Until(device_seconds=9, wall_seconds=120))
    (link,) = [each for each in setup.linked if each.point.id == 6]
    types = (link.type, *link.also)
    assert types == ("Voltage_div10", "Current_div1000", "Power")
    for offset, value in enumerate((2313, 302, 67)):
        assert f"CHANNEL_Set channel {link.channel + offset} has changed to {value}" in machine.log
