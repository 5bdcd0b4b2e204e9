"""The Bluetooth controller: time, interrupts, sleep, AES and activities, as firmware uses them."""

from __future__ import annotations

import pytest

from bekenlab.machine.board import build_board
from bekenlab.machine.chips import load_profile
from bekenlab.machine.clock import Clock

BASE, MEMORY, ICU_STATUS, DEBUG13 = 0x90_0000, 0x91_0000, 0x80_204C, 0x80_0034
CONTROL, ENABLE, STATUS, CLEAR, ACTIVITY = BASE, BASE + 0x18, BASE + 0x1C, BASE + 0x20, BASE + 0x24
SLEEP, SLEEP_FOR, SLEPT, SETTLES = BASE + 0x30, BASE + 0x34, BASE + 0x38, BASE + 0x3C
CLOCK, FINE, START = BASE + 0xF8, BASE + 0xFC, BASE + 0x100
FINE_TARGET, TARGET_1, FINE_TARGET_1 = BASE + 0xE4, BASE + 0xE8, BASE + 0xEC
LE_CONTROL, LE_VERSION, LE_ENABLE = BASE + 0x800, BASE + 0x804, BASE + 0x80C
LINE = 29
NORMAL, ABORTED, SKIPPED = 3, 5, 6
#: Microseconds of a half slot.
HALF_SLOT = 312.5


class Ble:
    """The controller on a board, and how firmware reaches it."""

    def __init__(self) -> None:
        profile = load_profile("BK7231N")
        self.clock = Clock(profile.rate)
        self.board = build_board(profile, self.clock)
        self.write(ENABLE, 0x800E)
        self.write(LE_ENABLE, 0x1001E)

    def read(self, address: int, width: int = 4) -> int:
        return self.board.bus.read(address, width)

    def write(self, address: int, value: int, width: int = 4) -> None:
        self.board.bus.write(address, width, value)

    def run(self, microseconds: float) -> None:
        """Let time pass."""
        end = self.clock.now + round(microseconds * self.clock.hz / 1_000_000)
        while (following := self.clock.next()) is not None and following <= end:
            self.clock.now = max(self.clock.now, following)
            self.clock.fire()
        self.clock.now = end

    @property
    def interrupt(self) -> bool:
        return bool(self.board.icu.lines >> LINE & 1)

    def time(self) -> tuple[int, int]:
        """Half slot and half microsecond in it, as the SDK's ``rwip_time_get`` reads them."""
        self.write(CLOCK, 1 << 31)
        assert not self.read(CLOCK) >> 31
        return self.read(CLOCK), 624 - self.read(FINE)

    def program(self, number: int, slot: int, *, lasts: int = 0, priority: int = 5) -> None:
        """Put an activity into the table, as ``sch_prog_push`` does."""
        entry, control = MEMORY + 16 * number, 0x150
        self.write(entry + 2, slot & 0xFFFF, 2)
        self.write(entry + 4, slot >> 16, 2)
        self.write(entry + 6, 624, 2)
        self.write(entry + 8, control >> 2, 2)
        self.write(MEMORY + control + 0x30, lasts, 2)
        self.write(entry, priority << 11 | 2, 2)
        self.write(START, 1 << 31 | number)

    def status(self, number: int) -> int:
        return self.read(MEMORY + 16 * number, 2) >> 3 & 7

    def told(self) -> list[int]:
        """What ``sch_prog_fifo_isr`` is told, until there is nothing more."""
        found = []
        while self.read(STATUS) & 0x8000:
            found.append(self.read(ACTIVITY))
            self.write(CLEAR, 0x8000)
        return found


@pytest.fixture
def ble() -> Ble:
    return Ble()


def test_its_version_is_what_the_link_layer_was_made_for(ble: Ble) -> None:
    """Without it, the link layer asserts and does nothing."""
    assert ble.read(LE_VERSION) == 0x0A00_0F00


def test_time_passes_in_half_slots(ble: Ble) -> None:
    first, part = ble.time()
    ble.run(10 * HALF_SLOT + 100)
    slot, later = ble.time()
    assert slot * 625 + later - first * 625 - part == pytest.approx(6250 + 200, abs=2)


def test_the_clock_can_be_set(ble: Ble) -> None:
    ble.write(CLOCK, 1 << 31 | 1 << 30 | 1000)
    assert ble.time()[0] == 1000
    ble.run(2 * HALF_SLOT + 1)
    assert ble.time()[0] == 1002


@pytest.mark.parametrize(
    ("target", "fine", "bit"), [(FINE_TARGET, None, 4), (TARGET_1, FINE_TARGET_1, 5)]
)
def test_a_target_in_time_is_reached(ble: Ble, target: int, fine: int | None, bit: int) -> None:
    slot = ble.time()[0]
    ble.write(target, slot + 4)
    if fine is not None:
        ble.write(fine, 624 - 300)
    ble.write(CLEAR, 1 << bit)
    ble.write(ENABLE, 0x800E | 1 << bit)
    ble.run(3 * HALF_SLOT)
    assert not ble.interrupt
    ble.run(2 * HALF_SLOT)
    assert ble.interrupt
    assert ble.read(STATUS) == 1 << bit
    ble.write(CLEAR, 1 << bit)
    assert not ble.interrupt


def test_a_target_that_is_not_enabled_does_not_interrupt(ble: Ble) -> None:
    ble.write(FINE_TARGET, ble.time()[0] + 2)
    ble.run(4 * HALF_SLOT)
    assert not ble.interrupt
    assert not ble.read(STATUS)


