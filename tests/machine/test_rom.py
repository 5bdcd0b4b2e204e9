"""The boot ROM, seen from its wire: bytes as listed in the table of the protocol."""

import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bekenlab.errors import UnsupportedError
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import Mode, RomChip
from bekenlab.machine.wire import Sent
from rom_host import ask, link, long, read_all, short, u32

FLASH = random.Random(1).randbytes(0x10000)
UNLOCK = long(0x0D, b"\x01\0\0")


def line_to(chip: RomChip) -> VirtualTransport:
    line = VirtualTransport(chip)
    link(line)
    return line


def mode_of(line: VirtualTransport) -> Mode:
    assert isinstance(line.device, RomChip)
    return line.device.mode


@pytest.fixture
def chip() -> RomChip:
    return RomChip("BK7231N", FLASH)


@pytest.fixture
def line(chip: RomChip) -> VirtualTransport:
    return line_to(chip)


def test_read_register_gives_the_chip_id(line: VirtualTransport) -> None:
    reply = ask(line, short(3, u32(0x800000)))
    assert reply == bytes.fromhex("040e0c01e0fc03") + u32(0x800000, 0x7231C)


@pytest.mark.parametrize(("name", "chip_id"), [("BK7238", 0x7238), ("BK7252N", 0x7252A)])
def test_each_chip_has_its_chip_id(name: str, chip_id: int) -> None:
    assert ask(line_to(RomChip(name)), short(3, u32(0x800000)))[-4:] == u32(chip_id)


@pytest.mark.parametrize(
    ("name", "key"),
    [("BK7231N", "93b00f51 dceacba3 7ea19359 03ebadc7"), ("BK7231M", "00" * 16)],
)
def test_efuse_holds_the_key_of_the_code(name: str, key: str) -> None:
    line = line_to(RomChip(name, FLASH))
    found = b""
    for index in range(16):
        control = u32(0x800074)
        assert ask(line, short(1, control + u32(index << 8 | 1)))[7:11] == control
        assert not ask(line, short(3, control))[-4] & 1
        data = int.from_bytes(ask(line, short(3, u32(0x800078)))[-4:], "little")
        assert data & 0x100
        found += bytes([data & 0xFF])
    assert found == bytes.fromhex(key)


def test_crc_includes_the_end_and_is_not_inverted(line: VirtualTransport) -> None:
    reply = ask(line, short(0x10, u32(0x100, 0x1FF)))
    crc = zlib.crc32(FLASH[0x100:0x200]) ^ 0xFFFFFFFF
    assert reply == bytes.fromhex("040e0801e0fc10") + u32(crc)


def test_crc_wraps_at_the_end_of_flash(line: VirtualTransport) -> None:
    reply = ask(line, short(0x10, u32(0x1FF00, 0x200FF)))
    assert reply[-4:] == u32(zlib.crc32(FLASH[0xFF00:] + FLASH[:0x100]) ^ 0xFFFFFFFF)


def test_read_4k(line: VirtualTransport) -> None:
    reply = ask(line, long(9, u32(0x3000)))
    assert reply[:15] == bytes.fromhex("040eff01e0fcf40610 0900") + u32(0x3000)
    assert reply[15:] == FLASH[0x3000:0x4000]


def test_read_4k_wraps(line: VirtualTransport) -> None:
    assert ask(line, long(9, u32(0x1F800)))[15:] == FLASH[0xF800:] + FLASH[:0x800]


def test_short_read(line: VirtualTransport) -> None:
    reply = ask(line, long(8, u32(0x20) + b"\x05"))
    assert reply == bytes.fromhex("040eff01e0fcf40b000800") + u32(0x20) + FLASH[0x20:0x25]


