"""The unmodified bk7231tools 2.1.2 against the virtual ROM, in virtual time.

It gets a serial port made of a virtual line, and its sleeps become the line's; nothing else of it
is changed. What it prints, checks and retries is its own.
"""

import importlib
import io
import random
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

import peers
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.fault_spec import parse_terms
from bekenlab.machine.rom import RomChip, chip_faults

LOADER = random.Random(1).randbytes(0x11000)
FLASH = LOADER + random.Random(2).randbytes(0x20000) + b"\xff" * (0x200000 - 0x31000)


class VirtualSerial:
    """As much of ``serial.Serial`` as the program uses."""

    line: VirtualTransport

    def __init__(self, port: str, baudrate: int, timeout: float) -> None:
        self.timeout = timeout
        self.closed = False
        self._held = b""
        self._dtr = self._rts = False
        self.line.set_baud(baudrate)

    @property
    def baudrate(self) -> int:
        return self.line.baud

    @baudrate.setter
    def baudrate(self, baud: int) -> None:
        self.line.set_baud(baud)

    def write(self, data: bytes) -> None:
        self.line.write(data)

    def flush(self) -> None: ...

    def read(self, size: int = 1) -> bytes:
        deadline = self.line.now() + self.timeout
        while len(self._held) < size and (left := deadline - self.line.now()) > 0:
            self._held += self.line.read(left)
        found, self._held = self._held[:size], self._held[size:]
        return found

    def read_until(self, expected: bytes) -> bytes:
        found = b""
        while not found.endswith(expected) and (byte := self.read(1)):
            found += byte
        return found

    def close(self) -> None:
        self.closed = True


def _lines(self: VirtualSerial) -> None:
    assert self.line.lines is not None
    self.line.lines.set(dtr=self._dtr, rts=self._rts)


@pytest.fixture
def chip() -> RomChip:
    return RomChip("BK7231N", FLASH)


@pytest.fixture
def tool(chip: RomChip, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    yield from linked(chip, monkeypatch)


def linked(chip: RomChip, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    peers.needs("bk7231tools")
    serial = importlib.import_module("bk7231tools.serial")
    line = VirtualTransport(chip)
    monkeypatch.setattr(VirtualSerial, "line", line, raising=False)
    monkeypatch.setattr("bk7231tools.serial.main.Serial", VirtualSerial)
    for module in ("protocol", "linking"):
        monkeypatch.setattr(f"bk7231tools.serial.{module}.sleep", line.sleep)
    program = serial.BK7231Serial("virtual", baudrate=921_600)
    line.device.reset()
    program.connect()
    yield program
    program.close()


def test_chip_info(tool: Any, chip: RomChip) -> None:
    assert tool.bk_chip_id == 0x7231C
    assert tool.chip_type.name == "BK7231N"
    assert tool.protocol_type.name == "FULL"
    assert tool.flash_id == bytes.fromhex("eb6015")
    assert tool.flash_size == 0x200000
    assert chip.baud == 921_600


def test_reads_128_kib_checked_by_crc(tool: Any) -> None:
    assert tool.flash_read_bytes(0x11000, 0x20000, crc_check=True) == FLASH[0x11000:0x31000]


def test_writes_64_kib_and_checks_them(tool: Any, chip: RomChip) -> None:
    data = random.Random(3).randbytes(0x10000)
    written = sum(tool.program_flash(io.BytesIO(data), len(data), 0x12000, crc_check=True))
    assert written == len(data)
    assert chip.flash == FLASH[:0x12000] + data + FLASH[0x22000:]


def test_writes_from_the_middle_of_a_sector(tool: Any, chip: RomChip) -> None:
    # Less than a page: it takes the one byte that says how much was written for 256 or less, and
    # gives up when it says 0 for a whole page.
    data = random.Random(4).randbytes(0x40)
    sum(tool.program_flash(io.BytesIO(data), len(data), 0x11F80, really_erase=True))
    assert chip.flash[0x11F80 : 0x11F80 + 0x40] == data


def test_its_crc_rule_matches_the_rom(tool: Any) -> None:
    assert tool.read_flash_range_crc(0x11000, 0x12000) == zlib.crc32(FLASH[0x11000:0x12000])


def test_it_notices_protection_that_cannot_be_lifted(monkeypatch: pytest.MonkeyPatch) -> None:
    chip = RomChip("BK7231N", FLASH, faults=chip_faults(parse_terms("stuck-protection")))
    for tool in linked(chip, monkeypatch):
        with pytest.raises(RuntimeError, match="Status Register"):
            list(tool.program_flash(io.BytesIO(bytes(4096)), 4096, 0x12000))
    assert chip.flash == FLASH
