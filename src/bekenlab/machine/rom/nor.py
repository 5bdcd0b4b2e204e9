"""A serial NOR flash: programming clears bits, erasing sets blocks, status bits protect them."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.chips import FlashPart

_VOLATILE = 0x03  # write in progress, write enable: never seen set from outside
_READ_ID = 0x9F
_BLANK = 0xFF


class NorFlash:
    """A flash part with its content.

    Addresses are physical and wrap at the part's size. Any protection bit that is set protects the
    whole part, since the blocks a bit protects differ between manufacturers.

    Args:
        part: The part.
        content: All of its bytes.
        protect: Initial value of the protection field.
        lasts: Called for each erase and write; returns whether power lasts until its end.

    Attributes:
        content: The current content.
        status: Status registers, register 1 in bits 7:0, register 2 in 15:8, register 3 in 23:16.
        stuck: Status bits that cannot be changed.
        jedec_id: Id that the part reports; maker in bits 7:0.
        powered: False once power was lost; nothing works until it is set to True.
    """

    def __init__(
        self,
        part: FlashPart,
        content: bytes,
        protect: int = 0,
        lasts: Callable[[], bool] = lambda: True,
    ) -> None:
        self.content = bytearray(content)
        self.status = protect << part.protect_field[0] & part.protect_mask
        self.stuck = 0
        self.jedec_id = part.jedec_id
        self.powered = True
        self._lasts = lasts
        self._part = part

    @property
    def size(self) -> int:
        """Size in bytes."""
        return len(self.content)

    @property
    def protected(self) -> bool:
        """Whether erases and writes are ignored."""
        return bool(self.status & self._part.protect_mask)

    def read(self, address: int, length: int) -> bytes:
        """Read bytes from an address."""
        start = address % self.size
        data = bytes(self.content[start : start + length])
        while len(data) < length:
            data += bytes(self.content[: length - len(data)])
        return data

    def crc(self, address: int, length: int) -> int:
        """CRC-32 of a range with the usual final inversion; the range may wrap repeatedly."""
        start = address % self.size
        value = 0
        view = memoryview(self.content)
        while length > 0:
            piece = view[start : start + length]
            value = zlib.crc32(piece, value)
            length -= len(piece)
            start = 0
        return value

    def program(self, address: int, data: bytes) -> None:
        """Clear the bits that are 0 in ``data``; nothing happens while protected."""
        start = address % self.size
        data = data[: int(len(data) * self._done())]
        while data:
            old = self.content[start : start + len(data)]
            piece, data = data[: len(old)], data[len(old) :]
            new = int.from_bytes(old, "little") & int.from_bytes(piece, "little")
            self.content[start : start + len(old)] = new.to_bytes(len(old), "little")
            start = 0

    def erase(self, address: int, size: int) -> None:
        """Set the block of ``size`` bytes around ``address`` to FF, unless it is protected.

        Args:
            address: Any address inside it.
            size: The block's, in bytes.
        """
        start = address % self.size // size * size
        end = min(start + int(size * self._done()), self.size)
        self.content[start:end] = bytes([_BLANK]) * (end - start)

    def _done(self) -> float:
        """The fraction of an erase or write that is carried out: half if power is lost."""
        if self.protected or not self.powered:
            return 0.0
        self.powered = self._lasts()
        return 1.0 if self.powered else 0.5

    def read_status(self, opcode: int) -> int:
        """Read a status register by its opcode; 0 if the part has no such register."""
        if opcode not in self._part.read_opcodes:
            return 0
        return self.status >> 8 * self._part.read_opcodes.index(opcode) & 0xFF

    def write_status(self, opcode: int, values: bytes) -> None:
        """Write status registers, starting at the one the opcode selects; missing ones stay 0."""
        if opcode not in self._part.write_opcodes:
            return
        first = 8 * self._part.write_opcodes.index(opcode)
        held = (1 << 8 * self._part.status_registers) - 1
        mask = ((1 << 8 * len(values)) - 1 << first) & held & ~_VOLATILE & ~self.stuck
        value = int.from_bytes(values, "little") << first
        self.status = self.status & ~mask | value & mask

    def transfer(self, sent: bytes) -> bytes:
        """A raw SPI transfer: the bytes received while ``sent`` is sent, equally many.

        The part cannot answer before it knows the opcode, so the first byte is junk. The id and the
        status registers are supported; everything else gives zeros.
        """
        if not sent:
            return b""
        opcode = sent[0]
        if opcode == _READ_ID:
            answer = self.jedec_id.to_bytes(3, "little")
        elif opcode in self._part.read_opcodes:
            answer = bytes([self.read_status(opcode)]) * (len(sent) - 1)
        else:
            answer = b""
        return (b"\xff" + answer).ljust(len(sent), b"\0")[: len(sent)]
