"""Logs people posted, with the right value for each."""

import pytest

from bekenlab.analysis.read_log import LogReport, read_log
from shared import shared


def report(case: str, name: str = "boot.txt") -> LogReport:
    return read_log(shared(f"cases/{case}/{name}"))


def roles(found: LogReport) -> dict[int, str]:
    return {int(gpio): text for gpio, text in found.template["pins"].items()}


@pytest.mark.parametrize("name", ["boot.txt", "config.txt"])
def test_a_control_switch(name: str) -> None:
    found = roles(report("a12-log-adelid", name))
    assert found == {6: "Rel;1", 8: "TglChanOnTgl;1", 9: "WifiLED;0", 26: "Btn_Tgl_All_n;0"} or (
        found == {6: "Rel;1", 8: "TglChanOnTgl;1", 9: "WifiLED;0", 26: "Btn_Tgl_All;0"}
    )


def test_a_control_switch_with_two_relays_and_a_buzzer() -> None:
    found = report("a13-log-woox")
    assert roles(found).items() >= {
        24: "Rel;1", 10: "Rel;2", 8: "TglChanOnTgl;1", 6: "TglChanOnTgl;2",
    }.items()  # fmt: skip
    assert {pin.gpio: pin.label for pin in found.pins.pins}[26] == "Buzzer"
    assert 23 in roles(found)


def test_a_lamp_of_which_only_the_pwm_channels_are_known() -> None:
    found = report("a14-log-ec79901")
    assert {pin.gpio: pin.role for pin in found.pins.pins} == {8: "PWM", 24: "PWM", 26: "PWM"}
    assert [pin.channel for pin in found.pins.pins] == [1, 2, 3]
    assert found.pins.pwm_hz == 1000


def test_a_dimmer_with_a_second_controller() -> None:
    found = report("a15-log-fs05r")
    pins = {pin.gpio: (pin.role, pin.label) for pin in found.pins.pins}
    assert pins[6] == ("PWM", "Light")
    assert pins[7][0] == "Btn"
    assert pins[8][0] == "LED"
    assert (pins[24][1], pins[26][1]) == ("Darker button", "Brighter button")
    assert found.pins.pwm_hz == 1000
    assert any("115200" in note and "UART1" in note for note in found.pins.notes)
    assert found.log.firmware
    assert found.log.firmware.name == "oem_bk7231n_dimmer_switch"
    without_log = report("a15-log-fs05r", "config.txt")
    assert {pin.gpio for pin in without_log.pins.pins} == {7, 8, 24, 26}
    assert any("115200" in note for note in without_log.pins.notes)


def test_openbekens_own_log() -> None:
    found = report("l1-obk-log")
    assert found.log.firmware
    assert found.log.firmware.kind == "openbeken"
    assert "OpenBeken" in found.description
    assert "TuyaMCU" not in found.description
