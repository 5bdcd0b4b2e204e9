"""The boot loader in a real dump, used through its UART, in virtual time."""

import struct
import zlib
from dataclasses import dataclass

import pytest

from bekenlab.errors import NotADumpError, UnsupportedError
from bekenlab.machine.idle import IdleFinder
from bekenlab.machine.line_rate import as_heard
from bekenlab.machine.loader import LoaderChip
from shared import dump

BULB = "bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz"
RELAY = "bk7231q-tuya-moes-relay-wa2-1.1.3"
APP, DOWNLOAD, SIZE = 0x11000, 0x132000, 0x200000
APP_LOG = "TUYA Notice"
LINKED = bytes.fromhex("040e0501e0fc0100")


def short(code: int, payload: bytes = b"") -> bytes:
    return b"\x01\xe0\xfc" + bytes([len(payload) + 1, code]) + payload


def long(code: int, payload: bytes = b"") -> bytes:
    return b"\x01\xe0\xfc\xff\xf4" + struct.pack("<HB", len(payload) + 1, code) + payload


def words(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}I", *values)


@dataclass
class Host:
    """The far end of the wire, with its own rate."""

    chip: LoaderChip
    baud: int = 115_200

    def listen(self, seconds: float, enough: int = 1 << 30) -> bytes:
        end = self.chip.now + seconds
        heard = b""
        while self.chip.now < end and len(heard) < enough:
            before = self.chip.now
            for sent in self.chip.advance(end):
                assert before <= sent.at <= self.chip.now
                heard += as_heard(sent.data, sent.baud, self.baud)
        return heard

    def ask(self, request: bytes, size: int, seconds: float = 2.0) -> bytes:
        self.chip.feed(request, self.baud)
        return self.listen(seconds, size)

    def link(self) -> bytes:
        for _ in range(30):
            reply = self.ask(short(0), len(LINKED), 0.005)
            if reply:
                return reply
        return b""

    def change_baud(self, baud: int) -> bytes:
        request = short(0x0F, words(baud) + b"\x14")
        self.chip.feed(request, self.baud)
        assert self.listen(len(request) * 10 / self.baud) == b""
        self.baud = baud
        return self.listen(0.2, 12)

    def read(self, address: int) -> bytes:
        reply = self.ask(long(9, words(address)), 15 + 4096)
        assert reply[:11] == bytes.fromhex("040eff01e0fcf406100900")
        assert reply[11:15] == words(address)
        return reply[15:]

    def crc(self, start: int, end: int) -> int:
        reply = self.ask(short(0x10, words(start, end)), 11, 30)
        assert reply[:7] == bytes.fromhex("040e0801e0fc10")
        return int.from_bytes(reply[7:], "little") ^ 0xFFFFFFFF

    def erase(self, address: int) -> None:
        request = b"\x20" + words(address)
        assert self.ask(long(0x0F, request), 16)[10:] == b"\0" + request

    def write(self, address: int, data: bytes) -> None:
        reply = self.ask(long(7, words(address) + data), 15)
        assert reply[10:] == b"\0" + words(address)


def powered() -> Host:
    return Host(LoaderChip(dump(BULB), "BK7231T"))


def linked() -> Host:
    host = powered()
    assert host.link() == LINKED
    return host


def test_the_loader_gives_its_version() -> None:
    reply = linked().ask(short(0x11), 23)
    assert reply[7:].rstrip(b"\0") == b"BK7231S_1.0.5"


def test_a_sector_takes_its_time_on_the_line() -> None:
    host = linked()
    before = host.chip.now
    assert host.read(APP) == dump(BULB)[APP : APP + 4096]
    line = (4096 + 15 + 12) * 10 / 115_200
    assert line < host.chip.now - before < 1.1 * line


def test_replies_come_at_the_rate_that_was_set() -> None:
    host = linked()
    request = words(921_600) + b"\x14"
    assert host.change_baud(921_600) == b"\x04\x0e\x09\x01\xe0\xfc\x0f" + request
    assert host.chip.baud == 928_571  # 26 MHz / 28
    assert host.read(APP) == dump(BULB)[APP : APP + 4096]


def test_at_different_rates_neither_end_understands_the_other() -> None:
    host = linked()
    host.baud = 9600
    assert LINKED not in host.ask(short(0), len(LINKED), 0.1)


