"""The machine as its users see it, with tiny firmwares."""

import itertools
from dataclasses import replace

import pytest

from bekenlab.errors import UnsupportedError
from bekenlab.machine import FlashImage, Machine, PinEdge, StopReason, Until, snapshot
from bekenlab.machine.chips import load_profile, profile_names
from bekenlab.machine.console_input import ConsoleInput
from bekenlab.machine.errors import SnapshotError
from machine_support import LOOP, firmware, prints

#: Sets the tick timer, lets interrupts in and waits; the interrupt handler acknowledges, prints a
#: new line and returns. Offsets are from the application's start.
TICKER = (
    0xEA00000E,  # 00 b 0x40
    *([LOOP] * 5),  # 04..14 other vectors
    0xE59FF018,  # 18 irq: ldr pc, [0x38]
    *([0] * 7),
    0x00010078,  # 38
    0,
    0xE59F1058,  # 40 ldr r1, [0xa0]
    0xE3A00040,  # 44 mov r0, #64
    0xE5810040,  # 48 str r0, [r1, #0x40]
    0xE3A00001,  # 4c mov r0, #1
    0xE581004C,  # 50 str r0, [r1, #0x4c]
    0xE59F1048,  # 54 ldr r1, [0xa4]
    0xE3A00C01,  # 58 mov r0, #0x100
    0xE5810040,  # 5c str r0, [r1, #0x40]
    0xE3A00001,  # 60 mov r0, #1
    0xE5810044,  # 64 str r0, [r1, #0x44]
    0xE321F01F,  # 68 msr cpsr_c, #0x1f
    LOOP,  # 6c
    0,
    0,
    0xE59F1020,  # 78 ldr r1, [0xa0]
    0xE3A00081,  # 7c mov r0, #0x81
    0xE581004C,  # 80 str r0, [r1, #0x4c]
    0xE59F101C,  # 84 ldr r1, [0xa8]
    0xE3A0000A,  # 88 mov r0, #'\n'
    0xE581000C,  # 8c str r0, [r1, #0xc]
    0xE25EF004,  # 90 subs pc, lr, #4
    0,
    0,
    0,
    0x00802A00,  # a0
    0x00802000,  # a4
    0x00802200,  # a8
)


def ticker() -> FlashImage:
    return firmware(*TICKER)


def boot(image: FlashImage, chip: str = "BK7231N") -> Machine:
    return Machine.from_image(image, chip=chip)


def test_prints_and_stops_at_the_match() -> None:
    machine = boot(firmware(*prints(b"hello\n", LOOP)))
    outcome = machine.run(Until(match=r"hel+o", device_seconds=1))
    assert outcome.reason is StopReason.MATCH
    assert outcome.detail == "hello"
    assert machine.log == "hello\n"


def test_a_condition_of_the_caller_is_asked_when_a_line_was_printed() -> None:
    machine = boot(firmware(*prints(b"a\nb\n", LOOP)))
    outcome = machine.run(Until(condition=lambda: machine.log == "a\nb\n", device_seconds=1))
    assert outcome.reason is StopReason.CONDITION
    machine = boot(firmware(*prints(b"no line", LOOP)))
    outcome = machine.run(Until(condition=lambda: True, device_seconds=0.1))
    assert outcome.reason is StopReason.DEVICE_TIME


def test_every_limit_ends_a_run() -> None:
    image = firmware(LOOP)
    assert boot(image).run(Until(device_seconds=0.1)).reason is StopReason.DEVICE_TIME
    assert boot(image).run(Until(quiet_seconds=0.1)).reason is StopReason.QUIET
    ticks = itertools.count()
    machine = Machine.from_image(image, chip="BK7231N", monotonic=lambda: float(next(ticks)))
    assert machine.run(Until(wall_seconds=5)).reason is StopReason.WALL


def test_a_budget_is_exact_where_no_time_is_skipped() -> None:
    count = firmware(0xE2800001, 0xEAFFFFFD)  # add r0, r0, #1; b to it
    outcome = boot(count).run(Until(instructions=12_345))
    assert (outcome.reason, outcome.instructions) == (StopReason.BUDGET, 12_345)