def test_erase_and_write_after_unlocking(line: VirtualTransport) -> None:
    ask(line, UNLOCK)
    head = bytes.fromhex("040eff01e0fcf4")
    assert ask(line, long(0x0F, b"\x20" + u32(0x2010))) == head + bytes.fromhex("07000f0020") + u32(
        0x2010
    )
    data = random.Random(2).randbytes(4096)
    assert ask(line, long(7, u32(0x2000) + data)) == head + bytes.fromhex("06000700") + u32(0x2000)
    assert line.device.flash == FLASH[:0x2000] + data + FLASH[0x3000:]


def test_programming_only_clears_bits(line: VirtualTransport) -> None:
    ask(line, UNLOCK)
    reply = ask(line, long(6, u32(0x10) + b"\xf0\x0f"))
    assert reply == bytes.fromhex("040eff01e0fcf407000600") + u32(0x10) + b"\x02"
    assert line.device.flash[0x10:0x12] == bytes([FLASH[0x10] & 0xF0, FLASH[0x11] & 0x0F])


@pytest.mark.parametrize(("code", "size"), [(0x20, 0x1000), (0x52, 0x8000), (0xD8, 0x10000)])
def test_erase_sizes(line: VirtualTransport, code: int, size: int) -> None:
    ask(line, UNLOCK)
    ask(line, long(0x0F, bytes([code]) + u32(0x9123)))
    start = 0x9123 // size * size
    assert line.device.flash == FLASH[:start] + b"\xff" * size + FLASH[start + size :]


def test_erase_all_and_erase_4k(line: VirtualTransport) -> None:
    ask(line, UNLOCK)
    assert ask(line, long(0x0B, u32(0)))[7:] == bytes.fromhex("06000b00") + u32(0)
    assert ask(line, long(0x0A, b"\x07"))[7:] == bytes.fromhex("03000a0007")
    assert line.device.flash == b"\xff" * len(FLASH)


def test_protected_flash_ignores_erase_and_write_but_says_ok(line: VirtualTransport) -> None:
    assert ask(line, long(0x0F, b"\x20" + u32(0)))[10] == 0
    assert ask(line, long(7, u32(0) + bytes(4096)))[10] == 0
    assert line.device.flash == FLASH


def test_status_registers_are_written_as_the_part_has_them(line: VirtualTransport) -> None:
    assert ask(line, long(0x0C, b"\x05"))[7:] == bytes.fromhex("04000c00051c")
    assert ask(line, long(0x0D, b"\x01\x7f\x42"))[7:] == bytes.fromhex("05000d00017f42")
    assert ask(line, long(0x0C, b"\x05"))[-1] == 0x7C  # never busy, never write enabled
    assert ask(line, long(0x0C, b"\x35"))[-1] == 0x42
    assert ask(line, long(0x0D, b"\x01\0"))[7:] == bytes.fromhex("04000d000100")
    assert ask(line, long(0x0C, b"\x35"))[-1] == 0x42


def test_flash_id_comes_after_a_byte_of_junk(line: VirtualTransport) -> None:
    reply = ask(line, long(0x0E, bytes.fromhex("9f000000")))
    assert reply[7:11] == bytes.fromhex("06000e00")
    assert reply[12:] == bytes.fromhex("c44010")


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        (short(0x11), "040e0501e0fc1107"),  # boot version: the boot loader of BK7231T has it
        (short(0xFE, bytes.fromhex("95279527")), "040e0501e0fcfe07"),
        (long(0x33, b"abc"), "040eff01e0fcf402003307"),
        (short(0x0E, b"\x11"), "040e0501e0fc0e11"),
        (short(0xAA, b"\x55"), "040e0501e0fcaa55"),
        (short(0x70, b"SEAT"), "040e0801e0fc7053454154"),
        (long(9, u32(0) + b"\0"), "040eff01e0fcf40600090400000000"),
        (long(7, u32(0) + b"\0" * 100), "040eff01e0fcf40600070400000000"),
        (long(0x0F, b"\x21" + u32(0)), "040eff01e0fcf407000f062100000000"),
        (long(0x0F, b"\x20"), "040eff01e0fcf407000f0420ffffffff"),
    ],
)
def test_odd_requests_get_their_listed_reply(
    line: VirtualTransport, request_: bytes, reply: str
) -> None:
    assert ask(line, request_).hex() == reply


