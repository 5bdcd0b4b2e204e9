"""Each peripheral, driven through the bus as firmware drives it."""

import pytest

from bekenlab.machine.board import build_board
from bekenlab.machine.chips import load_profile
from bekenlab.machine.clock import Clock
from bekenlab.machine.devices.base import PwmState
from bekenlab.machine.devices.gpio import PinState
from bekenlab.machine.devices.uart_paced import PacedUart
from bekenlab.machine.errors import DeviceModelError
from machine_support import BareBoard, bare_board

ICU, UART1, UART2, GPIO = 0x802000, 0x802100, 0x802200, 0x802800
WATCHDOG, TIMERS, PWM, SARADC, FLASH = 0x802900, 0x802A00, 0x802B00, 0x802C00, 0x803000
SCTRL = 0x800000
GDMA, CRYPTO, RADIO, MAC = 0x809000, 0x810000, 0x900000, 0xC0000000
OLD_PWM = 0x802A80


def test_interrupt_needs_line_enable_and_global_enable() -> None:
    b = bare_board()
    b.board.icu.set_line(8, level=True)
    assert not b.board.icu.irq
    assert (b.read(ICU + 0x48), b.read(ICU + 0x4C)) == (1 << 8, 0), "raw, and let through"
    b.write(ICU + 0x40, 1 << 8)
    assert not b.board.icu.irq
    b.write(ICU + 0x44, 3)
    assert b.board.icu.irq
    assert not b.board.icu.fiq
    assert b.read(ICU + 0x4C) == 1 << 8
    b.write(ICU + 0x4C, 1 << 8)
    assert b.board.icu.irq, "the device still asserts its line"
    b.board.icu.set_line(8, level=False)
    assert not b.board.icu.irq


def test_fast_interrupts_are_the_upper_lines() -> None:
    b = bare_board()
    b.write(ICU + 0x40, 0xFFFFFFFF)
    b.write(ICU + 0x44, 3)
    b.board.icu.set_line(22, level=True)
    assert b.board.icu.fiq
    assert not b.board.icu.irq


def test_uart_sends_at_once_and_is_always_ready() -> None:
    b = bare_board()
    sent = bytearray()
    b.board.uart2.on_send = sent.append
    assert b.read(UART2 + 8) & (1 << 17 | 1 << 20) == 1 << 17 | 1 << 20
    for byte in b"ok":
        b.write(UART2 + 0xC, byte)
    assert sent == b"ok"


