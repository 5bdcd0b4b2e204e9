"""Relays, buttons and LEDs from records: a test for each rule."""

from __future__ import annotations

import pytest

from bekenlab.pins import Polarity
from bekenlab.probing.observations import Outcome, PinTrace
from bekenlab.probing.rules.conclude import conclude
from bekenlab.probing.rules.model import Confidence, PinConclusion
from probing.records import (
    all_of,
    blinking,
    boot,
    button,
    control,
    dimmed,
    output,
    press,
    product_test,
)

HIGH, LOW = Polarity.ACTIVE_HIGH, Polarity.ACTIVE_LOW
ON = ((440.0, 1),)


def found(*experiments: object) -> dict[int, PinConclusion]:
    pins = conclude(all_of(*experiments)).pins  # type: ignore[arg-type]
    return {pin.gpio: pin for pin in pins}


def words(pin: PinConclusion) -> tuple[str, int, Polarity | None]:
    return pin.role, pin.channel, pin.polarity


def test_an_output_that_changes_at_a_press_and_stays_is_a_relay() -> None:
    pins = found(
        boot(output(26), button(8)),
        control(output(26), button(8)),
        press(8, output(26, ON), button(8)),
    )
    assert words(pins[26]) == ("Rel", 1, HIGH)
    assert pins[26].confidence is Confidence.CERTAIN
    assert pins[26].evidence[0].experiment == "press-short P8"
    assert pins[26].evidence[0].saw == "P26 became high when it was released and stayed so"


def test_a_pulse_is_likely_a_relay() -> None:
    pulse = ((440.0, 1), (1340.0, 0))
    pins = found(
        boot(output(24), button(8)), control(output(24)), press(8, output(24, pulse), button(8))
    )
    assert words(pins[24]) == ("Rel", 1, HIGH)
    assert pins[24].confidence is Confidence.LIKELY


def test_the_input_that_was_pressed_is_the_button_of_its_relay() -> None:
    pins = found(
        boot(output(28), output(9), button(20, 0, "down"), button(16)),
        control(output(28), output(9)),
        press(20, output(28, ON), output(9), button(20, 0, "down")),
        press(16, output(28), output(9, ON), button(16)),
    )
    assert words(pins[20]) == ("Btn", 1, HIGH)
    assert words(pins[16]) == ("Btn", 2, LOW)
    assert pins[20].confidence is pins[16].confidence is Confidence.CERTAIN


def test_a_button_may_be_pressed_at_the_level_of_its_pull() -> None:
    pins = found(
        boot(output(7), button(24)),
        control(output(7)),
        press(24, output(7), button(24)),
        press(24, output(7, ON), button(24), name="press-inverse"),
    )
    assert words(pins[24]) == ("Btn", 1, HIGH)


def test_the_only_button_of_the_only_relay_may_be_the_one_for_all() -> None:
    pins = found(
        boot(output(26), button(8)), control(output(26)), press(8, output(26, ON), button(8))
    )
    assert pins[8].role == "Btn"
    assert pins[8].confidence is Confidence.LIKELY
    assert pins[8].alternatives == ("Btn_Tgl_All",)


def test_a_button_that_moves_several_is_the_one_for_all_and_writes_them_in_order() -> None:
    relays = [output(6), output(7), output(8)]
    pressed = [output(7, ((440.0, 1),)), output(6, ((440.01, 1),)), output(8, ((440.02, 1),))]
    pins = found(boot(*relays, button(23)), control(*relays), press(23, *pressed, button(23)))
    assert words(pins[23]) == ("Btn_Tgl_All", 0, LOW)
    assert {gpio: pins[gpio].channel for gpio in (6, 7, 8)} == {7: 1, 6: 2, 8: 3}


def test_without_such_a_press_channels_are_in_the_order_of_setting_up() -> None:
    pins = found(
        boot(output(9), output(28), button(16), button(20), set_up=(28, 9, 20, 16)),
        control(output(9), output(28)),
        press(16, output(9, ON), button(16)),
        press(20, output(28, ON), button(20)),
    )
    assert (pins[28].channel, pins[9].channel) == (1, 2)


