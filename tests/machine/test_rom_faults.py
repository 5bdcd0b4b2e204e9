"""The faults of a virtual ROM chip."""

import random

import pytest

from bekenlab.errors import UsageError
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.fault_spec import parse_terms
from bekenlab.machine.rom import ChipFaults, Mode, RomChip, chip_faults
from rom_host import ask, link, long, read_all, short, u32

FLASH = random.Random(3).randbytes(0x10000)
UNLOCK = long(0x0D, b"\x01\0\0")
ERASE = long(0x0F, b"\x20" + u32(0x1000))


def chip(spec: str) -> tuple[VirtualTransport, RomChip]:
    rom = RomChip("BK7231N", FLASH, faults=chip_faults(parse_terms(spec)))
    line = VirtualTransport(rom)
    link(line)
    return line, rom


def mode(rom: RomChip) -> Mode:
    return rom.mode


def test_the_nth_erase_is_refused_and_not_done() -> None:
    line, rom = chip("refuse-erase@2")
    ask(line, UNLOCK)
    assert ask(line, long(0x0B, u32(0)))[10] == 0
    assert ask(line, ERASE)[10] == 3
    assert rom.flash == b"\xff" * 0x1000 + FLASH[0x1000:]
    assert ask(line, ERASE)[10] == 0
    assert rom.flash == b"\xff" * 0x2000 + FLASH[0x2000:]


def test_the_status_of_a_refusal_can_be_chosen() -> None:
    line, _ = chip("refuse-erase@1:2=10")
    assert [ask(line, ERASE)[10] for _ in range(3)] == [10, 10, 0]


def test_protection_that_cannot_be_lifted() -> None:
    line, rom = chip("stuck-protection")
    assert ask(line, UNLOCK)[10] == 0
    assert ask(line, long(0x0C, b"\x05"))[-1] == 0x1C
    ask(line, ERASE)
    assert rom.flash == FLASH


def test_a_change_of_rate_is_answered_at_the_old_one() -> None:
    line, rom = chip("ignore-baud@1")
    for rate in (115200, 921600):
        line.write(short(0x0F, u32(921600) + b"\2"))
        line.sleep(0.001)
        line.set_baud(rate)
        assert read_all(line)[:7] == bytes.fromhex("040e0901e0fc0f")
        assert rom.baud == rate


@pytest.mark.parametrize(
    "request_", [long(9, u32(0)), short(0x10, u32(0, 0xFFFF)), short(3, u32(0))]
)
def test_a_reset_in_the_middle(request_: bytes) -> None:
    whole = ask(chip("")[0], request_)
    line, rom = chip("reset@2")
    assert ask(line, request_) == whole
    part = ask(line, request_, 0.08)
    assert len(part) < len(whole)
    assert whole.startswith(part)
    assert mode(rom) is Mode.WINDOW
    line.sleep(1)
    assert mode(rom) is Mode.APP
    link(line)
    assert ask(line, request_) == whole


def test_a_reply_is_cut_in_its_middle() -> None:
    line, _ = chip("reset@1")
    assert 1000 < len(ask(line, long(9, u32(0)), 0.01)) < 3000


def test_power_goes_away_during_an_erase() -> None:
    line, rom = chip("power-cut@2")
    ask(line, UNLOCK)
    ask(line, long(7, u32(0) + bytes(4096)))
    assert ask(line, ERASE) == b""
    assert mode(rom) is Mode.DEAD
    assert rom.flash == bytes(0x1000) + b"\xff" * 0x800 + FLASH[0x1800:]
    line.sleep(10)
    assert ask(line, short(0)) == b""
    link(line)
    assert ask(line, ERASE)[10] == 0
    assert rom.flash == bytes(0x1000) + b"\xff" * 0x1000 + FLASH[0x2000:]


def test_power_goes_away_during_a_write() -> None:
    line, rom = chip("power-cut@1")
    ask(line, UNLOCK)
    assert ask(line, long(7, u32(0) + bytes(4096))) == b""
    assert rom.flash == bytes(0x800) + FLASH[0x800:]


def test_silence_for_some_requests() -> None:
    line, _ = chip("silence@2:3")
    id_ = short(3, u32(0x800000))
    assert [len(ask(line, r)) for r in (id_, id_, short(0), id_, id_)] == [15, 0, 0, 0, 15]


def test_slow_work_takes_longer() -> None:
    def seconds(spec: str) -> float:
        line, _ = chip(spec)
        ask(line, UNLOCK)
        line.write(ERASE)
        start = line.now()
        while not line.read(1):
            pass
        return line.now() - start

    assert 3.5 < seconds("slow=4") / seconds("") < 4.1


def test_a_deaf_chip_loses_what_comes_while_it_works() -> None:
    line, _ = chip("deaf")
    line.write(short(0x10, u32(0, 0xFFFF)) + short(0))
    assert read_all(line).startswith(bytes.fromhex("040e0801e0fc10"))
    assert len(ask(line, short(0))) == 8


def test_the_flash_id_can_be_changed() -> None:
    line, _ = chip("flash-id=0x0")
    assert ask(line, long(0x0E, bytes.fromhex("9f000000")))[12:] == bytes(3)


def test_an_empty_text_has_no_faults() -> None:
    assert chip_faults(parse_terms(" ")) == ChipFaults()


@pytest.mark.parametrize(
    "spec",
    [
        "smoke",
        "slow=fast",
        "reset@x",
        "reset@" + "9" * 5000,
        "reset:" + "9" * 5000,
        "slow=1e999",
        "slow=0x" + "f" * 400,
        "slow=nan",
    ],
)
def test_invalid_faults_are_refused(spec: str) -> None:
    with pytest.raises(UsageError):
        chip_faults(parse_terms(spec))
