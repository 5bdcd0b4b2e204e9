"""OpenBeken's numbers of pins: to pins and back, over every template of its device list."""

import json
from typing import Any

import pytest

from bekenlab.chips import find_other_chip, other_chips
from bekenlab.openbeken import build_template, from_openbeken, lost_pins, to_openbeken
from bekenlab.openbeken.to_pins import pins_from_template
from bekenlab.pins import PinMap, Source, pins_from_parameters
from shared import shared


def rows() -> list[dict[str, Any]]:
    data = json.loads(shared("data", "openbeken-devices.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = data["devices"] if isinstance(data, dict) else data
    return found


@pytest.mark.parametrize("chip", [chip.name for chip in other_chips()])
def test_each_number_leads_back_to_itself(chip: str) -> None:
    known = find_other_chip(chip)
    assert known is not None
    for pin in known.pins:
        assert to_openbeken(pin.gpio, chip) == pin.openbeken
        assert from_openbeken(pin.openbeken, chip) == (pin.gpio, pin.name)
    assert to_openbeken(64, chip) is None
    assert from_openbeken(99, chip) is None


def test_a_number_of_bekens_is_the_pin() -> None:
    assert to_openbeken(26, "BK7231N") == to_openbeken(26, None) == 26
    assert from_openbeken(26, "BK7231T") == (26, "")


def meant(pins: PinMap) -> list[tuple[object, ...]]:
    """What each pin does; channels of roles that have none are not kept."""
    return [(pin.gpio, pin.name, pin.role, pin.polarity) for pin in pins.pins if pin.role != "None"]


def test_every_template_of_the_device_list_is_the_same_after_a_round_trip() -> None:
    counted = 0
    for row in rows():
        pins = row.get("pins")
        if not pins:
            continue
        read = pins_from_template(row)
        if read.notes:
            assert find_other_chip(row.get("chip")) is None, row["name"]
            continue
        again = build_template(read, chip=row.get("chip") or "")
        assert meant(pins_from_template(again)) == meant(read), row["name"]
        numbers = {int(number) for number in pins}
        written = again["pins"]
        assert isinstance(written, dict)
        left_out = {
            to_openbeken(pin.gpio, row.get("chip")) for pin in read.pins if pin.role == "None"
        }
        assert {int(number) for number in written} == numbers - left_out, row["name"]
        counted += find_other_chip(row.get("chip")) is not None
    assert counted >= 100


def test_pins_of_a_template_have_the_names_of_the_chip() -> None:
    template = {"chip": "RTL8710B", "pins": {"9": "Rel;1", "1": "Btn_ScriptOnly;1", "40": "LED;1"}}
    read = pins_from_template(template)
    assert [(pin.gpio, pin.place, pin.label) for pin in read.pins] == [
        (5, "PA5", "Button on PA5"),
        (14, "PA14", "Relay 1"),
    ]
    assert read.notes == ("40: OpenBeken has no such pin on the RTL8710B",)
    assert read.ports == {1: (18, 23)}


def test_a_pin_that_openbeken_does_not_have_is_said() -> None:
    pins = pins_from_parameters(
        {"rl1_pin": 1, "bt1_pin": 14}, source=Source.STORAGE, chip="RTL8710B"
    )
    assert build_template(pins, chip="RTL8710B")["pins"] == {"9": "Btn;1"}
    assert [notice.code for notice in lost_pins(pins, "RTL8710B")] == ["pin-not-on-chip"]
    assert lost_pins(pins, "BK7231N") == ()