def test_step_counts() -> None:
    machine = boot(firmware(0xE2800001, 0xEAFFFFFD))
    machine.step(10)
    assert machine.instructions == 10
    assert machine.cpu.general()[0] == 5


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((0xE7F000F0,), "instruction|undefined|UNDEFINED|exception"),
        ((0xE3A0F4FF,), "fetch"),  # mov pc, #0xff000000
        ((0xE3A014FF, 0xE5810000), "write"),  # str r0, [0xff000000]
    ],
)
def test_a_crash_says_where_and_keeps_the_log(words: tuple[int, ...], said: str) -> None:
    machine = boot(firmware(*prints(b"on my way\n", *words, LOOP)))
    outcome = machine.run(Until(device_seconds=1))
    assert outcome.reason is StopReason.FAULT
    assert any(word in outcome.detail for word in said.split("|")), outcome.detail
    assert " at 0x" in outcome.detail
    assert machine.log == "on my way\n"


def test_reading_unmapped_memory_gives_zero_and_is_recorded() -> None:
    machine = boot(firmware(0xE3A014FF, 0xE5912000, LOOP))  # ldr r2, [0xff000000]
    machine.step(2)
    assert machine.cpu.general()[2] == 0
    assert machine.cpu.open_bus == [0xFF000000]


def test_stores_to_flash_leave_no_trace() -> None:
    machine = boot(firmware(0xE3A01801, 0xE5810000, LOOP))  # mov r1, #0x10000; str r0, [r1]
    before = machine.cpu.peek(0x10000, 16)
    assert machine.run(Until(device_seconds=0.01)).reason is StopReason.DEVICE_TIME
    assert machine.cpu.peek(0x10000, 16) == before
    assert machine.cpu.ignored_writes == 1


def test_interrupts_tick_in_virtual_time_and_idle_time_is_skipped() -> None:
    machine = boot(ticker())
    outcome = machine.run(Until(device_seconds=1))
    assert outcome.reason is StopReason.DEVICE_TIME
    assert len(machine.uart2.sent) in {499, 500}
    assert outcome.instructions < 1_000_000, "sixty million without skipping"


def test_two_runs_are_equal_to_the_byte() -> None:
    def run() -> tuple[bytes, int, int]:
        machine = boot(ticker())
        machine.run(Until(device_seconds=0.5))
        return snapshot.save(machine), machine.instructions, machine.clock.now

    assert run() == run()


def test_a_snapshot_continues_where_it_was_taken() -> None:
    first = boot(ticker())
    first.run(Until(device_seconds=0.3))
    saved = snapshot.save(first)
    second = boot(ticker())
    snapshot.restore(second, saved)
    assert snapshot.save(second) == saved
    first.run(Until(device_seconds=0.3))
    second.run(Until(device_seconds=0.3))
    assert snapshot.save(second) == snapshot.save(first)
    assert len(second.uart2.sent) > 250


def test_what_a_snapshot_goes_on_with_is_told_as_if_nothing_had_been_between() -> None:
    """Counts and times go on; a budget of instructions ends at the same one."""
    first = boot(ticker())
    first.run(Until(device_seconds=0.3))
    second = boot(ticker())
    snapshot.restore(second, snapshot.save(first))
    assert second.instructions == first.instructions > 10_000
    assert second.clock.now == first.clock.now
    assert (second.log, second.uart2.sent) == (first.log, first.uart2.sent)
    assert second.cpu.general() == first.cpu.general()
    for until in (Until(instructions=12_345), Until(device_seconds=0.2)):
        one, other = first.run(until), second.run(until)
        assert replace(one, wall_seconds=0) == replace(other, wall_seconds=0)


def test_a_restored_machine_takes_interrupts_at_the_same_instructions() -> None:
    """Also where they have to wait, for how long is chosen by counters that are saved too."""
    masked = (
        0xE321F09F,  # ac msr cpsr_c, #0x9f: interrupts off
        0xE3A02A01,  # b0 mov r2, #0x1000
        0xE2522001,  # b4 subs r2, r2, #1
        0x1AFFFFFD,  # b8 bne b4
        0xE321F01F,  # bc msr cpsr_c, #0x1f: on
        0xE2844001,  # c0 add r4, r4, #1
        0xEAFFFFF8,  # c4 b ac
    )
    image = firmware(*TICKER[:26], 0xEA00000F, *TICKER[27:], *masked)
    first = boot(image)
    for count in (100_003, 300_029):
        first.run(Until(instructions=count))
        second = boot(image)
        snapshot.restore(second, snapshot.save(first))
        for machine in (first, second):
            machine.run(Until(instructions=700_000))
        assert (second.log, second.uart2.sent) == (first.log, first.uart2.sent)
        assert second.cpu.general() == first.cpu.general()
        assert snapshot.save(second) == snapshot.save(first)
    assert len(first.uart2.sent) >= 2, "interrupts were taken at all"