def test_of_two_that_move_together_the_one_that_is_off_when_high_is_the_led() -> None:
    pins = found(
        boot(output(7), output(18, level=1), button(6)),
        control(output(7), output(18, level=1)),
        press(6, output(7, ON), output(18, ((440.0, 0),), level=1), button(6)),
    )
    assert words(pins[7]) == ("Rel", 1, HIGH)
    assert words(pins[18]) == ("LED", 1, LOW)
    assert pins[7].confidence is Confidence.LIKELY


def test_two_alike_are_not_told_apart() -> None:
    pins = found(
        boot(output(8), output(6), button(7), set_up=(6, 8, 7)),
        control(output(6), output(8)),
        press(7, output(6, ON), output(8, ON), button(7)),
    )
    assert (pins[6].role, pins[6].alternatives) == ("Rel", ("LED",))
    assert (pins[8].role, pins[8].alternatives) == ("LED", ("Rel",))
    assert pins[6].confidence is Confidence.ONE_OF


def test_a_relay_that_was_restored_is_off_as_before_the_product_test() -> None:
    restored = output(26, ((800.0, 1),))
    pins = found(
        boot(restored, button(11)),
        control(output(26, level=1)),
        press(11, output(26, ((440.0, 0),), level=1), button(11)),
        product_test(output(26, since=700.0)),
    )
    assert words(pins[26]) == ("Rel", 1, HIGH)


def test_what_blinks_by_itself_is_no_relay_but_shows_the_network() -> None:
    pins = found(
        boot(blinking(22, level=1), button(8)),
        control(blinking(22, level=1)),
        press(8, blinking(22, begin=250.0, count=4), button(8)),
    )
    assert words(pins[22]) == ("WifiLED", 0, LOW)
    assert pins[8].confidence is Confidence.ONE_OF


def test_a_light_that_flashes_is_off_most_of_the_time() -> None:
    flashes = tuple(
        edge for n in range(8) for edge in ((1000.0 * n + 500, 1), (1000.0 * n + 560, 0))
    )
    even = blinking(26, begin=2000.0, level=1)
    pins = found(boot(output(26, flashes)), control(even))
    assert words(pins[26]) == ("WifiLED", 0, HIGH)


def test_an_input_that_restarts_the_device_is_a_button() -> None:
    pins = found(
        boot(output(26), button(8)),
        control(output(26)),
        press(8, output(26), button(8)),
        press(
            8,
            output(26, ((5400.0, 1),)),
            button(8),
            name="press-long",
            outcome=Outcome.RESTARTED,
            restarted=5000.0,
        ),
    )
    assert words(pins[8]) == ("Btn", 1, LOW)
    assert pins[8].confidence is Confidence.LIKELY
    assert 26 not in pins


@pytest.mark.parametrize("another", [True, False])
def test_what_only_changes_a_rhythm_is_a_button_if_nothing_else_is(another: bool) -> None:
    """An input of a meter may change what blinks, too."""
    steady, busy = output(9, ((500.0, 1),)), blinking(9)
    presses = [press(22, busy, button(22))]
    if another:
        ended = Outcome.RESTARTED
        presses.append(
            press(7, steady, button(7), name="press-long", outcome=ended, restarted=5000.0)
        )
    pins = found(boot(steady, button(7), button(22)), control(steady), *presses)
    assert pins[22].role == "Btn"
    assert pins[22].confidence is (Confidence.ONE_OF if another else Confidence.LIKELY)


def test_an_input_without_a_reaction_may_be_many_things() -> None:
    pins = found(boot(output(26), button(8)), control(output(26)), press(8, output(26), button(8)))
    assert set(pins) == {8}
    assert words(pins[8]) == ("dInput", 0, None)
    assert pins[8].confidence is Confidence.ONE_OF
    assert "Btn" in pins[8].alternatives
    assert pins[8].evidence[0].saw == "P8 is an input pulled up; driving it moved nothing"


def test_the_sdks_own_input_is_left_out() -> None:
    own = button(21)
    assert found(boot(own, output(26)), control(output(26)), press(21, own, output(26))) == {}


