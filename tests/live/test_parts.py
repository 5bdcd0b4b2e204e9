"""What a lamp, relay or button looks like for given pins."""

from __future__ import annotations

import pytest

from bekenlab.analysis.boot_model import GpioRow
from bekenlab.live.colour import glow
from bekenlab.live.fitting import Fitting, fitting_of_config, fitting_of_map
from bekenlab.live.parts import PartView, part_views
from bekenlab.openbeken.config import new_config
from bekenlab.openbeken.settings import parse_settings
from bekenlab.pins import Source, pins_from_parameters


def tuya(**values: object) -> Fitting:
    told = {key: str(value) for key, value in values.items()}
    return fitting_of_map(pins_from_parameters(told, source=Source.STORAGE), "tuya")


def configured(pins: dict[str, str], **values: object) -> Fitting:
    settings, wrong = parse_settings(pins)
    assert not wrong
    config = new_config(chip="BK7231N", unique=bytes(4), pins=settings, values=values)  # type: ignore[arg-type]
    return fitting_of_config(config)


def out(gpio: int, level: int) -> GpioRow:
    return GpioRow(gpio, "out", level, None, None, touched=True)


def pwm(gpio: int, duty: float) -> GpioRow:
    return GpioRow(gpio, "function", 0, None, (1000.0, duty), touched=True)


def seen(fitting: Fitting, *rows: GpioRow) -> dict[str, PartView]:
    return {part.id: part for part in part_views(fitting, {row.gpio: row for row in rows})}


@pytest.mark.parametrize(("level", "on"), [(0, True), (1, False)])
def test_an_active_low_relay_is_on_at_low(level: int, on: bool) -> None:
    for fitting in (tuya(rl1_pin=26, rl1_lv=0), configured({"26": "Rel_n;1"})):
        relay = seen(fitting, out(26, level))["P26"]
        assert (relay.kind, relay.number, relay.on, relay.active) == ("relay", 1, on, 0)


def test_an_output_that_is_not_set_up_yet_is_off() -> None:
    fitting = configured({"26": "Rel_n;1", "8": "LED;1"})
    parts = seen(fitting, *(GpioRow(n, "off", 0, None, None, touched=False) for n in (8, 26)))
    assert [part.on for part in parts.values()] == [False, False]


def test_buttons_are_pressed_at_their_level() -> None:
    fitting = configured({"10": "Btn;1", "11": "Btn_n;2", "12": "dInput_n;3"})
    rows = (GpioRow(n, "in", 0, "up", None, touched=True) for n in (10, 11, 12))
    assert {name: (part.kind, part.on) for name, part in seen(fitting, *rows).items()} == {
        "P10": ("button", True),
        "P11": ("button", False),
        "P12": ("switch", True),
    }


def test_one_pwm_is_a_dimmed_lamp_also_the_other_way_round() -> None:
    assert seen(configured({"6": "PWM;1"}), pwm(6, 0.3))["lamp"].brightness == pytest.approx(0.3)
    inverted = seen(configured({"6": "PWM_n;1"}), pwm(6, 0.3))["lamp"]
    assert inverted.brightness == pytest.approx(0.7)
    assert inverted.kelvin is None


def test_three_pwms_are_red_green_blue_by_channel() -> None:
    fitting = configured({"6": "PWM;3", "7": "PWM;1", "8": "PWM;2"})
    lamp = seen(fitting, pwm(6, 0.0), pwm(7, 1.0), pwm(8, 0.0))["lamp"]
    assert (lamp.colour, lamp.brightness, lamp.gpios) == ("#ff0000", 1.0, (7, 8, 6))
    assert dict(lamp.shares) == {"r": 1.0, "g": 0.0, "b": 0.0}


def test_tuya_colours_have_their_pins() -> None:
    fitting = tuya(r_pin=8, g_pin=7, b_pin=6, c_pin=26, w_pin=24, cmod="rgbcw")
    rows = [pwm(8, 0.0), pwm(7, 0.0), pwm(6, 0.5), pwm(26, 0.0), pwm(24, 0.0)]
    assert seen(fitting, *rows)["lamp"].colour == "#0000ff"
    rows[2], rows[4] = pwm(6, 0.0), pwm(24, 0.25)
    lamp = seen(fitting, *rows)["lamp"]
    assert (lamp.kelvin, lamp.brightness) == (2700, 0.25)


def test_two_whites_mix_between_warm_and_cool() -> None:
    fitting = configured({"6": "PWM;1", "7": "PWM;2"})
    kelvins = [
        seen(fitting, pwm(6, cool), pwm(7, 1 - cool))["lamp"].kelvin for cool in (1.0, 0.5, 0.0)
    ]
    assert kelvins == [6500, 3800, 2700]


def test_temperature_and_brightness_may_have_a_pwm_each() -> None:
    openbeken = configured({"6": "PWM;1", "7": "PWM;2"}, flags=frozenset({8}))
    lamp = seen(openbeken, pwm(6, 1.0), pwm(7, 0.5))["lamp"]
    assert (lamp.kelvin, lamp.brightness) == (2700, 0.5)
    counts_to_cold = tuya(c_pin=7, w_pin=6, cwtype=1, cmod="cw")
    lamp = seen(counts_to_cold, pwm(6, 1.0), pwm(7, 0.5))["lamp"]
    assert (lamp.kelvin, lamp.brightness) == (6500, 0.5)


def test_outputs_of_a_driver_follow_the_maps() -> None:
    tuya_map = tuya(iicscl=26, iicsda=24, dmod=7, iicr=1, iicg=0, iicb=2, iicc=4, iicw=3)
    assert (tuya_map.driver and tuya_map.driver.name, tuya_map.order) == ("SM2235", "grbwc")
    assert tuya_map.wires() == (26, 24)
    pins = {"8": "BP5758D_CLK;0", "26": "BP5758D_DAT;0"}
    assert configured(pins).order == "rgbwc"
    assert configured(pins, led_map=(2, 1, 0, 3, 4)).order == "bgrwc"
    assert configured(pins, led_map=(2, 1, 0, 255, 4)).order == "bgrw-"


def test_light_is_mixed_as_light() -> None:
    assert glow({"r": 1.0, "g": 1.0, "b": 1.0}).colour == "#ffffff"
    assert glow({"r": 1.0, "g": 0.2158605}).colour == "#ff8000"
    assert glow({"r": 0.01}).colour == "#ff0000"
    assert (glow({}).brightness, glow({}).colour) == (0.0, "#ffffff")
