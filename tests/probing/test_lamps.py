"""The colours of lamps from records of product tests, and LED drivers from messages."""

from __future__ import annotations

from bekenlab.pins import Polarity
from bekenlab.probing.observations import PinTrace, WireTrace
from bekenlab.probing.rules.conclude import conclude
from bekenlab.probing.rules.model import Confidence
from probing.records import (
    all_of,
    boot,
    button,
    control,
    dimmed,
    output,
    press,
    product_test,
    slots,
)

FIVE = {8: (0, 5, 10), 7: (1, 6, 11), 6: (2, 7, 12), 26: (3, 8), 24: (4, 9)}


def channels(*pins: PinTrace) -> dict[int, int]:
    return {pin.gpio: pin.channel for pin in conclude(all_of(product_test(*pins))).pins}


def test_five_channels_are_red_green_blue_cold_and_warm_in_that_order() -> None:
    found = conclude(all_of(product_test(*slots(FIVE))))
    assert {pin.gpio: pin.channel for pin in found.pins} == {8: 1, 7: 2, 6: 3, 26: 4, 24: 5}
    assert {pin.role for pin in found.pins} == {"PWM"}
    assert {pin.polarity for pin in found.pins} == {Polarity.ACTIVE_HIGH}
    assert {pin.confidence for pin in found.pins} == {Confidence.CERTAIN}


def test_the_first_colour_may_be_lit_before_the_test() -> None:
    red = dimmed(7, ((40.0, 0.0), (800.0, 1.0), (4020.0, 0.0), (6020.0, 1.0), (7020.0, 0.0)))
    assert channels(red, *slots({8: (1, 4), 6: (2, 5)})) == {7: 1, 8: 2, 6: 3}


def test_white_from_the_start_goes_out_when_the_test_begins() -> None:
    cold = dimmed(26, ((40.0, 1.0), (3020.0, 0.0), (6020.0, 1.0), (7020.0, 0.0)))
    others = {gpio: seconds for gpio, seconds in FIVE.items() if gpio != 26}
    assert channels(cold, *slots(others))[26] == 4


def test_colours_that_fade_count_when_they_are_the_brightest() -> None:
    fades = []
    for number, gpio in enumerate((26, 24, 6)):
        start = 3000.0 + 2000 * number
        up = [(start + 20 * n, n / 50) for n in range(51)]
        down = [(start + 1000 + 20 * n, 1 - n / 50) for n in range(1, 51)]
        fades.append(dimmed(gpio, ((40.0, 0.0), *up, *down)))
    assert channels(*fades) == {26: 1, 24: 2, 6: 3}


def test_two_channels_are_cold_and_warm_and_only_likely() -> None:
    found = conclude(all_of(product_test(*slots({7: (0, 2), 6: (1, 3)}))))
    assert {pin.gpio: pin.channel for pin in found.pins} == {7: 1, 6: 2}
    assert {pin.confidence for pin in found.pins} == {Confidence.LIKELY}


def test_lamps_that_are_lit_when_low() -> None:
    upside_down = tuple(
        dimmed(pin.gpio, tuple((at, 1 - share) for at, share in pin.shares)) for pin in slots(FIVE)
    )
    found = conclude(all_of(product_test(*upside_down)))
    assert {pin.gpio: pin.channel for pin in found.pins} == {8: 1, 7: 2, 6: 3, 26: 4, 24: 5}
    assert {pin.polarity for pin in found.pins} == {Polarity.ACTIVE_LOW}


def test_without_a_test_colours_are_not_known() -> None:
    pins = (dimmed(6, ((40.0, 0.5),)), dimmed(8, ((40.0, 0.5),)))
    found = conclude(all_of(product_test(*pins, began=None)))
    assert {pin.gpio: (pin.role, pin.channel) for pin in found.pins} == {
        6: ("PWM", 0),
        8: ("PWM", 0),
    }


def test_a_channel_that_never_changes_does_not_disturb_the_others() -> None:
    always = dimmed(9, ((40.0, 1.0),))
    assert channels(*slots(FIVE), always) == {8: 1, 7: 2, 6: 3, 26: 4, 24: 5}


def test_a_channel_that_is_lit_only_beside_others_spoils_the_order() -> None:
    beside = dimmed(9, ((40.0, 0.0), (3500.0, 1.0), (3900.0, 0.0)))
    assert set(channels(*slots(FIVE), beside).values()) == {0}


def test_an_output_of_a_lamp_that_stays_high_may_be_its_supply() -> None:
    held = output(14, level=1)
    found = conclude(all_of(boot(held), control(held), product_test(*slots(FIVE))))
    (supply,) = (pin for pin in found.pins if pin.gpio == 14)
    assert supply.role == "AlwaysHigh"
    assert supply.confidence is Confidence.ONE_OF


def test_what_the_button_of_a_lamp_switches_may_be_its_supply() -> None:
    quiet, key = output(14, level=1), button(22)
    found = conclude(
        all_of(
            boot(quiet, key),
            control(quiet, key),
            press(22, output(14, ((440.0, 0),), level=1), key),
            product_test(*slots(FIVE)),
        )
    )
    (supply,) = (pin for pin in found.pins if pin.role == "Rel")
    assert supply.confidence is Confidence.ONE_OF
    assert "AlwaysHigh" in supply.alternatives


def _sm2135(order: tuple[int, ...]) -> tuple[tuple[float, str], ...]:
    """Messages that light these outputs one after the other, a second each."""
    said = []
    for second, number in enumerate(order):
        white = number >= 3
        levels = bytes(255 if n == number else 0 for n in range(5))
        message = bytes((0xC0, 0x28, 0x80 if white else 0)) + levels
        said.append((3020.0 + 1000 * second, message.hex()))
    said.append((3020.0 + 1000 * len(order), "c028800000000000"))
    return tuple(said)


def test_a_driver_is_known_by_its_messages_and_its_outputs_by_their_order() -> None:
    wires = (
        WireTrace(8, 26, _sm2135((2, 1, 0, 4, 3)), 5),
        WireTrace(26, 8, ((3020.0, "00ff"), (4020.0, "7f"), (5000.0, "c028")), 3),
    )
    found = conclude(all_of(product_test(wires=wires)))
    assert found.driver is not None
    assert (found.driver.family, found.driver.clock, found.driver.data) == ("SM2135", 8, 26)
    assert found.driver.outputs == (2, 1, 0, 4, 3)
    assert {pin.gpio: pin.role for pin in found.pins} == {8: "SM2135CLK", 26: "SM2135DAT"}


def test_other_messages_are_no_driver() -> None:
    wires = (WireTrace(15, 17, tuple((n, f"a0{n:02x}") for n in range(40)), 40),)
    found = conclude(all_of(product_test(wires=wires)))
    assert found.driver is None
    assert found.pins == ()