def test_an_input_without_a_pull_that_changes_a_light_is_a_sensor() -> None:
    sensor = button(16, 0, None)
    pins = found(
        boot(blinking(26), sensor),
        control(blinking(26)),
        press(16, output(26), sensor),
    )
    assert words(pins[16]) == ("dInput", 0, HIGH)
    assert pins[16].alternatives == ("Btn",)


def test_short_moments_may_be_those_of_measuring_a_battery() -> None:
    moments = tuple(
        edge for n in range(8) for edge in ((1000.0 * n + 500, 1), (1000.0 * n + 560, 0))
    )
    pins = found(boot(output(17, moments)), control(output(17, moments)))
    assert "BAT_Relay" in pins[17].alternatives
    assert pins[17].confidence is Confidence.ONE_OF


def test_an_output_that_moves_in_the_product_test_only_may_be_a_relay() -> None:
    pins = found(
        boot(output(26), output(24)),
        control(output(26), output(24, ((3000.0, 1),))),
        product_test(output(26, ((3050.0, 1),)), output(24, ((3050.0, 1),))),
    )
    assert set(pins) == {26}
    assert words(pins[26]) == ("Rel", 1, HIGH)
    assert (pins[26].confidence, pins[26].alternatives) == (Confidence.ONE_OF, ("LED",))


def test_what_was_not_seen_for_want_of_time_is_no_evidence() -> None:
    pins = found(
        boot(output(26), button(8)),
        control(output(26)),
        press(8, output(26, ON), button(8), outcome=Outcome.OUT_OF_TIME),
    )
    assert pins == {}


def test_nothing_set_up_is_an_answer() -> None:
    own = button(21)
    assert not conclude(all_of(boot(own), control(own), press(21, own))).set_up
    assert conclude(all_of(boot(own, output(6)), control(own))).set_up


@pytest.mark.parametrize(
    ("first", "polarity"),
    [(500.0, Polarity.ACTIVE_HIGH), (1000.0, Polarity.ACTIVE_LOW), (3100.0, Polarity.ACTIVE_HIGH)],
)
def test_blinking_begins_with_on_seen_or_not(first: float, polarity: Polarity) -> None:
    """After two intervals at rest, the first half of the blinking was the level of the rest."""
    slow = tuple((first + 500.0 * n, (n + 1) % 2) for n in range(8))
    fast = tuple((slow[-1][0] + 260.0 * n, (n + 1) % 2) for n in range(1, 10))
    pins = found(boot(output(8, slow + fast)), control(output(8)))
    assert (pins[8].role, pins[8].polarity) == ("WifiLED", polarity)


def test_a_button_that_only_dims_a_lamp_is_found() -> None:
    def lamp(*shares: tuple[float, float]) -> tuple[PinTrace, ...]:
        return tuple(dimmed(gpio, ((40.0, 0.0), *shares)) for gpio in (24, 26))

    pins = found(
        boot(*lamp(), button(10)),
        control(*lamp(), button(10)),
        press(10, *lamp((300.0, 1.0)), button(10)),
    )
    assert (pins[10].role, pins[10].polarity) == ("Btn", Polarity.ACTIVE_LOW)
    assert pins[10].evidence[0].saw.startswith("P24, P26 moved")


@pytest.mark.parametrize(
    ("shares", "polarity"),
    [
        ((0.0, 0.0), Polarity.ACTIVE_HIGH),
        ((1.0, 1.0), Polarity.ACTIVE_LOW),
        ((0.0, 1.0), None),  # one of them may be on
        ((0.0,), None),
    ],
)
def test_channels_that_all_stay_at_one_end_are_off(
    shares: tuple[float, ...], polarity: Polarity | None
) -> None:
    lamp = [dimmed(gpio, ((40.0, share),)) for gpio, share in zip((24, 26), shares, strict=False)]
    pins = found(boot(*lamp), control(*lamp))
    assert {pin.role for pin in pins.values()} == {"PWM"}
    assert {pin.polarity for pin in pins.values()} == {polarity}
