"""All experiments with the sample: the same whatever the number of processes, and replayed."""

from __future__ import annotations

import json
from functools import cache

import pytest

from bekenlab.errors import UnsupportedError
from bekenlab.machine import FlashImage
from bekenlab.probing.experiments import Only
from bekenlab.probing.observations import Happening, Outcome
from bekenlab.probing.observations_json import observations_json, read_observations
from bekenlab.probing.probe import Probed, probe
from bekenlab.probing.rules.conclude import conclude
from live_chips import BUTTON, RELAY, WIFI_LED, sample, tiny
from machine_support import LOOP

WALL = 600.0


@cache
def probed() -> Probed:
    return probe(sample(), wall_seconds=WALL, workers=1)


def test_the_sample_shows_its_relay_its_button_and_its_led() -> None:
    pins = {pin.gpio: (pin.role, str(pin.polarity)) for pin in conclude(probed().observations).pins}
    assert pins == {
        WIFI_LED: ("WifiLED", "active_low"),
        BUTTON: ("Btn", "active_low"),
        RELAY: ("Rel", "active_high"),
    }


def test_two_runs_are_equal_whatever_the_number_of_processes() -> None:
    assert probe(sample(), wall_seconds=WALL, workers=3).observations == probed().observations


def test_observations_are_replayed_from_a_file() -> None:
    text = json.dumps(observations_json(probed().observations)).encode()
    assert read_observations(text) == probed().observations


@pytest.mark.parametrize(
    "text", [b"", b"[]", b'{"schema":2}', b'{"schema":1,"chip":"BK7231N","experiments":[{}]}']
)
def test_what_is_no_observations_is_refused(text: bytes) -> None:
    with pytest.raises(UnsupportedError):
        read_observations(text)


def test_only_inputs_leaves_the_product_test_out_and_only_lamp_the_presses() -> None:
    names = {
        only: {
            each.name
            for each in probe(
                sample(), only=only, wall_seconds=WALL, workers=1
            ).observations.experiments
        }
        for only in (Only.LAMP, Only.INPUTS)
    }
    assert names[Only.LAMP] == {"boot", "product-test", "local-control"}
    assert names[Only.INPUTS] == {"boot", "control", "press-short", "press-long"}


def test_a_press_is_what_was_done_and_seen() -> None:
    seen = probed().observations.named("press-short")[0]
    assert seen.gpio == BUTTON
    assert seen.outcome is Outcome.DONE
    pressed, released = seen.when(Happening.PRESSED), seen.when(Happening.RELEASED)
    assert pressed is not None
    assert released is not None
    relay, pin = seen.pin(RELAY), seen.pin(BUTTON)
    assert relay is not None
    assert pin is not None
    assert [level for _, level in pin.edges] == [0, 1]
    assert pressed <= relay.edges[0][0] <= released + 100


def test_without_real_time_nothing_is_concluded() -> None:
    seen = probe(sample(), wall_seconds=0.0, workers=1).observations
    assert {each.outcome for each in seen.experiments} == {Outcome.OUT_OF_TIME}
    assert conclude(seen).pins == ()


def test_firmware_that_crashes_ends_the_experiment() -> None:
    source = tiny(0xE3A00101, 0xE12FFF10)  # mov r0, #0x40000000; bx r0
    seen = probe(source, wall_seconds=WALL, workers=1).observations
    assert [each.outcome for each in seen.experiments] == [Outcome.STOPPED]


def test_firmware_that_sets_up_nothing_shows_nothing() -> None:
    found = conclude(probe(tiny(LOOP), wall_seconds=WALL, workers=1).observations)
    assert found.pins == ()
    assert not found.set_up


def test_the_file_of_the_dump_is_not_changed() -> None:
    source = sample()
    before = source.flash.physical
    assert "gw_wsm" in probed().edited
    assert source.flash == FlashImage(before, source.flash.logical)
