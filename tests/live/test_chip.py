"""The live chip: what is done to it has its effect, at the same tick each time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import InputFile
from bekenlab.errors import NotADumpError, RefusedError, UnsupportedError
from bekenlab.live.chip import SHORTEST_PRESS, LiveChip, replay
from bekenlab.live.commands import Drive, Press, Release, ReportPoint, Reset, TypeText
from bekenlab.live.model import StopCause
from bekenlab.live.source import live_source, with_controller_of
from bekenlab.live.uart1 import point_of
from bekenlab.mcu.frames import DataPoint, Frame
from bekenlab.mcu.schema import SchemaPoint
from bekenlab.samples import build_sample
from live_chips import BUTTON, RELAY, WIFI_LED, openbeken, part, run, run_until, said, sample, tiny
from machine_support import LOOP, prints
from shared import dump

CRASH = 0xE7F000F0  # udf #0
# Set the watchdog to 16 ms and wait: r1 = its register; 005A0010, then 00A50010 is written there.
BITE = (
    0xE59F101C,  # ldr r1, [pc, #28]
    0xE59F001C,  # ldr r0, [pc, #28]
    0xE5810000,  # str r0, [r1]
    0xE59F0018,  # ldr r0, [pc, #24]
    0xE5810000,  # str r0, [r1]
    LOOP,
    0,
    0,
    0,
    0x00802900,
    0x005A0010,
    0x00A50010,
)


def test_the_relay_follows_the_button_and_the_led_blinks() -> None:
    chip = LiveChip(sample())
    run(chip, 0.3)
    assert not part(chip, "P26").on
    chip.do(Press(BUTTON))
    assert part(chip, "P10").on
    run(chip, 0.2)
    chip.do(Release(BUTTON))
    run(chip, 0.2)
    assert part(chip, "P26").on
    assert not part(chip, "P10").on
    assert "relay on" in said(chip)
    led = [level for _, gpio, level in chip.edges.since(0)[0] if gpio == WIFI_LED]
    assert led == [1, 0, 1, 0]
    assert {part.kind for part in chip.parts(chip.gpio())} == {"relay", "led", "button", "meter"}


def test_a_click_is_held_long_enough_to_be_noticed() -> None:
    chip = LiveChip(sample())
    run(chip, 0.3)
    chip.do(Press(BUTTON))
    chip.do(Release(BUTTON))
    run(chip, 0.5)
    edges = [(tick, level) for tick, gpio, level in chip.edges.since(0)[0] if gpio == BUTTON]
    (down, _), (up, _) = edges[-2:]
    assert (up - down) / chip.ticks(1.0) == pytest.approx(SHORTEST_PRESS, abs=0.01)
    assert part(chip, "P26").on


def test_a_button_of_an_unknown_device_goes_against_its_pull() -> None:
    chip = LiveChip(tiny(LOOP))
    chip.do(Press(5))
    assert chip.gpio()[5].level == 0
    chip.do(Drive(6, 1))
    chip.do(Release(5))
    run(chip, 0.2)
    assert (chip.gpio()[6].level, chip.edges.since(0)[0][0][1:]) == (1, (6, 1))


def test_the_same_commands_give_the_same_run() -> None:
    chip = LiveChip(sample())
    for seconds, command in (
        (0.31, Press(BUTTON)),
        (0.02, Release(BUTTON)),
        (0.4, Drive(5, 1)),
        (0.2, TypeText("help\r\n")),
        (0.1, Reset()),
        (0.5, Press(BUTTON)),
        (0.3, Release(BUTTON)),
    ):
        run(chip, seconds)
        chip.do(command)
    again = replay(sample(), chip.done)
    run(chip, 1.0)
    run(again, 1.0)
    assert again.edges.since(0) == chip.edges.since(0)
    assert said(again) == said(chip)
    assert (again.tick, again.power_ups, again.done) == (chip.tick, 2, chip.done)
    assert any(gpio == RELAY for _, gpio, _ in again.edges.since(0)[0])


def test_a_crash_stops_the_chip_and_a_reset_starts_it_again() -> None:
    chip = LiveChip(tiny(*prints(b"hello", CRASH)))
    run(chip, 1.0)
    assert chip.stop is not None
    assert chip.stop.cause is StopCause.CRASH
    assert "at 0x1002c" in chip.stop.detail
    assert said(chip) == "hello"
    assert said(chip, "bench").startswith("crash: ")
    before = chip.tick
    run(chip, 1.0)
    assert chip.tick == before, "a stopped chip has no time"
    chip.do(Reset())
    assert (chip.power_ups, chip.tick) == (2, 0)
    run(chip, 1.0)
    assert said(chip) == "hellohello"


def test_a_watchdog_restarts_the_chip_until_that_leads_nowhere() -> None:
    chip = LiveChip(tiny(*BITE))
    run(chip, 0.1)
    assert (chip.stop, chip.power_ups) == (None, 2)
    for _ in range(10):
        run(chip, 0.1)
    assert chip.stop is not None
    assert (chip.stop.cause, chip.power_ups) == (StopCause.WATCHDOG, 4)
    assert said(chip, "bench").count("watchdog-reset") == 3


def test_what_firmware_wrote_to_flash_stays_until_it_is_erased() -> None:
    chip = LiveChip(sample())
    chip._machine.board.flash.content[0x1E0000] = 0x12
    chip.do(Reset())
    assert chip._machine.flash[0x1E0000] == 0x12
    chip.do(Reset(erase=True))
    assert chip._machine.flash == build_sample()


def test_a_pin_held_from_outside_stays_so_over_a_reset() -> None:
    chip = LiveChip(sample())
    chip.do(Press(BUTTON))
    chip.do(Reset())
    run(chip, 0.3)
    assert part(chip, "P26").on


def test_text_and_frames_on_uart1_are_told_apart() -> None:
    chip = LiveChip(sample())
    heartbeat = Frame(0, 0, b"").encode()
    answers = [chip._uart1.receive(data) for data in (b"hi ", heartbeat[:4], heartbeat[4:])]
    chip._uart1.receive(Frame(0, 6, DataPoint(1, 1, b"\1").encode()).encode())
    chip.do(ReportPoint(point_of(4, "value", -5)))
    run(chip, 0.1)
    assert [bool(answer) for answer in answers] == [False, False, True]
    assert said(chip, "uart1") == "hi "
    lines = said(chip, "mcu").splitlines()
    assert lines[0].startswith("-> 00 heartbeat")
    assert lines[-1] == "<- 07 report data point  04 02 00 04 ff ff ff fb"
    assert [(p.number, p.kind, p.value, p.by) for p in chip.points()] == [
        (1, "bool", 1, "module"),
        (4, "value", -5, "mcu"),
    ]


@pytest.mark.parametrize(
    ("number", "kind", "value"),
    [
        (0, "bool", 1),
        (256, "bool", 1),
        (1, "bool", 2),
        (1, "enum", 256),
        (1, "value", "x"),
        (1, "raw", "zz"),
        (1, "tune", 1),
    ],
)
def test_a_data_point_that_makes_no_sense_is_refused(
    number: int, kind: str, value: int | str
) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - a person's typing error, shown by the frontend
        point_of(number, kind, value)


def test_data_points_are_what_was_typed() -> None:
    assert point_of(9, "string", "on").data == b"on"
    assert point_of(9, "raw", "0a0B").data == b"\x0a\x0b"
    assert point_of(9, "enum", "3").data == b"\3"


def test_a_second_processor_hears_the_report() -> None:
    name = "bk7231n-tuya-10gang-wallswitch-tuyamcu-3.1.28"
    chip = LiveChip(live_source(InputFile(name, Path(name), dump(name))))
    assert run_until(chip, lambda chip: "02 working mode" in said(chip, "mcu"), 8)
    run(chip, 2)
    known = {point.number: point for point in chip.points()}
    assert known.keys() == {1, 2, 3, 4, 5, 6, 14, 15, 102, 103, 104, 105}
    assert known[14].known is not None
    assert (known[14].known.code, known[14].shown, known[14].by) == ("relay_status", "off", "mcu")
    chip.do(ReportPoint(point_of(1, "bool", 1)))
    run(chip, 1)
    assert (chip.points()[0].number, chip.points()[0].value) == (1, 1)
    assert "-> 00 heartbeat" in said(chip, "mcu")


def test_a_battery_devices_controller_speaks_its_protocol() -> None:
    chip = LiveChip(
        replace(sample(), points=(SchemaPoint(3, "enum", words=("low",)),), battery=True)
    )
    chip._uart1.receive(Frame(0, 2, b"\4").encode())
    chip.do(ReportPoint(point_of(3, "enum", 0)))
    run(chip, 0.1)
    assert said(chip, "mcu").splitlines() == [
        "-> 02 network state  04",
        "<- 02 network state",
        "<- 05 report data point  03 04 00 01 00",
        "<- 10 cached data points  01 03",
        "<- 05 report data point  03 04 00 01 00",
    ]
    chip._uart1.receive(Frame(0, 0x10, bytes.fromhex("0101 03040001 07")).encode())
    assert [(p.number, p.value, p.by) for p in chip.points()] == [(3, 7, "module")]


def test_openbeken_with_a_devices_set_up_has_its_controller() -> None:
    name = "bk7231n-tuya-10gang-wallswitch-tuyamcu-3.1.28"
    source = openbeken("BK7231N", {})
    assert not source.points
    device = analyze(InputFile(name, Path(name), dump(name)), boot=BootMode.NEVER)
    given = with_controller_of(source, device)
    assert (len(given.points), given.product) == (12, "ni2ztksbndubd9rf")
    device_without = InputFile("sample.bin", Path("sample.bin"), build_sample())
    assert with_controller_of(source, analyze(device_without, boot=BootMode.NEVER)) is source


def test_pins_that_only_the_log_tells_are_fitted_while_it_runs() -> None:
    name = "bk7231q-tuya-moes-relay-wa2-1.1.3"
    source = live_source(InputFile(name, Path(name), dump(name)))
    assert source.fitting.source == "nothing"
    chip = LiveChip(source)
    assert run_until(chip, lambda chip: bool(chip.fitting.pins), 8)
    assert chip.fitting.source == "boot_log"
    assert (part(chip, "P18").kind, part(chip, "P6").kind) == ("relay", "button")


def test_a_tuya_bulb_fades_its_light_in_through_its_driver_chip() -> None:
    name = "globe-electric-37783-rgbct-bulb-v2.0.0"
    chip = LiveChip(live_source(InputFile(name, Path(name), dump(name))))
    levels = []
    for _ in range(20):
        run(chip, 0.05)
        lamp = part(chip, "lamp")
        levels.append(lamp.brightness or 0.0)
    assert (lamp.driver, lamp.kelvin) == ("SM2135", 6500)
    assert levels[0] < levels[5] < levels[10] < levels[-1] == 1.0


def test_what_cannot_run_is_refused() -> None:
    empty = InputFile("text", Path("text"), b"nothing here" * 500)
    with pytest.raises(NotADumpError):
        live_source(empty)
    plug = InputFile("plug", Path("plug"), build_sample())
    with pytest.raises(RefusedError, match="OpenBeken"):
        live_source(plug, template={"pins": {}})
    with pytest.raises(UnsupportedError):
        live_source(plug, chip="BK9999")


def test_a_reset_gives_the_memory_of_the_old_machine_back() -> None:
    chip = LiveChip(sample())
    first = chip._machine
    chip.do(Reset())
    second = chip._machine
    chip.close()
    for closed in (first, second):
        assert len(closed.flash) + len(closed.image.physical) < 2
        with pytest.raises(Exception, match="UC_ERR_READ_UNMAPPED"):
            closed.cpu.peek(closed.cpu.memories[-1].base, 4)