def test_a_restored_machine_knows_since_when_its_code_is_alone() -> None:
    # Counts for more than a second with interrupts off, prints, and then only loops.
    count = (0xE3A02628, 0xE2522001, 0x1AFFFFFD)  # mov r2, #0x2800000; subs r2, r2, #1; bne
    machine = boot(firmware(*count, *prints(b"up\n", LOOP)))
    assert machine.run(Until(match="up", device_seconds=3)).device_seconds > 1.1
    twin = boot(firmware(*count, *prints(b"up\n", LOOP)))
    snapshot.restore(twin, snapshot.save(machine))
    assert not twin.run(Until(device_seconds=0.5)).hangs
    assert twin.run(Until(device_seconds=0.7)).hangs


def test_a_restored_machine_forgets_what_it_did_before() -> None:
    early, late = boot(ticker()), boot(ticker())
    early.run(Until(device_seconds=0.1))
    late.run(Until(device_seconds=0.6))
    saved = snapshot.save(early)
    snapshot.restore(late, saved)
    assert late.instructions == early.instructions
    assert snapshot.save(late) == saved


def test_a_snapshot_that_does_not_fit_is_refused() -> None:
    machine = boot(ticker())
    saved = snapshot.save(machine)
    for damaged in (b"", b"nonsense", saved[:-20], saved[:40] + b"\0" + saved[41:]):
        with pytest.raises(SnapshotError):
            snapshot.restore(boot(ticker()), damaged)
    with pytest.raises(SnapshotError, match="another chip"):
        snapshot.restore(boot(ticker(), chip="BK7231T"), saved)


def test_console_input_is_typed_even_if_the_log_never_pauses() -> None:
    machine = boot(ticker())
    ConsoleInput(machine, b"hello")
    machine.run(Until(device_seconds=4.9))
    assert not machine.uart1.received
    machine.run(Until(device_seconds=0.2))
    assert machine.uart1.received == b"hello"


def test_a_loop_with_interrupts_off_is_reported_after_a_second() -> None:
    machine = boot(firmware(*prints(b"up\n", LOOP)))
    assert not machine.run(Until(device_seconds=0.5)).hangs
    outcome = machine.run(Until(device_seconds=0.7))
    assert outcome.hangs
    assert (outcome.reason, outcome.detail) == (
        StopReason.DEVICE_TIME,
        "in a loop with interrupts off",
    )
    twin = boot(firmware(*prints(b"up\n", LOOP)))
    snapshot.restore(twin, snapshot.save(machine))
    assert twin.run(Until(device_seconds=0.01)).hangs
    assert not boot(ticker()).run(Until(device_seconds=3)).hangs


def test_a_polled_register_is_reported_by_name() -> None:
    poll = (0xE59F1004, 0xE5910000, 0xEAFFFFFD, 0x00802C00)  # ldr r0, [saradc]; again
    outcome = boot(firmware(*poll)).run(Until(device_seconds=2))
    assert outcome.detail == "polling saradc.CONFIG"


def test_the_watchdog_ends_a_run() -> None:
    image = firmware(
        0xE59F1018,  # ldr r1, =0x802900
        0xE59F0018,  # ldr r0, =0x5a000a
        0xE5810000,
        0xE59F0014,  # ldr r0, =0xa5000a
        0xE5810000,
        LOOP,
        0,
        0,
        0x00802900,
        0x005A000A,
        0x00A5000A,
    )
    outcome = boot(image).run(Until(device_seconds=1))
    assert outcome.reason is StopReason.WATCHDOG
    assert outcome.device_seconds == pytest.approx(0.01, rel=0.15)


SLEEPER = firmware(
    *prints(
        b"up\n",
        0xE59F1014,  # 00 ldr r1, =0x800000
        0xE59F0014,  # 04 ldr r0, =0x10000
        0xE5810120,  # 08 str r0, [r1, #0x120]   P16 may wake
        0xE59F0010,  # 0c ldr r0, =0xadc1
        0xE5810104,  # 10 str r0, [r1, #0x104]   sleep
        LOOP,
        0,
        0x00800000,
        0x00010000,
        0x0000ADC1,
    )
)


def test_deep_sleep_ends_with_a_reset_when_the_pin_changes() -> None:
    machine = boot(SLEEPER)
    outcome = machine.run(Until(device_seconds=3600))
    assert outcome.reason is StopReason.DEVICE_TIME
    assert machine.asleep
    assert machine.log == "up\n"
    machine.cpu.poke(0x400000, b"lost")
    saved = snapshot.save(machine)
    machine.step(5)
    assert snapshot.save(machine) == saved, "it executes nothing"
    twin = boot(SLEEPER)
    snapshot.restore(twin, saved)
    for chip in (machine, twin):
        chip.drive(16, 1)
        assert not chip.asleep
        assert chip.run(Until(match="up", device_seconds=1)).reason is StopReason.MATCH
        assert chip.cpu.peek(0x400000, 4) == bytes(4)
    assert snapshot.save(machine) == snapshot.save(twin)