def test_uart_receives_at_the_baud_rate_and_interrupts() -> None:
    b = bare_board()
    b.write(ICU + 0x40, 1)
    b.write(ICU + 0x44, 1)
    b.write(UART1, (26_000_000 // 9600 - 1) << 8 | 3)
    b.write(UART1 + 0x10, 0x42)
    assert b.board.uart1.baud == pytest.approx(9600, rel=0.001)
    b.board.uart1.feed(b"AB")
    b.wait(0.0009)
    assert b.read(UART1 + 8) & 1 << 19, "a byte takes a millisecond at 9600 baud"
    b.wait(0.0003)
    assert b.board.icu.irq
    assert b.read(UART1 + 8) & 1 << 21
    word = b.read(UART1 + 0xC)
    assert word & 0xFF == word >> 8 == ord("A")
    b.wait(0.001)
    assert b.read(UART1 + 0xC) & 0xFF == ord("B")
    assert b.read(UART1 + 8) & 1 << 19


def test_uart_drops_what_is_not_read() -> None:
    b = bare_board()
    b.board.uart1.feed(bytes(200))
    b.wait(0.1)
    assert b.read(UART1 + 8) >> 8 & 0xFF == 128
    assert b.read(UART1 + 0x14) & 1 << 2


def _paced() -> tuple[BareBoard, PacedUart]:
    profile = load_profile("BK7231T")
    clock = Clock(profile.rate)
    b = BareBoard(build_board(profile, clock, {"uart1": "uart_paced"}), clock)
    b.write(UART1, (26_000_000 // 115_200 - 1) << 8 | 3)
    assert isinstance(b.board.uart1, PacedUart)
    return b, b.board.uart1


def test_a_paced_uart_sends_at_its_rate_and_loses_what_its_fifo_has_no_room_for() -> None:
    b, uart = _paced()
    for byte in range(200):
        b.write(UART1 + 0xC, byte)
    assert b.read(UART1 + 8) & 1 << 16, "full"
    b.wait(64.5 * 10 / 115_200)
    assert sum(len(piece.data) for piece in uart.take()) == pytest.approx(64, abs=2)
    b.wait(0.02)
    left = b"".join(bytes(piece.data) for piece in uart.take())
    assert left.endswith(bytes(range(100, 128)))
    assert b.read(UART1 + 8) & 1 << 17, "empty"


@pytest.mark.parametrize(("baud", "heard"), [(115_200, b"U7"), (117_000, b"U7"), (57_600, None)])
def test_a_paced_uart_receives_garbage_at_another_rate(baud: int, heard: bytes | None) -> None:
    b, uart = _paced()
    uart.feed_at(b"U7", baud, b.clock.now)
    b.wait(0.001)
    got = bytes(b.read(UART1 + 0xC) & 0xFF for _ in range(2))
    assert got == heard if heard else got != b"U7"


def test_a_pulled_pin_reads_its_pull_until_it_is_driven() -> None:
    b = bare_board()
    b.write(GPIO + 4 * 23, 0x3C)
    assert b.read(GPIO + 4 * 23) & 1
    b.board.gpio.drive(23, 0)
    assert not b.read(GPIO + 4 * 23) & 1
    b.board.gpio.drive(23, None)
    assert b.read(GPIO + 4 * 23) & 1
    assert b.board.gpio.pin(23) == PinState(23, "in", 1, "up", touched=True)
    b.write(GPIO + 4 * 22, 0x2C)
    assert b.board.gpio.pin(22) == PinState(22, "in", 0, "down", touched=True)


def test_every_change_of_level_is_reported_with_its_time() -> None:
    b = bare_board()
    seen = []
    b.board.gpio.on_settled = lambda tick, gpio, level: seen.append((tick, gpio, level))
    start = b.clock.now
    for word in (0, 0x3C, 0):  # low, let go to its pull, low: as two-wire lines are driven
        b.write(GPIO + 4 * 6, word)
    assert not seen, "told when the slice is over"
    b.board.gpio.settle(start, b.clock.now, start + 100 * (b.clock.now - start))
    assert [(gpio, level) for _, gpio, level in seen] == [(6, 1), (6, 0)]
    assert [tick - start for tick, _, _ in seen] == [800, 1200], "evenly over 1200 ticks"
    b.clock.now += 5000
    b.board.gpio.drive(6, 1)
    assert seen[2:] == [(b.clock.now, 6, 1)]


def test_each_change_of_level_is_reported_once_whatever_causes_it() -> None:
    b = bare_board()
    edges = []
    b.board.gpio.on_change = lambda gpio, level: edges.append((gpio, level))
    for word in (0, 2, 2, 0):
        b.write(GPIO + 4 * 6, word)
    b.write(GPIO + 4 * 9, 0x3C)
    for level in (1, 0, 0, None):
        b.board.gpio.drive(9, level)
    assert edges == [(6, 1), (6, 0), (9, 1), (9, 0), (9, 1)]
    assert b.board.gpio.pin(6) == PinState(6, "out", 0, None, touched=True, changes=2)
    assert b.board.gpio.pin(7) == PinState(7, "off", 0, None, touched=False)
    b.write(GPIO, 0x78)
    assert b.board.gpio.pin(0).direction == "function"


@pytest.mark.parametrize(("kind", "level"), [(2, 1), (3, 0)])
def test_an_edge_at_a_pin_interrupts_until_it_is_cleared(kind: int, level: int) -> None:
    b = bare_board()
    b.write(ICU + 0x40, 1 << 7)
    b.write(ICU + 0x44, 1)
    b.board.gpio.drive(20, 1 - level)
    b.write(GPIO + 0x8C, kind << 2 * (20 - 16))
    b.board.gpio.drive(20, level)
    assert not b.board.icu.irq, "not enabled yet"
    b.board.gpio.drive(20, 1 - level)
    b.write(GPIO + 0x84, 1 << 20)
    assert not b.board.icu.irq, "the other edge"
    b.board.gpio.drive(20, level)
    assert b.board.icu.irq
    assert b.read(GPIO + 0x90) == 1 << 20
    b.board.gpio.drive(20, 1 - level)
    assert b.board.icu.irq, "an edge stays until it is cleared"
    b.write(GPIO + 0x90, 1 << 20)
    assert b.read(GPIO + 0x90) == 0
    assert not b.board.icu.irq


@pytest.mark.parametrize("level", [0, 1])
def test_a_level_at_a_pin_interrupts_as_long_as_it_is_there(level: int) -> None:
    b = bare_board()
    b.write(ICU + 0x40, 1 << 7)
    b.write(ICU + 0x44, 1)
    b.board.gpio.drive(7, 1 - level)
    b.write(GPIO + 0x88, level << 2 * 7)
    b.write(GPIO + 0x84, 1 << 7)
    assert not b.board.icu.irq
    b.board.gpio.drive(7, level)
    b.write(GPIO + 0x90, 1 << 7)
    assert b.board.icu.irq, "clearing does not help"
    assert b.read(GPIO + 0x90) == 1 << 7
    b.board.gpio.drive(7, 1 - level)
    assert not b.board.icu.irq


def test_timer_ticks_every_two_milliseconds_until_acknowledged() -> None:
    b = bare_board()
    b.write(ICU + 0x40, 1 << 8)
    b.write(ICU + 0x44, 1)
    b.write(TIMERS + 0x40, 64)
    b.write(TIMERS + 0x4C, 1)
    b.wait(0.0019)
    assert not b.board.icu.irq
    b.wait(0.0002)
    assert b.board.icu.irq
    assert b.read(TIMERS + 0x4C) == 0x81
    b.write(TIMERS + 0x4C, 0x81)
    assert not b.board.icu.irq
    b.wait(0.002)
    assert b.board.icu.irq


def test_the_clock_of_a_timer_is_divided() -> None:
    b = bare_board()
    b.write(TIMERS + 0x44, 64)
    b.write(TIMERS + 0x4C, 3 << 3 | 1 << 1)  # by four: 8 ms instead of 2
    b.wait(0.0079)
    assert not b.read(TIMERS + 0x4C) >> 7
    b.wait(0.0002)
    assert b.read(TIMERS + 0x4C) >> 7 == 1 << 1


def test_timer_counts_can_be_read_and_one_without_period_never_ends() -> None:
    b = bare_board()
    b.write(TIMERS + 0x0C, 1)
    b.wait(0.001)
    b.write(TIMERS + 0x10, 1)
    assert not b.read(TIMERS + 0x10) & 1
    assert b.read(TIMERS + 0x14) == pytest.approx(26_000, rel=0.01)
    b.wait(1)
    assert b.read(TIMERS + 0x0C) == 1


def test_watchdog_bites_unless_fed_or_stopped() -> None:
    b = bare_board()
    bites = []
    b.board.watchdog.on_bite = lambda: bites.append(b.clock.now)
    for _ in range(3):
        b.write(WATCHDOG, 0x5A07D0)
        b.write(WATCHDOG, 0xA507D0)
        b.wait(1.9)
    assert not bites
    b.wait(0.2)
    assert len(bites) == 1
    b.write(WATCHDOG, 0x5A07D0)
    b.write(WATCHDOG, 0xA507D0)
    b.write(WATCHDOG, 0x5A0000)
    b.write(WATCHDOG, 0xA50000)
    b.wait(70)
    assert len(bites) == 1, "stopped"


def test_watchdog_needs_both_keys() -> None:
    b = bare_board()
    bites = []
    b.board.watchdog.on_bite = lambda: bites.append(1)
    b.write(WATCHDOG, 0xA50001)
    b.wait(1)
    assert not bites


def _flash_read(b: BareBoard, address: int) -> bytes:
    b.write(FLASH, 0x6500_0000 | address)
    assert not b.read(FLASH) & 1 << 31
    return b"".join(b.read(FLASH + 8).to_bytes(4, "little") for _ in range(8))


def _flash_program(b: BareBoard, address: int, data: bytes) -> None:
    for at in range(0, 32, 4):
        b.write(FLASH + 4, int.from_bytes(data[at : at + 4], "little"))
    b.write(FLASH, 0x6C00_0000 | address)


def test_flash_is_nor_and_wraps() -> None:
    b = bare_board()
    b.board.flash.content = bytearray(b"\xff" * 0x200000)
    page = bytes(range(32))
    _flash_program(b, 0x1000, page)
    assert _flash_read(b, 0x1000) == page
    assert _flash_read(b, 0x201000) == page, "T clients add the flash size"
    _flash_program(b, 0x1000, b"\x0f" * 32)
    assert _flash_read(b, 0x1000) == bytes(n & 0x0F for n in page), "programming only clears bits"
    b.write(FLASH, 0x6D00_1800)
    assert _flash_read(b, 0x1000) == b"\xff" * 32
    assert b.board.flash.changed == {1}


def test_flash_is_as_large_as_its_id_says() -> None:
    b = bare_board()
    b.board.flash.hold(b"\0" * 0x12345)
    assert b.board.flash.content == b"\0" * 0x12345 + b"\xff" * (0x200000 - 0x12345)
    assert b.read(FLASH + 0x10) & 0xFF == 0x15
    b.board.flash.hold(b"\0" * 0x300000)
    assert b.board.flash.content == b"\0" * 0x300000 + b"\xff" * 0x100000
    assert b.read(FLASH + 0x10) == 0xEB6016


def test_flash_erases_blocks_and_knows_its_id() -> None:
    b = bare_board()
    b.board.flash.content = bytearray(0x200000)
    b.write(FLASH, 0x6F01_2345)
    assert b.board.flash.content[0xFFFF:0x20001] == b"\0" + b"\xff" * 0x10000 + b"\0"
    b.write(FLASH, 0x7400_0000)
    assert b.read(FLASH + 0x10) == 0xEB6015


@pytest.mark.parametrize(
    ("chip", "ids"),
    [
        ("BK7231N", (0x7231A, 0x18520001)),
        ("BK7238", (0x7238, 0x21128000)),
        ("BK7252", (0x7221A, 0x18221020)),
        ("BK7252N", (0x7252A, 0x23A18000)),
    ],
)
def test_chip_ids_can_be_read(chip: str, ids: tuple[int, int]) -> None:
    b = bare_board(chip)
    assert (b.read(0x800000), b.read(0x800004)) == ids


def test_efuse_answers_at_once() -> None:
    b = bare_board()
    b.write(0x800074, 0x301)
    assert not b.read(0x800074) & 1
    assert b.read(0x800078) == 0x100


def _sleep(b: BareBoard, *, seconds: int = 0) -> list[int]:
    """Put the chip to sleep; the list gets the tick at which it wakes."""
    woken: list[int] = []
    b.board.gpio.on_edge = b.board.sctrl.pin_changed
    b.board.sctrl.on_wake = lambda: woken.append(b.clock.now)
    b.write(SCTRL + 0x128, 0xFFFF_FFFF)
    b.write(SCTRL + 0x11C, 1 << 8)
    if seconds:
        b.write(SCTRL + 0x140, seconds * 32_000 >> 16)
        b.write(SCTRL + 0x11C, (seconds * 32_000 & 0xFFFF) << 16 | 1)
    b.write(SCTRL + 0x104, 0x10_ADC1)
    assert b.board.sctrl.asleep
    return woken


def test_deep_sleep_stops_all_and_its_timer_ends_it() -> None:
    b = bare_board()
    b.write(TIMERS + 0x40, 64)
    b.write(TIMERS + 0x4C, 1)
    woken = _sleep(b, seconds=28_800)
    assert list(b.clock.save()) == ["sctrl.wake"], "no other clock runs"
    b.wait(28_799)
    assert not woken
    b.wait(2)
    assert woken == [pytest.approx(28_800 * b.clock.hz, abs=100)]
    assert not b.board.sctrl.asleep
    assert b.read(SCTRL + 0x11C) & 1 << 8
    b.write(SCTRL + 0x11C, 1 << 8)
    assert not b.read(SCTRL + 0x11C) & 1 << 8


def test_deep_sleep_ends_by_the_edge_it_waits_for() -> None:
    b = bare_board()
    b.write(SCTRL + 0x120, 1 << 16 | 1 << 20)
    b.write(SCTRL + 0x124, 1 << 20)
    b.board.gpio.drive(20, 1)
    woken = _sleep(b)
    b.board.gpio.drive(17, 1)
    assert not woken, "a pin that is not enabled"
    b.board.gpio.drive(20, 0)
    assert len(woken) == 1, "the fall it waits for"
    woken = _sleep(b)
    b.board.gpio.drive(20, 1)
    assert not woken, "the rise of the same pin"
    b.board.gpio.drive(16, 1)
    assert len(woken) == 1
    assert b.read(SCTRL + 0x128) == 1 << 16
    b.board.gpio.drive(16, 0)
    woken = _sleep(b)
    assert b.read(SCTRL + 0x128) == 0
    b.board.gpio.drive(20, 0)
    assert len(woken) == 1
    assert b.read(SCTRL + 0x128) == 1 << 20
    b.board.gpio.drive(20, 1)
    assert len(woken) == 1, "awake, an edge is no wake event"


def test_saradc_samples_until_stopped() -> None:
    b = bare_board()
    b.write(ICU + 0x40, 1 << 11)
    b.write(ICU + 0x44, 1)
    b.write(SARADC, 3 | 1 << 2)
    assert b.read(SARADC) & 1 << 30
    b.wait(0.001)
    assert b.board.icu.irq
    values = []
    while not b.read(SARADC) & 1 << 30:
        values.append(b.read(SARADC + 0x10))
    assert len(values) >= 10
    assert set(values) == {1376}
    b.wait(0.001)
    assert not b.read(SARADC) & 1 << 30
    b.write(SARADC, 1 << 8)
    assert b.read(SARADC) & 1 << 30, "stopping empties it"
    assert not b.board.icu.irq
    b.wait(0.01)
    assert not b.board.icu.irq


@pytest.mark.parametrize("chip", ["BK7238", "BK7252N"])
def test_the_newer_saradc_samples_while_started_and_heard(chip: str) -> None:
    b = bare_board(chip)
    b.write(ICU + 0x40, 1 << 11)
    b.write(ICU + 0x44, 1)
    b.write(SARADC + 0xC, 0x28010)
    assert b.read(SARADC + 0xC) == 1 << 30
    b.write(SARADC, 1)
    b.wait(0.001)
    assert b.read(SARADC + 0xC) == 1 << 30, "nobody listens"
    b.write(SARADC + 0xC, 1 << 3)
    b.wait(0.001)
    assert b.board.icu.irq
    state = b.read(SARADC + 0xC)
    assert state & (1 << 30 | 1 << 15 | 1 << 4) == 1 << 15 | 1 << 4
    assert b.read(SARADC + 0x10) == 504
    b.write(SARADC + 0xC, state & ~(1 << 3))
    assert not b.board.icu.irq
    while not b.read(SARADC + 0xC) & 1 << 30:
        b.read(SARADC + 0x10)
    b.write(SARADC, 1 << 1)
    b.write(SARADC + 0xC, 1 << 3)
    b.wait(0.001)
    assert b.read(SARADC + 0xC) & 1 << 30, "stopped"


def test_saradc_of_bk7252_is_that_of_bk7231t() -> None:
    b = bare_board("BK7252")
    b.write(SARADC, 3 | 1 << 2)
    b.wait(0.001)
    assert not b.read(SARADC) & 1 << 30
    assert b.read(SARADC + 0x04) == 988


def test_saradc_of_bk7231q_has_its_bits_elsewhere() -> None:
    b = bare_board("BK7231Q")
    b.write(ICU + 0x40, 1 << 11)
    b.write(ICU + 0x44, 1)
    b.write(SARADC, 3 | 1 << 2)
    assert b.read(SARADC) & 7 << 27 == 1 << 28
    b.wait(0.001)
    assert b.board.icu.irq
    while not b.read(SARADC) & 1 << 28:
        assert b.read(SARADC + 4) == 320
    b.write(SARADC, 1 << 7)
    assert not b.board.icu.irq


def test_crypto_is_never_busy() -> None:
    b = bare_board()
    b.write(CRYPTO, 1)
    assert b.read(CRYPTO) == 0
    assert b.read(CRYPTO + 0x20) > 0x1D3


def test_radio_busy_bit_clears_only_when_it_is_waited_for() -> None:
    b = bare_board("BK7231T")
    b.write(RADIO + 0xF8, 0x8000_1234)
    assert b.read(RADIO + 0xF8) == 0x8000_1234, "stored and read back"
    reads = 0
    while b.read(RADIO + 0xF8) & 1 << 31:
        reads += 1
        assert reads < 100
    assert b.read(RADIO + 0xF8) == 0x1234
    assert b.board.bus.spinning is None


def test_dma_copies_and_is_done() -> None:
    b = bare_board()
    copies = []
    b.gdma.copy = lambda *args: copies.append(args)
    b.write(GDMA + 4, 0x41E834)
    b.write(GDMA + 8, 0x3FACC6)
    b.write(GDMA, 41 << 16 | 0x13A1)
    assert copies == [(0x41E834, 0x3FACC6, 42)]
    assert not b.read(GDMA) & 1


def test_mac_has_a_clock_and_timers() -> None:
    b = bare_board()
    b.write(ICU + 0x40, 1 << 22)
    b.write(ICU + 0x44, 2)
    b.wait(0.5)
    now = b.read(MAC + 0x120)
    assert now == pytest.approx(500_000, abs=10)
    b.write(MAC + 0x8074, 0x8373F14C)
    b.write(MAC + 0x808C, 1 << 7)
    b.write(MAC + 0x128 + 4 * 7, now + 90_000)
    b.wait(0.089)
    assert not b.board.icu.fiq
    b.wait(0.002)
    assert b.board.icu.fiq
    assert b.read(MAC + 0x806C) == 1 << 3
    assert b.read(MAC + 0x8084) == 1 << 7
    b.write(MAC + 0x8088, 1 << 7)
    assert not b.board.icu.fiq
    assert b.read(MAC + 0x8050) == 0


def test_mac_interrupts_when_it_becomes_idle() -> None:
    b = bare_board()
    b.write(ICU + 0x40, 1 << 22)
    b.write(ICU + 0x44, 2)
    b.write(MAC + 0x8074, 1 << 2)
    b.write(MAC + 0x38, 0)
    b.wait(0.001)
    assert not b.board.icu.fiq, "it was idle before"
    b.write(MAC + 0x38, 0x30)
    assert b.read(MAC + 0x38) == 0x33
    b.write(MAC + 0x38, 0)
    assert b.read(MAC + 0x38) == 0x03
    b.wait(0.001)
    assert b.board.icu.fiq
    assert b.read(MAC + 0x38) == 0
    assert b.read(MAC + 0x806C) == 1 << 2
    b.write(MAC + 0x8070, 1 << 2)
    assert not b.board.icu.fiq


def test_mac_clock_advances_faster_for_code_that_only_polls_it() -> None:
    b = bare_board()
    first = b.read(MAC + 0x120)
    for _ in range(1000):
        last = b.read(MAC + 0x120)
    assert last - first > 4000


def test_old_pwm_has_period_and_duty_and_interrupts() -> None:
    b = bare_board("BK7231T")
    b.write(ICU + 0x40, 1 << 9)
    b.write(ICU + 0x44, 1)
    assert b.pwm.state(7) is None
    b.write(OLD_PWM + 0x08 + 12, 26_000)
    b.write(OLD_PWM + 0x0C + 12, 6_500)
    b.write(OLD_PWM, 0x30)
    assert b.pwm.state(7) == PwmState(1000, 0.25)
    b.wait(0.0011)
    assert b.board.icu.irq
    assert b.read(OLD_PWM + 4) == 2
    b.write(OLD_PWM + 4, 2)
    assert not b.board.icu.irq


def test_old_pwm_starts_when_its_period_comes_last() -> None:
    b = bare_board("BK7231Q")
    b.write(ICU + 0x40, 1 << 9)
    b.write(ICU + 0x44, 1)
    b.write(0x802A00, 7)
    b.write(0x802A08, 26_000)
    b.wait(0.0011)
    assert b.board.icu.irq


def test_old_pwm_of_bk7231q_has_duty_and_period_in_one_word() -> None:
    b = bare_board("BK7231Q")
    b.write(0x802A00, 1 << 4)
    b.write(0x802A08 + 8, 6_500 << 16 | 26_000)
    assert b.pwm.state(7) == PwmState(1000, 0.25)


_HIGH_FIRST = 0x40


@pytest.mark.parametrize(
    ("first", "edges", "duty"),
    [
        (_HIGH_FIRST, (1300, 0, 0), 0.25),
        (_HIGH_FIRST, (1300, 2600, 3900), 0.5),
        (0, (1300, 0, 0), 0.75),
        # What Beken's BkDriverPwm.c writes for the second of a pair of whites.
        (0, (5200 - 1300, 5200, 0), 0.25),
        (0, (0, 0, 0), 0),
        (_HIGH_FIRST, (0, 0, 0), 1),
    ],
)
def test_new_pwm_changes_level_at_its_edges(
    first: int, edges: tuple[int, int, int], duty: float
) -> None:
    b = bare_board()
    for n, edge in enumerate((*edges, 5200)):
        b.write(PWM + 0x80 + 4 + 4 * n, edge)
    b.write(PWM + 0x80, 0x89 | first)
    assert b.pwm.state(24) == PwmState(5000, duty)
    assert b.pwm.state(26) is None


def test_new_pwm_shows_the_ends_of_periods_and_forgets_them_when_told() -> None:
    b = bare_board()
    b.write(ICU + 0x40, 1 << 9)
    b.write(ICU + 0x44, 1)
    b.write(PWM + 0x40 + 0x20, 26_000)
    b.write(PWM + 0x40, 0x99 << 8)
    assert b.read(PWM + 0x40) == 0x19 << 8, "new values are taken at once"
    b.wait(0.0011)
    assert b.board.icu.irq
    assert b.read(PWM + 0x40) == 1 << 31 | 0x19 << 8
    b.write(PWM + 0x40, 0x19 << 8)
    assert b.board.icu.irq, "writing 0 clears nothing"
    b.write(PWM + 0x40, 1 << 31 | 0x09 << 8)
    assert not b.board.icu.irq
    b.wait(0.01)
    assert b.read(PWM + 0x40) == 0x09 << 8, "nobody wants to hear of more"


def test_new_pwm_counts_a_divided_clock() -> None:
    b = bare_board()
    b.write(PWM + 0x04, 650)
    b.write(PWM + 0x10, 2600)
    b.write(PWM, 9 << 16 | 0x49)
    assert b.pwm.state(6) == PwmState(1000, 0.25)


def test_code_that_only_waits_is_noticed() -> None:
    b = bare_board()
    stops = []
    b.board.bus._stop = lambda: stops.append(1)
    for _ in range(200):
        b.read(UART1 + 8)
    assert stops
    assert b.board.bus.spinning is not None
    assert b.board.bus.name_of(b.board.bus.spinning) == "uart1.FIFO_STATUS"


def test_writes_in_between_are_not_waiting() -> None:
    b = bare_board()
    for n in range(500):
        b.read(UART2 + 8)
        b.write(UART2 + 0xC, n & 0x7F)
    assert b.board.bus.spinning is None


def test_narrow_accesses_keep_the_other_bytes() -> None:
    b = bare_board()
    b.write(GPIO + 0xB8, 0x11223344)
    b.board.bus.write(GPIO + 0xB9, 1, 0xAA)
    assert b.read(GPIO + 0xB8) == 0x1122AA44
    assert b.board.bus.read(GPIO + 0xBA, 2) == 0x1122


def test_a_failing_model_names_the_register(monkeypatch: pytest.MonkeyPatch) -> None:
    b = bare_board()
    monkeypatch.setattr(b.board.uart2, "read", lambda _offset: 1 // 0)
    with pytest.raises(DeviceModelError, match=r"uart2\.FIFO_PORT"):
        b.read(UART2 + 0xC)


@pytest.mark.parametrize("chip", ["BK7231N", "BK7231T", "BK7231Q", "BK7238", "BK7252"])
def test_every_device_saves_and_loads(chip: str) -> None:
    b, other = bare_board(chip), bare_board(chip)
    b.write(TIMERS + 0x40, 64)
    b.write(UART1 + 0x10, 0x42)
    b.board.uart1.feed(b"hello")
    b.board.gpio.drive(8, 1)
    b.wait(0.001)
    for name, device in b.board.devices.items():
        other.board.devices[name].load(device.save())
        assert other.board.devices[name].save() == device.save(), name