def test_a_write_with_a_byte_missing_says_so_and_leaves_whole_pages(line: VirtualTransport) -> None:
    ask(line, UNLOCK)
    reply = ask(line, long(7, u32(0) + bytes(4096))[:-1])
    assert reply == bytes.fromhex("040eff01e0fcf40600070500000000")
    assert line.device.flash == bytes(15 * 256) + FLASH[15 * 256 :]
    assert ask(line, short(0))


def test_noise_between_requests_is_skipped(line: VirtualTransport) -> None:
    assert len(ask(line, b"\x01\x01\xe0\x01reboot\r\n\xff" + short(0))) == 8


def test_baud_change_is_answered_at_the_new_rate_after_the_delay(line: VirtualTransport) -> None:
    started = line.now()
    line.write(short(0x0F, u32(921600) + bytes([20])))
    line.sleep(0.010)
    line.set_baud(921600)
    assert line.read(1) == bytes.fromhex("040e0901e0fc0f") + u32(921600) + b"\x14"
    line_time = 10 * 10 / 115200 + 12 * 10 / 921600
    assert line.now() - started == pytest.approx(0.020 + line_time, abs=1e-3)
    assert len(ask(line, short(0))) == 8


def test_a_change_of_rate_waits_for_the_reply_before_it(line: VirtualTransport) -> None:
    line.write(long(9, u32(0)) + short(0x0F, u32(921600) + b"\0"))
    line.sleep((12 + 4111 - 60) * 10 / 115200)
    assert line.device.baud == 115200
    line.sleep(70 * 10 / 115200)
    assert line.device.baud == 921600
    assert line.read(0)[15:4111] == FLASH[:4096]


def test_the_wrong_rate_is_garbage_both_ways_and_always_the_same() -> None:
    def once() -> bytes:
        line = line_to(RomChip("BK7231N", FLASH))
        line.write(short(0x0F, u32(921600) + bytes([5])))
        heard = read_all(line)
        assert len(heard) == 12
        assert heard != bytes.fromhex("040e0901e0fc0f") + u32(921600) + b"\x05"
        assert ask(line, short(0)) == b""
        return heard

    assert once() == once()


def test_a_rate_the_clock_cannot_reach_is_not_understood(line: VirtualTransport) -> None:
    short_echo = bytes.fromhex("040e0901e0fc0f") + u32(4_700_000) + b"\5"
    line.write(short(0x0F, u32(4_700_000) + bytes([5])))
    line.sleep(0.002)
    line.set_baud(4_700_000)
    assert read_all(line) != short_echo
    line.set_baud(line.device.baud)
    assert len(ask(line, short(0))) == 8


def test_a_sector_takes_its_line_time(line: VirtualTransport) -> None:
    started = line.now()
    line.write(long(9, u32(0)))
    data = b""
    while len(data) < 4111:
        data += line.read(1)
    assert line.now() - started == pytest.approx((12 + 4111) * 10 / 115200, rel=0.01)


def test_the_next_request_is_worked_on_while_the_reply_drains(line: VirtualTransport) -> None:
    """Sixteen queued reads keep the line busy without a gap, although reading takes time, too."""
    started = line.now()
    line.write(b"".join(long(9, u32(n << 12)) for n in range(10)))
    data = b""
    while len(data) < 10 * 4111:
        data += line.read(1)
    assert [data[n * 4111 + 15 :][:4096] for n in range(10)] == [
        FLASH[n << 12 :][:4096] for n in range(10)
    ]
    assert line.now() - started == pytest.approx((12 + 10 * 4111) * 10 / 115200, rel=0.002)


def test_more_than_the_fifo_holds_is_lost(line: VirtualTransport) -> None:
    line.write(long(9, u32(0)))
    line.sleep(0.01)
    line.write(short(0) * 40)
    assert read_all(line).count(bytes.fromhex("040e0501e0fc0100")) == 25  # 128 bytes of 200


