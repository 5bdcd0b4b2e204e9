"""OpenBeken on the live chip: its buttons, relays, PWM lamps and LED driver chips."""

from __future__ import annotations

import pytest

from bekenlab.live.chip import LiveChip
from bekenlab.live.commands import Press, Release, Reset, TypeText
from bekenlab.live.drivers import driver_rows
from live_chips import openbeken, part, run, run_until, said

CHIPS = ["BK7231N", "BK7231T"]


def ready(chip: LiveChip) -> None:
    assert run_until(chip, lambda chip: "MAIN:Time 3" in said(chip), 8)


def told(chip: LiveChip, command: str, seconds: float = 0.4) -> None:
    chip.do(TypeText(command + "\r\n"))
    run(chip, seconds)


@pytest.mark.parametrize("name", CHIPS)
def test_a_button_switches_a_relay_and_its_led(name: str) -> None:
    source = openbeken(name, {"26": "Rel;1", "10": "Btn;1", "8": "LED_n;1"})
    assert (source.chip, source.openbeken, source.fitting.source) == (name, True, "openbeken")
    chip = LiveChip(source)
    ready(chip)
    assert not part(chip, "P26").on
    chip.do(Press(10))
    run(chip, 0.15)
    chip.do(Release(10))
    assert run_until(chip, lambda chip: part(chip, "P26").on, 1.0)
    assert part(chip, "P8").on, "the LED of the same channel, active low"


@pytest.mark.parametrize("name", CHIPS)
def test_the_console_dims_a_lamp(name: str) -> None:
    chip = LiveChip(openbeken(name, {"6": "PWM;2"}))
    ready(chip)
    told(chip, "SetChannel 2 30")
    lamp = part(chip, "lamp")
    assert lamp.brightness == pytest.approx(0.3, abs=0.01)
    assert lamp.on
    told(chip, "SetChannel 2 0")
    assert not part(chip, "lamp").on


def test_a_strip_on_three_pwms_shows_its_colour() -> None:
    chip = LiveChip(openbeken("BK7231N", {"26": "PWM;1", "24": "PWM;2", "6": "PWM_n;3"}))
    ready(chip)
    told(chip, "backlog led_enableAll 1; led_basecolor_rgb 00FF00")
    assert part(chip, "lamp").colour == "#00ff00"
    told(chip, "led_basecolor_rgb 0000FF")
    lamp = part(chip, "lamp")
    assert lamp.colour == "#0000ff"
    assert lamp.brightness == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("driver", [row.name for row in driver_rows()])
def test_a_driver_chip_is_read_from_its_wires(driver: str) -> None:
    (row,) = [row for row in driver_rows() if row.name == driver]
    chip = LiveChip(openbeken("BK7231N", {"8": f"{row.clock};0", "26": f"{row.data};0"}))
    ready(chip)
    seen = {}
    told(chip, "led_enableAll 1")
    for command in (
        "led_basecolor_rgb FF0000",
        "led_basecolor_rgb 00FF00",
        "led_basecolor_rgb 0000FF",
        "led_temperature 154",
        "led_temperature 500",
    ):
        told(chip, command)
        lamp = part(chip, "lamp")
        seen[command] = lamp.kelvin or lamp.colour
    assert list(seen.values()) == ["#ff0000", "#00ff00", "#0000ff", 6500, 2700]
    assert part(chip, "lamp").driver == driver
    told(chip, "led_enableAll 0")
    assert not part(chip, "lamp").on


def test_a_pin_that_is_set_up_by_the_console_appears_and_survives_a_reset() -> None:
    chip = LiveChip(openbeken("BK7231N", {}))
    ready(chip)
    assert chip.parts(chip.gpio()) == ()
    told(chip, "backlog SetPinRole 26 Rel; SetPinChannel 26 1")
    assert run_until(chip, lambda chip: bool(chip.fitting.pins), 8), "saved to flash"
    told(chip, "SetChannel 1 1")
    assert part(chip, "P26").on
    chip.do(Reset())
    ready(chip)
    assert part(chip, "P26").kind == "relay"
    chip.do(Reset(erase=True))
    assert chip.parts(chip.gpio()) == ()


def test_a_restart_by_the_firmware_is_a_restart_of_the_chip() -> None:
    chip = LiveChip(openbeken("BK7231N", {"26": "Rel;1"}))
    ready(chip)
    chip.do(TypeText("restart\r\n"))
    assert run_until(chip, lambda chip: chip.power_ups == 2, 8)
    ready(chip)
    assert (chip.stop, part(chip, "P26").kind) == (None, "relay")
