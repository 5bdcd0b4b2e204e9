"""The chip that tests of firmware use: waits, pins, restarts, and what a failure says."""

from __future__ import annotations

import pytest

from bekenlab.errors import RefusedError
from bekenlab.samples import build_sample
from bekenlab.testing import VirtualChip, VirtualChips
from shared import dump

SAMPLE = build_sample()
OPENBEKEN = "openbk7231n-qio-1.18.300"
PINS = {"pins": {"10": "Btn;1", "26": "Rel;1"}}


@pytest.fixture
def plug() -> VirtualChip:
    return VirtualChip(SAMPLE)


def test_lines_are_waited_for_one_after_the_other(plug: VirtualChip) -> None:
    assert plug.wait_for(r"rl1_pin: is (\d+)").group(1) == "26"
    assert plug.wait_for(r"rl1_lv: is (\d)").group(1) == "1"
    with pytest.raises(AssertionError):
        plug.wait_for("rl1_pin", seconds=0.1)


def test_what_was_printed_already_counts(plug: VirtualChip) -> None:
    plug.run(0.5)
    seconds = plug.seconds
    plug.wait_for("app_init finished")
    assert plug.seconds - seconds <= 0.06


def test_no_match_is_cut_where_the_log_was_looked_at(
    plug: VirtualChip, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug.run(0.5)
    words = plug.log.split()
    monkeypatch.setattr("bekenlab.machine.engine.SLICE", 100)  # looked at in the middle of words
    chip = VirtualChip(SAMPLE)
    assert [chip.wait_for(r"\S+").group() for _ in words] == words


def test_a_wait_in_vain_fails_with_the_end_of_the_log(plug: VirtualChip) -> None:
    with pytest.raises(AssertionError) as raised:
        plug.wait_for("no such line", seconds=0.25)
    text = str(raised.value)
    assert "no 'no such line' in 0.25 s" in text
    assert text.splitlines()[-1].endswith("app_init finished")


def test_the_button_switches_the_relay(plug: VirtualChip) -> None:
    plug.wait_for("app_init finished")
    assert plug.level(26) == 0
    plug.press(10)
    at = plug.wait_for_level(26, 1, seconds=1)
    assert at == plug.seconds
    assert plug.wait_for_level(26, 1) == at, "no time passes for what is so already"
    assert plug.pin(10).level == 1, "let go"
    plug.wait_for("relay on")


def test_a_level_that_does_not_come_fails(plug: VirtualChip) -> None:
    plug.wait_for("app_init finished")
    with pytest.raises(AssertionError, match=r"P26 did not become 1 in 0\.1 s"):
        plug.wait_for_level(26, 1, seconds=0.1)


def test_a_restart_begins_anew_with_the_flash_as_it_is(plug: VirtualChip) -> None:
    plug.wait_for("app_init finished")
    first = plug.log
    plug.restart()
    assert (plug.log, plug.seconds) == ("", 0)
    plug.wait_for("app_init finished")
    assert (plug.log, plug.flash) == (first, SAMPLE)


def test_code_that_is_broken_fails_the_test() -> None:
    from bekenlab.image import cipher, framing
    from bekenlab.image.cipher import TUYA_KEY

    broken = bytearray(SAMPLE)
    words = (0xE7F000F0).to_bytes(4, "little") * 8  # undefined on every ARM
    for frame in range(0x20, 0x200, 0x20):
        address = 0x10000 + frame
        place = address // 32 * 34
        broken[place : place + 34] = framing.add(cipher.apply(words, address, TUYA_KEY))
    chip = VirtualChip(bytes(broken), chip="BK7231N")
    with pytest.raises(AssertionError, match="the firmware crashed"):
        chip.wait_for("app_init finished")


def test_a_fixture_closes_what_it_made() -> None:
    with VirtualChips() as chips:
        machine = chips(SAMPLE).machine
        assert len(machine.flash) == len(SAMPLE)
    assert len(machine.flash) < 2


def test_a_template_is_for_openbeken_only() -> None:
    with pytest.raises(RefusedError):
        VirtualChip(SAMPLE, template=PINS)


def test_openbeken_restarts_and_keeps_its_pins() -> None:
    chip = VirtualChip(dump(OPENBEKEN), template=PINS)
    chip.wait_for("Info:MAIN:Time 1,")
    chip.press(10)
    chip.wait_for_level(26, 1)
    with pytest.raises(AssertionError, match=r"no restart in 0\.1 s"):
        chip.wait_for_restart(seconds=0.1)
    chip.type("restart\r\n")
    chip.wait_for_restart()
    chip.wait_for("Correct config has been loaded")
    chip.wait_for("Info:MAIN:Time 1,")
    chip.type("restart\r\n")
    with pytest.raises(AssertionError, match="the watchdog reset the chip"):
        chip.run(5)