def test_without_a_link_check_the_application_runs(chip: RomChip) -> None:
    line = VirtualTransport(chip)
    line.sleep(0.5)
    assert mode_of(line) is Mode.APP
    assert ask(line, short(0)) == b""
    chip.reset()
    line.sleep(0.01)
    assert ask(line, short(3, u32(0x800000)), 0.01) == b""  # first a link check
    assert len(ask(line, short(0), 0.01)) == 8
    assert mode_of(line) is Mode.DOWNLOAD
    line.sleep(60)
    assert mode_of(line) is Mode.DOWNLOAD


@pytest.mark.parametrize("request_", [short(0x0E, b"\xa5"), short(0x70, b"SEAN")])
def test_reboot_starts_anew(line: VirtualTransport, request_: bytes) -> None:
    line.write(short(0x0F, u32(921600) + b"\1"))
    line.sleep(0.01)
    line.set_baud(921600)
    read_all(line)
    assert ask(line, request_, 0.01) == b""
    assert line.device.baud == 115200
    line.sleep(0.5)
    assert mode_of(line) is Mode.APP


class Greeter:
    """An application that says hello once and rewrites the first byte of flash."""

    def __init__(self, flash: bytes) -> None:
        self.now = 0.0
        self.baud = 9600
        self.flash = b"\x5a" + flash[1:]

    def feed(self, data: bytes, baud: int) -> None:
        self.heard = data

    def advance(self, until: float) -> tuple[Sent, ...]:
        first = self.now < 1 <= until
        self.now = 1.0 if first else until
        return (Sent(1.0, 9600, b"hello"),) if first else ()

    def reset(self) -> None: ...


def test_an_application_takes_over_the_wire() -> None:
    chip = RomChip("BK7231N", FLASH, app=Greeter)
    line = VirtualTransport(chip, baud=9600)
    assert read_all(line, 5) == b"hello"
    assert line.now() == pytest.approx(6.1)
    assert line.device.baud == 9600
    chip.reset()
    assert chip.mode is Mode.WINDOW
    assert chip.flash == b"\x5a" + FLASH[1:]


def test_blank_flash_of_the_chips_size() -> None:
    assert RomChip("BK7238").flash == b"\xff" * 0x200000


@pytest.mark.parametrize(("name", "size"), [("BK7231T", 0x200000), ("BK7231N", 0x10001)])
def test_what_cannot_be_modelled_is_refused(name: str, size: int) -> None:
    with pytest.raises(UnsupportedError):
        RomChip(name, bytes(size))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.binary(max_size=300), st.floats(0, 0.2)), max_size=8))
def test_any_bytes_at_any_time_are_harmless(parts: list[tuple[bytes, float]]) -> None:
    chip = RomChip("BK7231N", FLASH)
    line = VirtualTransport(chip)
    line.sleep(0.01)
    line.write(short(0))
    for data, pause in parts:
        line.write(b"\x01\xe0\xfc" + data)
        line.sleep(pause)
    read_all(line)
    chip.reset()
    line.set_baud(115200)
    line.sleep(0.01)
    assert ask(line, short(0), 0.01)[-8:] == bytes.fromhex("040e0501e0fc0100")


@settings(max_examples=40)
@given(st.lists(st.floats(1e-5, 0.05), max_size=40))
def test_how_time_is_divided_makes_no_difference(steps: list[float]) -> None:
    request = long(9, u32(0x1000)) + short(0x10, u32(0, 0xFFF)) + short(0)

    def run(cuts: list[float]) -> bytes:
        chip = RomChip("BK7231N", FLASH)
        line = VirtualTransport(chip)
        line.sleep(0.01)
        line.write(short(0) + request)
        for step in cuts:
            line.sleep(step)
        return read_all(line)

    assert run(steps) == run([])
