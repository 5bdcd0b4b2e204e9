"""The flash controller and the NOR flash behind it; addresses are physical.

Programming can only clear bits, erasing sets whole sectors; addresses wrap at the flash size, which
BK7231T clients rely on (they add 0x200000).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bekenlab.chips import SECTOR
from bekenlab.machine.devices.base import Device, State, Wiring, bytes_of, int_of, ints_of, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OPERATE, WRITE_DATA, READ_DATA, READ_ID, STATUS, CONFIG = 0, 4, 8, 0x10, 0x14, 0x1C
PAGE = 32
_PAGE_WORDS = PAGE // 4
_START = 1 << 29
_BUSY = 1 << 31
_READ_STATUS, _WRITE_STATUS, _READ, _READ_STATUS2 = 3, 4, 5, 6
_PROGRAM, _ERASE_SECTOR, _ERASE_32K, _ERASE_64K, _ERASE_CHIP = 12, 13, 14, 15, 16
_READ_JEDEC = 20
_ERASE = {_ERASE_SECTOR: SECTOR, _ERASE_32K: 0x10000, _ERASE_64K: 0x10000}
_CONFIG_STATUS_SHIFT, _CONFIG_STATUS_MASK = 10, 0xFFFF
_TAKES_STORES = 1 << 9


class Flash(Device):
    """The flash controller with its memory.

    Args:
        wiring: Its connections.
        jedec: Answer to the id command: maker, type, capacity in bits 23:16, 15:8, 7:0; the flash
            has ``1 << capacity`` bytes.

    Attributes:
        content: The flash, physical addresses.
        changed: Sectors written or erased since the start.
        on_change: Called with (physical address, length) after content changed.
        on_command: Called before a command is executed or the configuration is changed.
        on_long: Called after a command that takes long in reality and here, so that firmware that
            gives one after the other does not hold up everything else.
    """

    registers: ClassVar[Mapping[int, str]] = {
        OPERATE: "OPERATE",
        WRITE_DATA: "DATA_WRITE",
        READ_DATA: "DATA_READ",
        READ_ID: "READ_ID",
        STATUS: "STATUS",
        CONFIG: "CONFIG",
    }

    def __init__(self, wiring: Wiring, jedec: int) -> None:
        super().__init__(wiring)
        self.content = bytearray(b"\xff" * SECTOR)
        self.changed: set[int] = set()
        self.on_change: Callable[[int, int], None] = lambda _address, _length: None
        self.on_command: Callable[[], None] = lambda: None
        self.on_long: Callable[[], None] = lambda: None
        self._jedec = jedec
        self._status = 0
        self._out: list[int] = []
        self._page = b"\xff" * PAGE
        self._pointer = 0

    def hold(self, image: bytes) -> None:
        """Load an image, followed by blank flash up to the size given by the id.

        Firmware keeps its variables at the end of flash, counted from the size in the id. A longer
        image is kept whole, and the id tells the size that holds it.
        """
        capacity = max(self._jedec & 0xFF, (len(image) - 1).bit_length())
        self._jedec = self._jedec & ~0xFF | capacity
        self.content = bytearray(image.ljust(1 << capacity, b"\xff"))

    def read(self, offset: int) -> int:
        """READ_DATA gives the page word by word; the busy bit always reads 0."""
        if offset == READ_DATA:
            pointer = self._pointer
            self._pointer = (pointer + 4) % PAGE
            return int.from_bytes(self._page[pointer : pointer + 4], "little")
        if offset == OPERATE:
            return super().read(offset) & ~(_START | _BUSY)
        if offset == READ_ID:
            return self._jedec
        if offset == STATUS:
            return self._status & 0xFF
        return super().read(offset)

    def write(self, offset: int, value: int) -> None:
        """Writing OPERATE with the start bit executes a command."""
        if offset == WRITE_DATA:
            if len(self._out) < _PAGE_WORDS:
                self._out.append(value)
            return
        if offset in {OPERATE, CONFIG}:
            self.on_command()
        super().write(offset, value)
        if offset == OPERATE:
            if value & (_START | _BUSY):
                self._operate(value >> 24 & 0x1F, (value & 0xFFFFFF) % len(self.content))
            self._out = []

    def _operate(self, opcode: int, address: int) -> None:
        if opcode == _READ:
            self._page = self._bytes(address, PAGE)
            self._pointer = 0
        elif opcode == _PROGRAM:
            self.program(address, b"".join(word.to_bytes(4, "little") for word in self._out))
        elif opcode in _ERASE:
            size = _ERASE[opcode]
            self._erase(address - address % size, size)
        elif opcode == _ERASE_CHIP:
            self._erase(0, len(self.content))
            self.on_long()
        elif opcode == _WRITE_STATUS:
            config = self.words.get(CONFIG, 0)
            self._status = config >> _CONFIG_STATUS_SHIFT & _CONFIG_STATUS_MASK

    def _bytes(self, address: int, length: int) -> bytes:
        data = bytes(self.content[address : address + length])
        return data + bytes(self.content[: length - len(data)])

    @property
    def takes_stores(self) -> bool:
        """Whether the processor may write code by storing to it."""
        return bool(self.words.get(CONFIG, 0) & _TAKES_STORES)

    def program(self, address: int, data: bytes) -> None:
        """Clear the bits that are 0 in ``data``."""
        size = len(self.content)
        for n, byte in enumerate(data):
            self.content[(address + n) % size] &= byte
        if data:
            last = address + len(data) - 1
            self.changed.update(
                n % (size // SECTOR) for n in range(address // SECTOR, last // SECTOR + 1)
            )
            self.on_change(address, len(data))

    def _erase(self, address: int, size: int) -> None:
        end = min(address + size, len(self.content))
        self.content[address:end] = b"\xff" * (end - address)
        self.changed.update(range(address // SECTOR, -(-end // SECTOR)))
        self.on_change(address, end - address)

    def save(self) -> State:
        """Registers, buffers, and the sectors that differ from the image."""
        sectors = {
            n: bytes(self.content[n * SECTOR : (n + 1) * SECTOR]) for n in sorted(self.changed)
        }
        return {
            **super().save(),
            "sectors": sectors,
            "status": self._status,
            "out": list(self._out),
            "page": self._page,
            "pointer": self._pointer,
        }

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned, over the same image."""
        super().load(state)
        for number, data in table_of(state["sectors"]).items():
            start = number * SECTOR
            sector = bytes_of(data)
            self.content[start : start + len(sector)] = sector
            self.changed.add(number)
            self.on_change(start, len(sector))
        self._out = ints_of(state["out"])
        self._page = bytes_of(state["page"])
        self._status = int_of(state["status"])
        self._pointer = int_of(state["pointer"])
