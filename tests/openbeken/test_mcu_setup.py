"""OpenBeken's set-up for a second controller: what published ones have, in an order that works."""

from __future__ import annotations

import re
from dataclasses import replace

from bekenlab.mcu.products import find_product
from bekenlab.mcu.schema import Mode, SchemaPoint
from bekenlab.openbeken.mcu_setup import McuSetup, mcu_setup


def setup(product: str) -> McuSetup:
    return mcu_setup(find_product(product), 9600)


def types(made: McuSetup) -> dict[int, tuple[str, str]]:
    """Channel type and link type by data point."""
    return {each.point.id: (each.type, each.link) for each in made.linked}


def test_a_dimmer() -> None:
    """OpenBeken's autoexec for EDM-01AA-EU: 115200 baud, range 1 to 1000."""
    made = mcu_setup(find_product("zcn1sye3spbycifv"), 115200)
    assert made.commands[:3] == (
        "startDriver TuyaMCU",
        "tuyaMcu_setBaudRate 115200",
        "tuyaMcu_defWiFiState 4",
    )
    assert types(made)[1] == ("Toggle", "bool")
    assert types(made)[2] == ("Dimmer1000", "val")
    assert "tuyaMcu_setDimmerRange 10 1000" in made.commands
    assert "SetChannelEnum 4 0:led 1:incandescent 2:halogen" in made.commands
    assert made.commands[-1] == "tuyaMcu_sendQueryState"
    assert made.fits


def test_a_breaker() -> None:
    """OpenBeken's TOMPD-63-WIFI.bat: energy, three values in data point 6, leakage, switch."""
    found = types(setup("wcihaluccfsoayqa"))
    assert found[1] == ("EnergyTotal_kWh_div100", "val")
    assert found[6] == ("Voltage_div10", "RAW_TAC2121C_VCP")
    assert found[15] == ("LeakageCurrent_div1000", "val")
    assert found[16] == ("Toggle", "bool")
    assert any("(alarm_set_1)" in each for each in setup("wcihaluccfsoayqa").left_out)


def test_a_thermostat_and_a_fan_switch() -> None:
    thermostat = setup("9cqoypoauuvhdjq4")
    assert types(thermostat)[3] == ("Temperature_div10", "val")
    assert types(thermostat)[2] == ("TextField", "val")
    assert 'setChannelLabel 2 "Temperature set (0.1 C)"' in thermostat.commands
    assert not thermostat.fits
    assert types(setup("kxtcfbazhsvjqcfz"))[3] == ("Enum", "enum")


def test_types_come_before_links_and_nothing_is_multiplied() -> None:
    commands = setup("9cqoypoauuvhdjq4").commands
    kinds = [line.split()[0] for line in commands]
    assert kinds.index("linkTuyaMCUOutputToChannel") > max(
        at for at, kind in enumerate(kinds) if kind == "setChannelType"
    )
    links = [line.split() for line in commands if line.startswith("linkTuyaMCU")]
    # Data point, type, channel; and for what is only reported, that it is never sent.
    assert all(len(words) == 4 or words[4:] == ["1"] for words in links)
    assert {words[1] for words in links if len(words) == 5} == {"3", "5", "11"}


def test_battery_devices_start_otherwise() -> None:
    points = (SchemaPoint(1, "bool", Mode.REPORTED, code="doorcontact_state"),)
    old = mcu_setup(points, 9600, battery=True, version=0).commands
    assert old[:2] == ("startDriver TuyaMCU", "startDriver tmSensor")
    new = mcu_setup(points, 9600, battery=True, version=3).commands
    assert new[1] == "tuyaMcu_batteryPoweredMode"
    assert "setChannelType 1 OpenClosed" in new
    assert "tuyaMcu_sendQueryState" not in (*old, *new)


def test_a_dimmer_with_another_range_is_a_number() -> None:
    """``tuyaMcu_setDimmerRange`` is for all channels: another range would be scaled wrongly."""
    first = SchemaPoint(2, "value", least=10, most=1000, code="bright_value_1")
    same = replace(first, id=3, code="bright_value_2")
    other = replace(first, id=4, least=0, code="bright_value_3")
    made = mcu_setup((first, same, other), 9600)
    assert [each.type for each in made.linked] == ["Dimmer1000", "Dimmer1000", "TextField"]
    assert "setChannelType 3 TextField" in made.commands
    assert [line for line in made.commands if "Range" in line] == ["tuyaMcu_setDimmerRange 10 1000"]
    (note,) = made.notes
    assert note.startswith("data point 4 (bright_value_3): a number instead of a dimmer")
    assert mcu_setup((first, same), 9600).notes == ()


def test_values_that_are_too_long_are_told() -> None:
    """256 bytes are OpenBeken's longest frame; 11 of them are not the value."""
    fits, long = SchemaPoint(30, "raw", length=245), SchemaPoint(31, "string", length=246)
    (note,) = mcu_setup((fits, long), 9600).notes
    assert note.startswith("data point 31 (string): OpenBeken drops frames of more than 256 bytes")
    assert mcu_setup((fits,), 9600).notes == ()


def test_every_data_point_of_every_product_has_a_channel_or_a_reason() -> None:
    from bekenlab.mcu.products import product_ids

    for name in product_ids()[::37]:
        points = find_product(name)
        made = mcu_setup(points, None)
        told = {int(number) for number in re.findall(r"(\d+) \(", " ".join(made.left_out))}
        ours = {each.point.id for each in made.linked}
        assert not ours & told, name
        assert ours | told == {point.id for point in points}, name
        channels = [each.channel + n for each in made.linked for n in range(1 + len(each.also))]
        assert len(set(channels)) == len(channels)
        assert all(1 <= channel <= 63 for channel in channels)
        assert all('"' not in line.replace('"', "", 2) or "Enum" in line for line in made.commands)
