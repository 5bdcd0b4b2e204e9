"""Other chips than Beken's: pins under each of their names, modules, refusals."""

import json
import re
from collections import Counter

import pytest

from bekenlab.chips import (
    Module,
    OtherChip,
    OtherChipError,
    chip,
    find_chip,
    find_module,
    find_other_chip,
    module_chip,
    modules,
    other_chips,
    other_modules,
    pin_name,
    serial_ports,
)
from bekenlab.tuya.facts import storage_facts
from shared import shared

CHIPS = {each.name: each for each in other_chips()}


@pytest.mark.parametrize("name", CHIPS)
def test_each_pin_has_one_of_each_name(name: str) -> None:
    pins = CHIPS[name].pins
    for of in (
        [pin.gpio for pin in pins],
        [pin.name for pin in pins],
        [pin.openbeken for pin in pins],
        [pin.esphome for pin in pins if pin.esphome],
    ):
        assert len(of) == len(set(of))
    assert all(0 <= pin.gpio < 64 for pin in pins)
    for pin in pins:
        assert CHIPS[name].pin(pin.gpio) is pin
        assert CHIPS[name].pin_called(pin.name.lower()) is pin
        assert CHIPS[name].pin_of_openbeken(pin.openbeken) is pin


@pytest.mark.parametrize("name", CHIPS)
def test_facts_are_whole(name: str) -> None:
    one = CHIPS[name]
    assert find_chip(name) is None
    assert all(find_other_chip(alias.lower()) is one for alias in (one.name, *one.aliases))
    assert one.sources
    assert one.flashing.entry.endswith(".")
    assert one.flashing.tool
    assert {base.name for base in storage_facts().bases} >= set(one.key_bases)
    assert all(mark.says and mark.weight > 0 for mark in one.marks)
    assert all(mark.content or mark.crc32 for mark in one.marks)
    edges = [edge for region in one.regions for edge in (region.start, region.end)]
    assert edges == sorted(edges)
    assert not edges or edges[-1] <= one.flash_size


def test_names_are_unique() -> None:
    names = Counter(name for one in other_chips() for name in (one.name, *one.aliases))
    assert max(names.values()) == 1


def test_indices_are_not_pin_numbers() -> None:
    """The classic error: on these chips OpenBeken's number is an index."""
    assert pin(CHIPS["RTL8710B"], "PA14") == (14, 9)
    assert pin(CHIPS["RTL8710B"], "PA05") == (5, 1)
    assert pin(CHIPS["ESP8266"], "IO12") == (12, 8)
    assert pin(CHIPS["ESP8266"], "GPIO16") == (16, 12)
    assert pin(CHIPS["W600"], "PB6") == (22, 4)
    assert pin(CHIPS["XR809"], "PB7") == (31, 22)
    assert pin(CHIPS["RTL8710AM"], "PE4") == (36, 19)
    assert pin(CHIPS["LN882H"], "B9") == (25, 25)
    assert pin(CHIPS["RTL87X0C"], "PA23") == (23, 23)


def pin(one: OtherChip, name: str) -> tuple[int, int]:
    found = one.pin_called(name)
    assert found is not None
    return found.gpio, found.openbeken


def test_pins_are_named_as_on_the_chip() -> None:
    assert pin_name("LN882H", 19) == "B3"
    assert pin_name("rtl8720cf", 5) == "PA5"
    assert (
        pin_name("BK7231N", 26) == pin_name(None, 26) == pin_name("W600", 26).replace("B10", "26")
    )
    assert pin_name("RTL8710B", 1) == "P1"  # it has none of that number
    assert serial_ports("BK7231T") == {1: (10, 11), 2: (1, 0)}
    assert serial_ports("RTL87X0C") == {1: (13, 14)}
    assert serial_ports("W600") == {}


@pytest.mark.parametrize("module", other_modules(), ids=lambda module: module.key)
def test_a_module_has_the_pins_of_its_chip(module: Module) -> None:
    one = find_other_chip(module.chip)
    assert one is not None
    assert find_module(module.name) is module
    assert module_chip(module.key) == one.name
    for pad in module.pads:
        if pad.gpio is None:
            assert pad.functions
            assert pad.place == ""
        else:
            found = one.pin(pad.gpio)
            assert found is not None
            assert found.name == pad.place
    jobs = {job for pad in module.pads for job in pad.functions}
    assert {"3V3", "GND"} <= jobs or module.key == "t103-v1.0"
    assert not jobs & {"UART1_RX", "UART1_TX"}  # which are Beken's


def test_no_name_is_used_twice() -> None:
    names = [
        re.sub(r"[\s_.()-]+", "", each.name).lower() for each in (*modules(), *other_modules())
    ]
    assert len(names) == len(set(names))


def test_pads_of_a_module() -> None:
    module = find_module("WBR3")
    assert module is not None
    assert [(pad.name, pad.place) for pad in module.pads][9:12] == [
        ("10", "PA12"),
        ("11", "PA16"),
        ("12", "PA17"),
    ]
    flash = {job: pad.place for pad in module.pads for job in pad.functions}
    assert (flash["FLASH_RX"], flash["FLASH_TX"], flash["BOOT"]) == ("PA15", "PA16", "PA0")


def test_a_chip_of_another_make_is_refused_with_the_tool_for_it() -> None:
    with pytest.raises(OtherChipError, match="not a Beken chip") as caught:
        chip("RTL8720CF")
    assert caught.value.code == "unsupported"
    assert "ltchiptool" in caught.value.hint


def test_the_device_list_uses_pins_of_the_tables() -> None:
    data = json.loads(shared("data", "openbeken-devices.json").read_text(encoding="utf-8"))
    rows = data["devices"] if isinstance(data, dict) else data
    seen = 0
    for row in rows:
        one = find_other_chip(row.get("chip"))
        for number in row.get("pins") or {} if one else {}:
            assert one is not None
            found = one.pin_of_openbeken(int(number))
            assert found is not None, (row["name"], one.name, number)
            assert one.pin(found.gpio) is found
            seen += 1
    assert seen > 300
