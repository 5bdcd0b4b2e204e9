"""What commands of local control say about pins."""

from __future__ import annotations

import pytest

from bekenlab.mcu.schema import read_schema
from bekenlab.pins import Polarity
from bekenlab.probing.local_control import asked_for, commands_for
from bekenlab.probing.rules.commands import coloured, data_points, switched
from bekenlab.probing.rules.conclude import conclude
from bekenlab.probing.rules.model import Confidence
from bekenlab.tuya.usual_schema import usual_schema
from probing.records import (
    all_of,
    blinking,
    boot,
    button,
    commanded,
    control,
    dimmed,
    output,
    press,
    product_test,
    slots,
)

UP, DOWN = ((440.0, 1),), ((440.0, 0),)


def test_a_switch_names_its_relay_its_channel_and_the_level_of_on() -> None:
    seen = all_of(
        boot(output(6, level=1), output(26), set_up=(6, 26)),
        control(output(6, level=1), output(26)),
        commanded(
            ("on", 1, ((26, 0.0, 1.0, 1),)),
            ("off", 1, ((26, 1.0, 0.0, 1),)),
            ("on", 3, ((6, 1.0, 0.0, 1),)),
            ("off", 3, ((6, 0.0, 1.0, 1),)),
        ),
    )
    pins = {pin.gpio: (pin.role, pin.channel, pin.polarity) for pin in conclude(seen).pins}
    assert pins == {
        26: ("Rel", 1, Polarity.ACTIVE_HIGH),
        6: ("Rel", 2, Polarity.ACTIVE_LOW),
    }
    assert {pin.confidence for pin in conclude(seen).pins} == {Confidence.CERTAIN}
    assert data_points(seen) == ((1, (26,)), (3, (6,)))


def test_one_data_point_moves_one_relay_and_its_led() -> None:
    seen = all_of(
        boot(output(6), output(8), button(7)),
        control(output(6), output(8)),
        press(7, output(6, UP), output(8, UP), button(7)),
        commanded(("on", 1, ((6, 0.0, 1.0, 1), (8, 0.0, 1.0, 1)))),
    )
    pins = {pin.gpio: pin for pin in conclude(seen).pins}
    assert (pins[6].role, pins[8].role, pins[8].channel) == ("Rel", "LED", 1)
    assert pins[6].confidence is pins[8].confidence is Confidence.ONE_OF


def test_an_output_that_several_points_move_and_one_that_blinks_are_left_out() -> None:
    seen = all_of(
        boot(blinking(10), output(9)),
        control(blinking(10), output(9)),
        commanded(("on", 1, ((10, 0.0, 1.0, 1), (9, 0.0, 1.0, 1))), ("on", 2, ((9, 1.0, 0.0, 1),))),
    )
    assert {pin.gpio: pin.role for pin in conclude(seen).pins} == {10: "WifiLED"}


def test_a_pulse_has_no_level_of_on() -> None:
    (told,) = switched(all_of(commanded(("on", 1, ((24, 0.0, 0.0, 2),)))))
    assert (told.gpio, told.on) == (24, None)


COLOURS = commanded(
    ("off", 20, ((8, 0.5, 0.0, 0),)),
    ("red", 20, ((26, 0.0, 1.0, 0),)),
    ("green", 20, ((24, 0.0, 1.0, 0), (26, 1.0, 0.0, 0))),
    ("blue", 20, ((6, 0.0, 1.0, 0), (24, 1.0, 0.0, 0))),
    ("cold", 20, ((6, 1.0, 0.0, 0), (8, 0.0, 1.0, 0), (14, 0.0, 1.0, 1))),
    ("warm", 20, ((7, 0.0, 1.0, 0), (8, 1.0, 0.0, 0))),
)


def test_the_output_that_alone_is_lit_has_the_colour_that_was_asked_for() -> None:
    found = {each.gpio: (each.colour, each.active) for each in coloured(all_of(COLOURS))}
    assert found == {26: (0, 1), 24: (1, 1), 6: (2, 1), 8: (3, 1), 7: (4, 1)}


def test_colours_are_certain_where_command_and_test_agree() -> None:
    tested = product_test(*slots({26: (0, 5), 24: (1, 6), 6: (2, 7), 8: (3, 8), 7: (4, 9)}))
    found = conclude(all_of(tested, COLOURS))
    assert {pin.gpio: pin.channel for pin in found.pins} == {26: 1, 24: 2, 6: 3, 8: 4, 7: 5}
    assert {pin.confidence for pin in found.pins} == {Confidence.CERTAIN}
    assert {len(pin.evidence) for pin in found.pins} == {2}


def test_a_command_counts_more_than_the_test() -> None:
    whites = commanded(
        ("off", 1, ((8, 1.0, 0.0, 0),)),
        ("cold", 1, ((8, 0.0, 1.0, 0),)),
        ("warm", 1, ((8, 1.0, 0.0, 0), (9, 0.0, 1.0, 0))),
    )
    found = conclude(all_of(product_test(*slots({9: (0, 2), 8: (1, 3)})), whites))
    assert {pin.gpio: pin.channel for pin in found.pins} == {8: 1, 9: 2}
    assert {pin.confidence for pin in found.pins} == {Confidence.LIKELY}


def test_a_lamp_without_colours_lights_its_white_at_any() -> None:
    whites = commanded(
        ("off", 20, ((6, 0.5, 0.0, 0),)),
        ("red", 20, ((6, 0.0, 0.5, 0),)),
        ("green", 20, ()),
        ("blue", 20, ()),
        ("cold", 20, ((6, 0.5, 0.0, 0), (7, 0.0, 1.0, 0))),
        ("warm", 20, ((6, 0.0, 1.0, 0), (7, 1.0, 0.0, 0))),
    )
    assert {each.gpio: each.colour for each in coloured(all_of(whites))} == {7: 3, 6: 4}


def test_the_enable_of_a_lamps_supply_is_no_relay() -> None:
    start = boot(output(14), dimmed(7, ((40.0, 0.0),)))
    off = commanded(("off", 20, ((14, 1.0, 0.0, 1), (7, 1.0, 0.0, 0))))
    found = conclude(all_of(start, control(output(14)), off))
    assert {pin.gpio: pin.role for pin in found.pins} == {7: "PWM"}


@pytest.mark.parametrize(
    ("keys", "asks"),
    [
        ({"cmod": "rgbcw"}, "lamp"),
        ({"rl1_pin": "26"}, "switch"),
    ],
)
def test_commands_are_known_by_what_they_ask_for(keys: dict[str, str], asks: str) -> None:
    points = read_schema(usual_schema(keys))
    words = [asked_for(command, points) for command in commands_for(points)]
    if asks == "lamp":
        assert words == ["off", "red", "green", "blue", "cold", "warm", "off"]
    else:
        assert {"on", "off"} <= set(words)