def test_only_wrapped_addresses_read_the_boot_loader() -> None:
    host = linked()
    assert host.ask(long(9, words(0)), 16, 0.5)[10] == 6  # parameter error
    assert host.read(SIZE) == dump(BULB)[:4096]


def test_crc_of_a_range() -> None:
    content = dump(BULB)
    assert linked().crc(APP, APP + 0x4000) == zlib.crc32(content[APP : APP + 0x4000])


@pytest.mark.parametrize("baud", [115_200, 921_600])
def test_what_is_written_reads_back(baud: int) -> None:
    host = linked()
    host.change_baud(baud)
    page = bytes(range(256)) * 16
    for address in (DOWNLOAD, DOWNLOAD + 0x1000):
        host.erase(address)
        host.write(address, page)
    assert host.crc(DOWNLOAD, DOWNLOAD + 0x2000) == zlib.crc32(2 * page)
    assert host.chip.flash[DOWNLOAD : DOWNLOAD + 0x2000] == 2 * page
    assert host.chip.flash[DOWNLOAD + 0x2000 :] == dump(BULB)[DOWNLOAD + 0x2000 :]


def test_without_a_host_the_app_runs() -> None:
    host = powered()
    host.listen(1.0)
    assert APP_LOG in host.chip.log


def test_after_a_reboot_the_app_runs() -> None:
    host = linked()
    host.chip.feed(short(0x0E, b"\xa5"), host.baud)
    host.listen(1.5)
    assert APP_LOG in host.chip.log


def test_a_reset_opens_the_boot_window_again() -> None:
    host = powered()
    host.listen(1.0)
    assert host.link() != LINKED
    host.chip.reset()
    assert host.link() == LINKED


@pytest.mark.no_cover
def test_what_was_written_is_what_runs_after_a_reset() -> None:
    host = linked()
    host.erase(APP)
    host.chip.reset()
    host.listen(1.0)
    assert APP_LOG not in host.chip.log  # there is no app any more
    assert host.chip.flash[APP : APP + 4096] == b"\xff" * 4096
    host.chip.reset()
    assert host.link() == LINKED


@pytest.mark.no_cover
def test_the_loader_of_a_bk7231q() -> None:
    content = dump(RELAY)
    host = Host(LoaderChip(content, "BK7231Q"))
    assert host.link() == LINKED
    host.change_baud(460_800)
    assert host.read(APP) == content[APP : APP + 4096]
    assert host.crc(APP, APP + 0x1000) == zlib.crc32(content[APP : APP + 0x1000])
    page, unused = bytes(range(256)) * 16, 0x1C0000
    host.erase(unused)
    host.write(unused, page)
    assert host.chip.flash[unused : unused + 0x1000] == page
    host.chip.reset()
    host.listen(8.0)  # the loader verifies its partitions first
    assert APP_LOG in host.chip.log


def test_a_silent_host_is_given_up() -> None:
    host = linked()
    host.listen(4.0)  # the loader's watchdog has expired, and no link check came in the boot window
    assert APP_LOG in host.chip.log


def test_two_runs_are_the_same() -> None:
    one, other = linked(), linked()
    assert one.crc(APP, APP + 0x1000) == other.crc(APP, APP + 0x1000)
    assert one.chip.now == other.chip.now


def test_a_dump_without_a_loader_is_refused() -> None:
    with pytest.raises(NotADumpError):
        LoaderChip(b"\xff" * SIZE, "BK7231T")


def test_an_unknown_chip_is_refused() -> None:
    with pytest.raises(UnsupportedError):
        LoaderChip(dump(BULB), "ESP32")


def test_a_place_that_shows_no_idleness_is_not_watched_forever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = 0
    passed = IdleFinder._passed

    def count(finder: IdleFinder, anchor: int) -> None:
        nonlocal looks
        looks += 1
        passed(finder, anchor)

    monkeypatch.setattr(IdleFinder, "_passed", count)
    host = linked()
    host.change_baud(921_600)
    for sector in range(2):
        address = DOWNLOAD + sector * 4096
        host.erase(address)
        host.chip.feed(long(7, words(address) + bytes(4096)), host.baud)
        for _ in range(60):
            host.listen(0.001)
    # The loader counts the rounds in which it waits, so no two are alike: 700,000 of them here.
    assert looks < 10_000
