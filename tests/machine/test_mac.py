"""The MAC: queues, lists, keys, states and interrupts, driven as firmware drives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from bekenlab.machine.board import build_board
from bekenlab.machine.chips import load_profile
from bekenlab.machine.clock import Clock
from bekenlab.machine.devices.mac.airtime import Rate, exchange
from bekenlab.machine.devices.mac.antenna import Received

if TYPE_CHECKING:
    from bekenlab.machine.devices.mac import Mac

BASE, RAM = 0xC000_0000, 0x40_0000
ACTIVE, IDLE = 3 << 4, 0
SENT_LINE, RECEIVED_LINE, GENERAL_LINE, WAKE_LINE = 20, 19, 22, 26
BEACON = b"\x80\0\0\0" + b"\xff" * 6
OWN = bytes.fromhex("c8478c000001")
OTHER = bytes.fromhex("02be4e000001")
FRAME = b"\x08\0\0\0" + OWN + OTHER + OTHER + b"\0\0" + b"hello"


class Ram:
    """Memory that a MAC reads and writes."""

    def __init__(self) -> None:
        self.data = bytearray(0x10000)

    def is_plain(self, address: int, length: int, access: str) -> bool:
        return address >= RAM and address + length <= RAM + len(self.data) and access in "rw"

    def peek(self, address: int, size: int) -> bytes:
        return bytes(self.data[address - RAM : address - RAM + size])

    def poke(self, address: int, data: bytes) -> None:
        self.data[address - RAM : address - RAM + len(data)] = data

    def words(self, address: int, *values: int) -> None:
        self.poke(address, b"".join(value.to_bytes(4, "little") for value in values))

    def word(self, address: int) -> int:
        return int.from_bytes(self.peek(address, 4), "little")


@dataclass
class Sky:
    """An antenna that remembers."""

    acknowledge: bool = True
    frames: list[tuple[bytes, Rate]] = field(default_factory=list)
    reserved: list[int] = field(default_factory=list)

    def reserve(self, microseconds: int) -> int:
        self.reserved.append(microseconds)
        return microseconds

    def transmit(self, frame: bytes, rate: Rate) -> bool:
        self.frames.append((frame, rate))
        return self.acknowledge


class Chip:
    """A board with a MAC, memory and an antenna."""

    def __init__(self, sky: Sky | None = None) -> None:
        self.sky = sky or Sky()
        self.clock = Clock(60_000_000)
        self.board = build_board(load_profile("BK7231N"), self.clock)
        self.ram = Ram()
        self.mac: Mac = self.board.mac
        self.mac.use_memory(self.ram)
        self.mac.connect(self.sky)
        self.write(0x10, int.from_bytes(OWN[:4], "little"))
        self.write(0x14, int.from_bytes(OWN[4:], "little"))
        self.write(0x8080, 0xFFFF_FFFF)
        self.write(0x8074, 0xFFFF_FFFF)

    def write(self, offset: int, value: int) -> None:
        self.board.bus.write(BASE + offset, 4, value)

    def read(self, offset: int) -> int:
        return self.board.bus.read(BASE + offset)

    def wait(self, microseconds: int) -> None:
        end = self.clock.now + microseconds * 60
        while (due := self.clock.next()) is not None and due <= end:
            self.clock.now = max(self.clock.now, due)
            self.clock.fire()
        self.clock.now = end

    def line(self, number: int) -> bool:
        return bool(self.board.icu.lines >> number & 1)

    def header(
        self, place: int, following: int, data: bytes, payloads: tuple[bytes, ...] = ()
    ) -> int:
        """Put a transmit header and its data into memory; returns its address."""
        at, start = RAM + place, RAM + place + 0x200
        self.ram.poke(start, data)
        first = self._payloads(RAM + place + 0x300, payloads)
        policy = RAM + place + 0x100
        self.ram.words(policy, 0xBADCAB1E, 0, 0, 0, 0, 4)
        length = len(data) + sum(map(len, payloads)) + 4
        self.ram.words(
            at, 0xCAFEBABE, following, 0, first, start, start + len(data) - 1, length, 0, 0, policy,
            0, 0, 0, 1 << 9, 1 << 8, 0,
        )  # fmt: skip
        return at

    def _payloads(self, at: int, payloads: tuple[bytes, ...]) -> int:
        if not payloads:
            return 0
        self.ram.poke(at + 0x20, payloads[0])
        following = self._payloads(at + 0x80, payloads[1:])
        end = at + 0x20 + len(payloads[0]) - 1
        self.ram.words(at, 0xCAFEFADE, following, at + 0x20, end, 0)
        return at

    def lists(self, headers: int, buffers: int, size: int = 64) -> None:
        """Set up receive lists of so many headers, and buffers of ``size`` bytes."""
        for n in range(headers):
            at = RAM + 0x8000 + n * 0x60
            following = at + 0x60 if n + 1 < headers else 0
            self.ram.words(at, 0xBAADF00D, following, *[0] * 15)
        for n in range(buffers):
            at = RAM + 0xA000 + n * 0x200
            following = at + 0x200 if n + 1 < buffers else 0
            self.ram.words(at, 0xC0DEDBAD, following, at + 0x40, at + 0x40 + size - 1, 0)
        self.write(0x81B8, RAM + 0x8000)
        self.write(0x81BC, RAM + 0xA000)
        self.write(0x8180, 3 << 26)


def received(frame: bytes = FRAME) -> Received:
    return Received(frame, Rate(4), -40, 1234)


def test_a_frame_is_sent_when_active_and_its_header_says_so() -> None:
    chip = Chip()
    at = chip.header(0, 0, FRAME[:24], (b"hel", b"lo"))
    chip.write(0x819C + 4 * 2, at)
    chip.write(0x8180, 1 << 11)
    chip.wait(1000)
    assert chip.sky.frames == [], "it is idle"
    chip.write(0x38, ACTIVE)
    assert chip.sky.reserved == [exchange(Rate(4), len(FRAME) + 4, acknowledged=True)]
    assert not chip.line(SENT_LINE), "it takes its time on air"
    chip.wait(1000)
    assert chip.sky.frames == [(FRAME, Rate(4, short_preamble=True))]
    assert chip.ram.word(at + 0x3C) == 1 << 31 | 1 << 23
    assert chip.ram.word(RAM + 0x300 + 0x10) >> 31, "so does each payload"
    assert chip.line(SENT_LINE)
    assert chip.read(0x8078) == 1 << 8
    assert chip.read(0x8528 + 8) == at
    chip.write(0x807C, 1 << 8)
    assert not chip.line(SENT_LINE)


def test_a_frame_that_nobody_acknowledges_has_failed() -> None:
    chip = Chip(Sky(acknowledge=False))
    chip.write(0x38, ACTIVE)
    chip.write(0x819C, chip.header(0, 0, FRAME))
    chip.write(0x8180, 1 << 9)
    chip.wait(1000)
    assert chip.ram.word(RAM + 0x3C) == 1 << 31 | 1 << 16
    group = chip.header(0x1000, 0, FRAME[:4] + b"\xff" * 6 + FRAME[10:])
    chip.write(0x819C, group)
    chip.write(0x8180, 1 << 9)
    chip.wait(1000)
    assert chip.ram.word(group + 0x3C) == 1 << 31 | 1 << 23, "to a group, nobody has to"


def test_an_aggregate_is_refused() -> None:
    chip = Chip()
    chip.write(0x38, ACTIVE)
    at = chip.header(0, 0, FRAME)
    chip.ram.words(at + 0x38, 1 << 21 | 1 << 8)
    chip.write(0x819C, at)
    chip.write(0x8180, 1 << 9)
    chip.wait(1000)
    assert chip.sky.frames == []
    assert chip.ram.word(at + 0x3C) == 1 << 31 | 1 << 16


def test_a_queue_goes_on_with_what_is_appended() -> None:
    chip = Chip()
    chip.write(0x38, ACTIVE)
    first = chip.header(0, RAM + 0x1000, FRAME[:24] + b"1")
    chip.header(0x1000, 0, FRAME[:24] + b"2")
    chip.write(0x819C, first)
    chip.write(0x8180, 1 << 9)
    chip.wait(1000)
    third = chip.header(0x2000, 0, FRAME[:24] + b"3")
    chip.write(0x8180, 1 << 1)
    chip.wait(1000)
    assert len(chip.sky.frames) == 2, "nothing was appended yet"
    chip.ram.words(RAM + 0x1004, third)
    chip.write(0x8180, 1 << 1)
    chip.wait(1000)
    assert [frame[24:] for frame, _ in chip.sky.frames] == [b"1", b"2", b"3"]


def test_urgent_queues_come_first() -> None:
    chip = Chip()
    for queue in range(5):
        at = chip.header(queue * 0x1000, 0, FRAME[:24] + bytes((queue,)))
        chip.write(0x8198 + 4 * queue, at)
    chip.write(0x8180, 0x1F << 8)
    chip.write(0x38, ACTIVE)
    chip.wait(10_000)
    assert [frame[24] for frame, _ in chip.sky.frames] == [0, 4, 3, 2, 1]


@pytest.mark.parametrize("bad", [0, 0x1234, 0xFFFF_FFF0, RAM + 0xFFF0])
def test_a_list_that_leads_nowhere_is_left(bad: int) -> None:
    chip = Chip()
    chip.write(0x38, ACTIVE)
    chip.write(0x819C, bad)
    chip.write(0x81B8, bad)
    chip.write(0x81BC, bad)
    chip.write(0x8180, 1 << 9 | 3 << 26)
    chip.wait(1000)
    chip.mac.receive(received())
    assert chip.sky.frames == []


def test_a_frame_is_received_into_the_lists() -> None:
    chip = Chip()
    chip.lists(headers=3, buffers=6, size=16)
    assert not chip.mac.receive(received()), "it is idle, and does not listen"
    chip.write(0x38, ACTIVE)
    assert chip.mac.receive(received())
    header = RAM + 0x8000
    assert chip.ram.word(header + 0x40) == 0x6000
    assert chip.ram.word(header + 0x1C) == len(FRAME), "without FCS"
    assert chip.ram.word(header + 8) == RAM + 0xA000
    assert chip.ram.word(header + 0x20) == 1234
    assert chip.ram.word(header + 0x30) == 0xD8D8_D8D8, "-40 dBm"
    buffers = [RAM + 0xA000 + n * 0x200 for n in range(3)]
    assert chip.ram.peek(buffers[0] + 0x40, 16) + chip.ram.peek(buffers[1] + 0x40, 13) == FRAME
    assert [chip.ram.word(at + 16) for at in buffers] == [2, 2, 3]
    assert chip.line(RECEIVED_LINE)
    chip.write(0x807C, 0xA0000)
    assert not chip.line(RECEIVED_LINE)
    assert chip.mac.receive(received())
    assert chip.ram.word(header + 0x60 + 0x40) == 0x6000
    assert chip.ram.word(header + 0x60 + 8) == RAM + 0xA000 + 3 * 0x200


def test_a_frame_waits_until_there_is_room() -> None:
    chip = Chip()
    chip.write(0x38, ACTIVE)
    for _ in range(16):
        assert chip.mac.receive(received())
    assert not chip.mac.receive(received()), "that is lost"
    assert not chip.line(RECEIVED_LINE)
    chip.lists(headers=20, buffers=60)
    done = [chip.ram.word(RAM + 0x8000 + n * 0x60 + 0x40) for n in range(20)]
    assert done == [0x6000] * 16 + [0] * 4


def test_buffers_are_used_again_as_they_are() -> None:
    """Firmware appends them with their old status; it keeps the last one of the newest frame."""
    chip = Chip()
    chip.lists(headers=1, buffers=4, size=16)
    chip.write(0x38, ACTIVE)
    assert chip.mac.receive(received())
    assert [chip.ram.word(RAM + 0xA010 + n * 0x200) for n in range(4)] == [2, 2, 3, 0]
    header, last = RAM + 0x8000, RAM + 0xA600
    for _ in range(20):
        chip.ram.words(header + 0x40, 0)
        chip.ram.words(header + 4, header)
        spare = chip.read(0x854C)
        used = [RAM + 0xA000 + n * 0x200 for n in range(4)]
        free = [at for at in used if at not in {spare, last}]
        for at, following in zip([last, *free], [*free, 0], strict=True):
            chip.ram.words(at + 4, following)
        last = free[-1]
        chip.write(0x8180, 3 << 24)
        assert chip.mac.receive(received())
        assert chip.ram.word(header + 0x40) == 0x6000


def test_interfaces_share_an_address_but_for_the_bits_of_the_mask() -> None:
    chip = Chip()
    chip.lists(headers=4, buffers=12)
    chip.write(0x38, ACTIVE)
    second = OWN[:5] + bytes((OWN[5] ^ 2,))
    assert not chip.mac.receive(received(FRAME[:4] + second + FRAME[10:]))
    chip.write(0x1C, 0x0300)
    assert chip.mac.receive(received(FRAME[:4] + second + FRAME[10:]))
    assert not chip.mac.receive(received(FRAME[:4] + OTHER + FRAME[10:]))


def test_frames_of_others_are_not_received_unless_wanted() -> None:
    chip = Chip()
    chip.lists(headers=4, buffers=12)
    chip.write(0x38, ACTIVE)
    foreign = FRAME[:4] + OTHER + FRAME[10:]
    assert not chip.mac.receive(received(foreign))
    assert chip.ram.word(RAM + 0x8040) == 0
    chip.write(0x60, 1 << 6)
    assert not chip.mac.receive(received(foreign)), "it does not acknowledge them"
    assert chip.ram.word(RAM + 0x8040) == 0x6000
    assert not chip.mac.receive(received(FRAME[:4] + b"\xff" * 6 + FRAME[10:]))
    assert chip.ram.word(RAM + 0x80A0) == 0x6400, "to a group"


def _store_key(chip: Chip, index: int, cipher: int) -> None:
    for n in range(4):
        chip.write(0xAC + 4 * n, 0x1111_1111 * n)
    chip.write(0xBC, int.from_bytes(OTHER[:4], "little"))
    chip.write(0xC0, int.from_bytes(OTHER[4:], "little"))
    chip.write(0xC4, 1 << 30 | index << 16 | cipher << 8 | 2)


def test_the_key_memory_is_written_searched_and_read() -> None:
    chip = Chip()
    _store_key(chip, 24, 3)
    assert not chip.read(0xC4) >> 30, "done"
    chip.write(0xC4, 1 << 29)
    assert chip.read(0xC4) >> 16 == 24
    chip.write(0xBC, 0)
    chip.write(0xC4, 1 << 29)
    assert chip.read(0xC4) >> 28 & 1, "not found"
    chip.write(0xC4, 1 << 31 | 24 << 16)
    assert chip.read(0xBC) == int.from_bytes(OTHER[:4], "little")
    assert chip.read(0xB0) == 0x1111_1111


def test_what_is_received_tells_its_key_and_that_it_was_decrypted() -> None:
    chip = Chip()
    chip.lists(headers=4, buffers=12)
    chip.write(0x38, ACTIVE)
    protected = FRAME[:1] + b"\x42" + FRAME[2:24] + bytes(8) + FRAME[24:]
    chip.mac.receive(received(protected))
    assert chip.ram.word(RAM + 0x8040) == 0x6010, "no key"
    _store_key(chip, 24, 3)
    chip.mac.receive(received(protected))
    assert chip.ram.word(RAM + 0x80A0) == 0x601C | 1 << 25 | 24 << 15
    chip.mac.receive(received())
    assert chip.ram.word(RAM + 0x8100) == 0x6000 | 1 << 25 | 24 << 15


def test_an_access_point_is_told_when_its_beacon_is_due() -> None:
    chip = Chip()
    chip.write(0x4C, 3)
    chip.write(0x64, 100)
    chip.write(0x38, ACTIVE)
    chip.wait(102_300)
    assert not chip.line(GENERAL_LINE)
    chip.wait(200)
    assert chip.line(GENERAL_LINE)
    assert chip.read(0x806C) & 1
    chip.write(0x8070, 1)
    chip.wait(102_400)
    assert chip.read(0x806C) & 1
    chip.write(0x8070, 1)
    chip.write(0x38, IDLE)
    chip.wait(300_000)
    assert chip.read(0x806C) == 1 << 2, "idle was reached, and no beacon is due"


def test_waking_from_doze_ends_in_idle() -> None:
    chip = Chip()
    chip.write(0x38, 2 << 4)
    chip.write(0x8048, 1 << 31)
    assert chip.read(0x38) == 0
    assert chip.read(0x806C) == 1 << 2


@pytest.mark.parametrize(("listens", "beacons"), [(0, 1), (1, 1), (3, 3)])
def test_a_doze_ends_in_time_for_a_beacon(listens: int, beacons: int) -> None:
    """Without it, firmware in power save hears nothing more until it has something to send."""
    chip = Chip()
    chip.lists(headers=4, buffers=12)
    chip.write(0x38, ACTIVE)
    chip.mac.receive(received(BEACON + OTHER + OTHER + b"\0\0"))
    chip.wait(5_000)
    chip.write(0x44, listens)
    chip.write(0x38, 2 << 4)
    chip.wait(beacons * 102_400 - 5_000 - 2_010)
    assert not chip.line(WAKE_LINE)
    chip.wait(20)
    assert chip.line(WAKE_LINE)
    chip.wait(100)
    assert not chip.line(WAKE_LINE)
    chip.write(0x8048, 1 << 31)
    chip.write(0x38, ACTIVE)
    chip.wait(500_000)
    assert not chip.line(WAKE_LINE)


def test_the_duration_of_a_frame_is_computed() -> None:
    chip = Chip()
    chip.write(0x8160, 1 << 24 | 1528)
    chip.write(0x8164, 11)
    chip.write(0x8168, 1 << 31)
    assert chip.read(0x8168) == 1 << 30 | 254


def test_a_reset_forgets_queues_and_lists() -> None:
    chip = Chip()
    chip.lists(headers=4, buffers=12)
    chip.write(0x819C, chip.header(0, 0, FRAME))
    chip.write(0x8180, 1 << 9)
    chip.write(0x8050, 1)
    chip.write(0x38, ACTIVE)
    chip.wait(1000)
    chip.mac.receive(received())
    assert chip.sky.frames == []
    assert chip.ram.word(RAM + 0x8040) == 0


def test_a_saved_mac_goes_on_where_it_was() -> None:
    chip = Chip()
    chip.lists(headers=1, buffers=3)
    _store_key(chip, 24, 3)
    chip.write(0x38, ACTIVE)
    chip.mac.receive(received())
    chip.mac.receive(received())
    chip.write(0x819C, chip.header(0, 0, FRAME))
    chip.write(0x8180, 1 << 9)
    twin = Chip()
    twin.ram.data[:] = chip.ram.data
    twin.mac.load(chip.mac.save())
    twin.clock.load(chip.clock.now, chip.clock.save())
    for each in (chip, twin):
        each.wait(1000)
        each.ram.words(RAM + 0x8004, RAM + 0x8060)
        each.ram.words(RAM + 0x8060, 0xBAADF00D, 0, *[0] * 15)
        each.ram.words(RAM + 0xA404, RAM + 0xA600)
        for place in (0xA600, 0xA800):
            at = RAM + place
            each.ram.words(at, 0xC0DEDBAD, at + 0x200, at + 0x40, at + 0x80, 0)
        each.write(0x8180, 3 << 24)
    assert chip.sky.frames == twin.sky.frames != []
    assert chip.ram.data == twin.ram.data
    assert chip.ram.word(RAM + 0x80A0) == 0x6000 | 1 << 25 | 24 << 15
    assert chip.mac.save() == twin.mac.save()


def test_without_an_antenna_nothing_moves() -> None:
    chip = Chip()
    chip.mac.connect(None)
    chip.write(0x38, ACTIVE)
    chip.write(0x4C, 3)
    chip.write(0x819C, chip.header(0, 0, FRAME))
    chip.write(0x8180, 1 << 9)
    chip.wait(500_000)
    assert chip.read(0x8180) == 1 << 9, "registers store what is written"
    assert chip.ram.word(RAM + 0x3C) == 0
    assert chip.board.icu.lines == 0