def test_it_wakes_after_the_time_it_was_to_sleep(ble: Ble) -> None:
    """In cycles of 32 kHz; the half slot interrupt follows when it is enabled."""
    ble.write(SLEEP_FOR, 320)
    ble.write(SLEEP, 1 << 2)
    assert ble.read(SLEEP) >> 15 & 1
    ble.run(9_900)
    assert not ble.interrupt
    ble.run(200)
    assert ble.read(STATUS) == 1 << 1
    assert ble.read(SLEPT) == 320
    assert not ble.read(SLEEP)
    ble.write(CLEAR, 1 << 1)
    ble.write(ENABLE, 0x800F)
    ble.run(HALF_SLOT)
    assert ble.read(STATUS) == 1 << 0


def test_firmware_wakes_it_when_there_is_something_to_do(ble: Ble) -> None:
    ble.write(SETTLES, 160 << 21)
    ble.write(SLEEP_FOR, 320_000)
    ble.write(SLEEP, 1 << 2)
    ble.run(1_000)
    ble.write(DEBUG13, 1 << 27)
    ble.run(4_900)
    assert not ble.interrupt
    ble.run(200)
    assert ble.read(STATUS) == 1 << 1


def test_an_interrupt_of_firmware(ble: Ble) -> None:
    ble.write(CONTROL, 1 << 27)
    assert ble.read(STATUS) == 1 << 3
    assert not ble.read(CONTROL)


def test_resets_are_done_at_once(ble: Ble) -> None:
    ble.program(0, ble.time()[0] + 4)
    ble.write(CONTROL, 1 << 31)
    assert not ble.read(CONTROL)
    ble.run(20 * HALF_SLOT)
    assert not ble.interrupt


def test_aes(ble: Ble) -> None:
    """The sample of the core specification for the session key: volume 6, part C, 1."""
    key = bytes.fromhex("4c68384139f574d836bcf34e9dfb01bf")[::-1]
    plain = bytes.fromhex("0213243546576879acbdcedfe0f10213")[::-1]
    for n in range(0, 16, 4):
        ble.write(BASE + 0xB4 + n, int.from_bytes(key[n : n + 4], "little"))
        ble.write(MEMORY + 0x130 + n, int.from_bytes(plain[n : n + 4], "little"))
    ble.write(BASE + 0xC4, 0x130 >> 2)
    ble.write(BASE + 0xB0, 1)
    done = b"".join(ble.read(MEMORY + 0x140 + n).to_bytes(4, "little") for n in range(0, 16, 4))
    assert done[::-1].hex() == "99ad1b5226a37e3e058e3b8e27c2c666"
    assert ble.read(STATUS) == 1 << 2
    assert not ble.read(BASE + 0xB0)


def test_an_activity_starts_in_time_and_ends(ble: Ble) -> None:
    ble.program(3, ble.time()[0] + 4, lasts=16)
    assert ble.status(3) == 1
    ble.run(5 * HALF_SLOT)
    assert ble.status(3) == 2
    assert not ble.interrupt
    ble.run(16 * HALF_SLOT)
    assert ble.status(3) == NORMAL
    assert ble.interrupt
    assert ble.told() == [3 << 24 | 1 << 1]
    assert not ble.interrupt


def test_an_activity_that_comes_too_late_is_skipped(ble: Ble) -> None:
    ble.run(20 * HALF_SLOT)
    ble.program(1, ble.time()[0] - 2)
    assert ble.status(1) == SKIPPED
    assert ble.told() == [1 << 28 | 1 << 2]


@pytest.mark.parametrize(
    ("priority", "first", "second"), [(9, ABORTED, NORMAL), (5, NORMAL, SKIPPED)]
)
def test_the_more_urgent_of_two_goes_on(ble: Ble, priority: int, first: int, second: int) -> None:
    slot = ble.time()[0]
    ble.program(0, slot + 4, lasts=40)
    ble.program(1, slot + 10, lasts=40, priority=priority)
    ble.run(80 * HALF_SLOT)
    assert (ble.status(0), ble.status(1)) == (first, second)
    assert len(ble.told()) == 2


def test_a_scan_can_be_aborted(ble: Ble) -> None:
    ble.program(0, ble.time()[0] + 4, lasts=400)
    ble.run(10 * HALF_SLOT)
    ble.write(LE_CONTROL, 1 << 24)
    assert ble.status(0) == NORMAL
    assert not ble.read(LE_CONTROL)


def test_a_snapshot_holds_what_it_does(ble: Ble) -> None:
    ble.program(2, ble.time()[0] + 4, lasts=16)
    ble.program(3, ble.time()[0] + 60)
    ble.run(5 * HALF_SLOT)
    other = Ble()
    other.clock.load(ble.clock.now, ble.clock.save())
    for name in ("ble", "ble_memory"):
        other.board.devices[name].load(ble.board.devices[name].save())
    for each in (ble, other):
        each.run(100 * HALF_SLOT)
    assert other.told() == ble.told() == [2 << 24 | 1 << 1, 3 << 24 | 1 << 1]
    assert other.time() == ble.time()


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231Q", "BK7238", "BK7252", "BK7252N"])
def test_other_chips_have_another_one(chip: str) -> None:
    assert "ble" not in build_board(load_profile(chip), Clock(1)).devices
