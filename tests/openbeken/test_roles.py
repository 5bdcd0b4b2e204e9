import json

import pytest

from bekenlab.openbeken.roles import base_of, find_role, role_id, role_name, roles
from bekenlab.pins._table import driver_rows, key_rows
from bekenlab.pins.model import Polarity
from shared import shared

HIGH, LOW = Polarity.ACTIVE_HIGH, Polarity.ACTIVE_LOW


@pytest.mark.parametrize(
    ("base", "polarity", "name"),
    [
        ("Rel", HIGH, "Rel"),
        ("Rel", LOW, "Rel_n"),
        ("Rel", None, "Rel"),
        ("LED", LOW, "LED_n"),
        ("WifiLED", LOW, "WifiLED_n"),
        ("PWM", LOW, "PWM_n"),
        ("Btn", LOW, "Btn"),
        ("Btn", HIGH, "Btn_n"),
        ("Btn_Tgl_All", HIGH, "Btn_Tgl_All_n"),
        ("dInput", LOW, "dInput_n"),
        ("BAT_Relay", LOW, "BAT_Relay_n"),
        ("BL0937SEL", LOW, "BL0937SEL_n"),
        ("AlwaysHigh", LOW, "AlwaysLow"),
        ("TglChanOnTgl", LOW, "TglChanOnTgl"),
        ("BridgeFWD", LOW, "BridgeFWD"),
        ("None", LOW, "None"),
    ],
)
def test_names_with_polarity(base: str, polarity: Polarity | None, name: str) -> None:
    assert role_name(base, polarity) == name


def test_every_role_has_a_name_for_people() -> None:
    named = {role.name: role.label for role in roles()}
    assert [name for name, label in named.items() if label == name] == ["None"]
    assert (named["AlwaysHigh"], named["AlwaysLow"]) == ("Always on", "Always off")


def test_twins_point_at_each_other_with_opposite_levels() -> None:
    for role in roles():
        if role.twin is not None:
            twin = find_role(role.twin)
            assert twin is not None
            assert twin.twin == role.name
            assert {role.active, twin.active} == {HIGH, LOW}
            base, level = base_of(role.name)
            assert role_name(base, level) == role.name


def test_table_is_whole() -> None:
    assert [role.id for role in roles()] == list(range(99))
    assert (role_id("Rel"), role_id("wifiled_N"), role_id("BL0939_MISO")) == (1, 9, 98)
    assert {role.channels for role in roles()} == {0, 1, 2}
    assert find_role("Btn") is not None
    assert find_role("no such role") is None
    with pytest.raises(KeyError):
        role_id("no such role")


def test_numbers_are_those_of_openbeken() -> None:
    known = json.loads(shared("data", "openbeken-roles.json").read_text(encoding="utf-8"))
    assert {role.name: role.id for role in roles()} == {r["name"]: r["id"] for r in known}


def test_every_role_the_pins_room_uses_exists() -> None:
    used = {row.role for row in key_rows().values()}
    used |= {role for row in driver_rows() for role in (row.data, row.clock)}
    for name in used:
        assert base_of(name)[0] == name
        assert find_role(name) is not None
