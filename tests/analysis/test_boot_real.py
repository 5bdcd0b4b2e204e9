"""Every real dump, booted without any switch and held against its storage.

Bounds are device seconds; real time only guards against a hang. ``bench/boot.py --dumps`` prints
the same as a table.
"""

from functools import cache

import pytest

from amounts import one_in
from boot_table import Row, chosen, measure, ran_on, stored_pins, switched_or_pressed
from machine_support import CHIPS
from shared import dump_names

pytestmark = pytest.mark.no_cover  # the virtual chip's own tests count, in a third of the time
NO_CODE = "bk7231t-tuyaconfig-pc44ha"
EVERY = [name for name in dump_names() if name != NO_CODE]
NAMES = one_in(6, EVERY)
#: Not Tuya's, and without a name of its own.
ANONYMOUS = {"bl2028n-dreo-dr-htf004s-fan-pai-053"}
#: The console of their SDK prints on UART2 in the factory's test only: see tests/machine/test_boot.
SILENT = {
    "bk7231n-tuya-temphum-lcd-sensor-tuyamcu-2025-26-9",
    "tuya-generic-motion-sensor-cbu-v1.0.6-kraslaw",
}
#: GPIOs that are on when the start is over: this device restores its relays (``total_stat:2``).
REMEMBERED = {"moes-wk-us2-tc-in-wall-outlet": {6, 7, 26}}
#: Pins that are neither in storage nor in a copy of it, so that there is nothing to compare.
NOT_STORED = {"bk7231q-tuya-moes-relay-wa2-1.1.3", "daybetter-flsl501115wifity-rgb-led-strip"}


@cache
def row(name: str) -> Row:
    return measure(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_dump_boots_and_agrees_with_its_storage(name: str) -> None:
    booted = row(name)
    assert booted.chip == CHIPS[name]
    assert ran_on(booted), booted.report.detail
    assert (booted.identity is None) == (name in ANONYMOUS)
    if booted.chip == "BK7231N" and name not in SILENT:
        assert booted.started
    if name in NOT_STORED:
        assert booted.report.pins.pins
        assert not booted.stored.pins
    else:
        assert booted.wrong == set()
        if booted.report.log.complete:
            assert booted.right == booted.all_stored
    assert {gpio for (gpio, *_), idles in booted.idle if not idles} == REMEMBERED.get(name, set())


def test_of_all_relays_leds_and_buttons_nearly_all_idle_as_their_polarity_says() -> None:
    everything = [pin for name in EVERY for pin in switched_or_pressed(stored_pins(chosen(name)))]
    odd = sum(map(len, REMEMBERED.values()))
    assert len(everything) >= 35
    assert odd / len(everything) <= 0.1