def test_a_run_without_a_time_limit_ends_when_the_chip_sleeps_for_good() -> None:
    outcome = boot(SLEEPER).run(Until(instructions=1_000_000))
    assert outcome.reason is StopReason.QUIET
    assert "deep sleep" in outcome.detail


def test_pins_can_be_read_and_driven() -> None:
    image = firmware(
        0xE59F1014,  # 00 ldr r1, =0x802800
        0xE3A0003C,  # 04 mov r0, #0x3c
        0xE5810020,  # 08 str r0, [r1, #0x20]   P8 input with pull-up
        0xE5910020,  # 0c ldr r0, [r1, #0x20]
        0xE1A00080,  # 10 mov r0, r0, lsl #1
        0xE2000002,  # 14 and r0, r0, #2
        0xE5810018,  # 18 str r0, [r1, #0x18]   P6 follows
        0xEAFFFFFA,  # 1c b 0x0c
        0,
    )
    words = [
        int.from_bytes(image.logical[at : at + 4], "little") for at in range(0x10000, 0x10024, 4)
    ]
    words[0], words[8] = 0xE59F1018, 0x00802800
    machine = boot(firmware(*words))
    machine.run(Until(pin=PinEdge(6, 1), device_seconds=0.1))
    assert machine.pins()[6].level == 1
    machine.drive(8, 0)
    outcome = machine.run(Until(pin=PinEdge(6, 0), device_seconds=0.1))
    assert (outcome.reason, outcome.detail) == (StopReason.MATCH, "P6 became 0")
    assert machine.pins()[8].pull == "up"


def test_every_listener_hears_every_change_of_a_pin() -> None:
    machine = boot(
        firmware(
            0xE59F1014,  # 00 ldr r1, =0x802800
            0xE3A00000,  # 04 mov r0, #0
            0xE5810018,  # 08 str r0, [r1, #0x18]   P6 low
            0xE3A00002,  # 0c mov r0, #2
            0xE5810018,  # 10 str r0, [r1, #0x18]   P6 high
            0xEAFFFFFA,  # 14 b 0x04
            0,
            0x00802800,
        )
    )
    heard: list[tuple[int, int]] = []
    times: list[float] = []
    let_go = machine.listen_pins(lambda *change: heard.append(change))
    machine.listen_pins(lambda *_: times.append(machine.clock.seconds))
    assert machine.run(Until(pin=PinEdge(6, 1), device_seconds=0.1)).reason is StopReason.MATCH
    assert heard[:4] == [(6, 1), (6, 0), (6, 1), (6, 0)]
    assert times == sorted(set(times))
    let_go()
    count = len(heard)
    machine.run(Until(instructions=100))
    assert (len(heard), len(times) > count) == (count, True)
    assert machine.pins()[6].changes == len(times)


def test_code_can_be_replaced() -> None:
    machine = boot(firmware(LOOP))
    machine.run(Until(device_seconds=0.01))
    machine.reload_code(firmware(*prints(b"new\n", LOOP)).logical)
    assert machine.run(Until(match="new", device_seconds=0.1)).reason is StopReason.MATCH


def test_chips_are_known_by_name_only() -> None:
    assert {"BK7231N", "BK7231T", "BK7231U", "BK7231M", "BK7231Q", "BL2028N"} <= set(
        profile_names()
    )
    assert {"BK7238", "BK7252", "BK7252N"} <= set(profile_names())
    assert load_profile("bk7231t").presets == {0x400000: 1}
    with pytest.raises(UnsupportedError):
        boot(firmware(LOOP), chip="ESP8266")


def test_images_of_impossible_size_are_refused() -> None:
    with pytest.raises(UnsupportedError):
        boot(FlashImage(b"", b""))
    with pytest.raises(UnsupportedError):
        boot(FlashImage(bytes(17 << 20), b""))


@pytest.mark.parametrize("logical", [b"", b"\xff" * 0x11000, bytes(range(256)) * 0x110])
def test_invalid_code_ends_a_run_with_a_reason(logical: bytes) -> None:
    machine = boot(FlashImage(b"\xff" * 0x1000, logical))
    outcome = machine.run(Until(instructions=100_000, device_seconds=1, wall_seconds=5))
    assert outcome.reason in {StopReason.FAULT, StopReason.BUDGET, StopReason.DEVICE_TIME}
