"""Genuine Tuya firmware is paired, joins a network of ours, and is told what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from amounts import one_in
from bekenlab.analysis.inputs import unpack
from bekenlab.errors import UnsupportedError
from bekenlab.live.source import live_source
from bekenlab.machine.air import Network
from bekenlab.mcu.schema import Mode, SchemaPoint
from bekenlab.probing.local_control import (
    OUR_NETWORK,
    CommandSeen,
    commands_for,
    try_in_either_network,
    try_local_control,
)
from bekenlab.samples import build_sample
from bekenlab.tuya.pairing import Origin
from machine_support import CHIPS
from shared import dump

if TYPE_CHECKING:
    from bekenlab.probing.local_control import LocalControlSeen

A60 = "bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz"
FECONN = "feconn-fe-mr16-5w-gu5.3-rgbct-bulb"
#: Never paired, and nothing of a pairing in the storage.
UNPAIRED_LAMP, UNPAIRED_SWITCH = (
    "kanlux-33643-s-gu10-rgbcct-bulb",
    "tuya-generic-ds-101jl-4-gang-smart-switch",
)
#: The oldest chip, whose firmware is busy with its cloud when it has announced itself.
BUSY_SWITCH = "bk7231q-tuya-moes-relay-wa2-1.1.3"
#: Newer firmware, which waits for its Bluetooth controller.
BLE_LAMP, BLE_SWITCH = (
    "bk7231n-tuya-gleco-bulb-5ch-pwm-5000hz-cb2l-1.5.21",
    "bk7231n-tuya-10gang-wallswitch-tuyamcu-3.1.28",
)
#: Which pins move when the colours and whites, or the switches, are commanded one after the other.
LAMP = [{8}, {26}, {24, 26}, {6, 24}, {6, 8}, {7, 8}, {7}]
MOVES = [
    (A60, Network(b"bekenlab"), "3.3", LAMP),
    (A60, OUR_NETWORK, "3.3", LAMP),
    (FECONN, OUR_NETWORK, "3.4", [{9}, {26}, {24, 26}, {7, 24}, {7, 9}, {6, 9}, {6}]),
    (UNPAIRED_LAMP, OUR_NETWORK, "3.4", [{24, 26}] * 7),
    (UNPAIRED_SWITCH, OUR_NETWORK, "3.3", [{6}, {6}, {9}, {9}, {7}, {7}, {26}, {26}]),
]


def control(name: str, network: Network = OUR_NETWORK) -> LocalControlSeen:
    source = live_source(unpack("dump.bin", dump(name))[0], chip=CHIPS.get(name))
    return try_local_control(source, network=network)


def pins(command: CommandSeen) -> set[int]:
    return {move.gpio for move in command.moves}


@pytest.mark.parametrize(("name", "network", "protocol", "moves"), one_in(9, MOVES))
def test_commands_move_the_pins(
    name: str, network: Network, protocol: str, moves: list[set[int]]
) -> None:
    """The strongest witness for what a pin does."""
    seen = control(name, network)
    assert seen.joined
    assert seen.announced
    assert seen.protocol == protocol
    assert not seen.problem
    assert [pins(command) for command in seen.commands][: len(moves)] == moves
    for command in seen.commands[: len(moves)]:
        assert {number for number, _ in command.points} <= set(command.reported)


def test_firmware_with_bluetooth_moves_its_pins() -> None:
    """It asks its Bluetooth controller first, and waits while that does not answer."""
    seen = control(BLE_LAMP)
    assert seen.announced
    assert seen.protocol == "3.5"
    moves = [{26}, {8}, {7, 8}, {6, 7}, {6, 26}, {24, 26}, {24}]
    assert [pins(command) for command in seen.commands][: len(moves)] == moves


def test_a_busy_device_is_asked_again() -> None:
    seen = control(BUSY_SWITCH)
    assert seen.protocol == "3.3"
    assert {7, 18} in [pins(command) for command in seen.commands]


def test_who_agrees_on_a_key_has_the_protocol() -> None:
    """This one says nothing about its state, as its TuyaMCU has told none."""
    seen = control(BLE_SWITCH)
    assert seen.protocol == "3.5"
    assert {each.number for command in seen.commands for each in command.passed_on} >= {
        1,
        2,
        3,
        4,
        5,
        6,
    }


#: Its data points are stored; of the other the table of products knows them, and it joins an open
#: network only.
CONTROLLERS = [
    ("bk7231t-tuya-tmwf02-fan-switch-tuyamcu-1.1.71", Origin.STORED, 4),
    ("bk7231n-tuya-a03cb3s-alarm-tuyamcu-2.1.17", Origin.STORED, 4),
    (BLE_SWITCH, Origin.STORED, 12),
    ("bk7231n-tuya-beok-tol47wifi-thermostat-tuyamcu-tuyaos-3.11.12", Origin.TABLE, 20),
]


@pytest.mark.parametrize(("name", "origin", "count"), one_in(4, CONTROLLERS))
def test_a_controllers_data_points_go_both_ways(name: str, origin: Origin, count: int) -> None:
    """The dump's own firmware is between local control and a controller of the product."""
    seen = try_in_either_network(live_source(unpack("dump.bin", dump(name))[0]))
    assert seen.pairing.origin is origin
    assert len(seen.controller) == count
    assert {each.id for each in seen.controller if each.works is False} == set()
    commanded = {number for each in seen.commands for number, _ in each.points}
    assert {each.id for each in seen.controller if each.passed_on} == commanded


def test_other_firmware_has_no_local_control() -> None:
    source = live_source(unpack("sample.bin", build_sample())[0])
    with pytest.raises(UnsupportedError):
        try_local_control(replace(source, tuya=False))


def test_a_lights_commands_are_its_colours_and_whites() -> None:
    words = ("white", "colour", "scene")
    new = (
        SchemaPoint(20, "bool"),
        SchemaPoint(21, "enum", words=words),
        SchemaPoint(22, "value", least=10, most=1000),
        SchemaPoint(23, "value", most=1000),
        SchemaPoint(24, "string"),
        SchemaPoint(26, "value", most=86400),
    )
    assert list(commands_for(new)) == [
        {20: False},
        {20: True, 21: "colour", 24: "000003e803e8"},
        {20: True, 21: "colour", 24: "007803e803e8"},
        {20: True, 21: "colour", 24: "00f003e803e8"},
        {20: True, 21: "white", 22: 1000, 23: 1000},
        {20: True, 21: "white", 23: 0},
        {20: False},
    ]
    old = (
        SchemaPoint(1, "bool"),
        SchemaPoint(2, "enum", words=words),
        SchemaPoint(3, "value", least=25, most=255),
        SchemaPoint(5, "string"),
    )
    assert list(commands_for(old))[1] == {1: True, 2: "colour", 5: "ff00000000ffff"}


def test_other_points_are_set_to_what_they_can_be() -> None:
    points = (
        SchemaPoint(1, "bool"),
        SchemaPoint(2, "enum", words=("low", "high")),
        SchemaPoint(3, "value", least=1, most=9),
        SchemaPoint(4, "value", most=86400),
        SchemaPoint(5, "bool", Mode.REPORTED),
        SchemaPoint(6, "raw"),
    )
    assert list(commands_for(points)) == [
        {1: True},
        {1: False},
        {2: "low"},
        {2: "high"},
        {3: 9},
        {3: 1},
    ]
    several = SchemaPoint(2, "enum", words=("low", "middle", "high"))
    assert list(commands_for((several,), few=True)) == [{2: "low"}, {2: "high"}]
