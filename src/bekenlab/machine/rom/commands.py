"""The commands of the ROM: their effects, replies and durations.

Replies and statuses follow the table of the download protocol (rom.toml names its sources). If a
payload is shorter than the echo in the reply, the echo is padded with FF, the content of the ROM's
buffer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips import PAGE, SECTOR
from bekenlab.machine.rom.frames import Code, LongCode, Request, Status, long_reply, short_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bekenlab.machine.rom.faults import FaultCounter
    from bekenlab.machine.rom.nor import NorFlash
    from bekenlab.machine.rom.profile import RomProfile
    from bekenlab.machine.rom.registers import Registers

_REBOOT = b"\xa5"
_RESET = b"SEAN"
_ERASE_SIZES = {0x20: SECTOR, 0x52: 0x8000, 0xD8: 0x10000}
_BLOCK = 0x10000
# Length of the payload, where only one is valid.
_LENGTHS = {
    LongCode.FLASH_WRITE_4K: 4 + SECTOR,
    LongCode.FLASH_READ: 5,
    LongCode.FLASH_READ_4K: 4,
    LongCode.FLASH_ERASE_ALL: 1,
    LongCode.FLASH_ERASE_4K: 4,
    LongCode.FLASH_ERASE: 5,
}
# How much of the payload the reply repeats.
_ECHOES = {
    LongCode.FLASH_WRITE: 4,
    LongCode.FLASH_WRITE_4K: 4,
    LongCode.FLASH_READ: 4,
    LongCode.FLASH_READ_4K: 4,
    LongCode.FLASH_ERASE_ALL: 1,
    LongCode.FLASH_ERASE_4K: 4,
    LongCode.FLASH_ERASE: 5,
}

Piece = tuple[float, bytes]
"""Seconds of work, and the bytes ready after it."""


@dataclass(frozen=True, slots=True)
class Job:
    """A request being carried out.

    Attributes:
        seconds: Duration of the work before the reply.
        reply: Called when the work is done; returns the pieces of the reply.
        baud: Rate to change to before the reply, or None.
        restart: Whether the chip restarts instead of replying.
    """

    seconds: float
    reply: Callable[[], list[Piece]]
    baud: int | None = None
    restart: bool = False


class Commands:
    """Carries out requests on flash and registers.

    Args:
        profile: Durations and statuses.
        nor: The flash.
        registers: The registers.
        faults: Determines which erases to refuse.
    """

    def __init__(
        self, profile: RomProfile, nor: NorFlash, registers: Registers, faults: FaultCounter
    ) -> None:
        self._profile = profile
        self._times = profile.times
        self._faults = faults
        self._nor = nor
        self._registers = registers
        self._long: dict[int, Callable[[bytes], Job]] = {
            LongCode.FLASH_WRITE: self._write,
            LongCode.FLASH_WRITE_4K: self._write_4k,
            LongCode.FLASH_READ: self._read,
            LongCode.FLASH_READ_4K: self._read_4k,
            LongCode.FLASH_ERASE_ALL: self._erase_all,
            LongCode.FLASH_ERASE_4K: self._erase_4k,
            LongCode.FLASH_READ_SR: self._read_status,
            LongCode.FLASH_WRITE_SR: self._write_status,
            LongCode.FLASH_SPI: self._spi,
            LongCode.FLASH_ERASE: self._erase,
        }
        self._short: dict[int, Callable[[bytes], Job]] = {
            Code.LINK_CHECK: self._link_check,
            Code.WRITE_REG: self._write_register,
            Code.READ_REG: self._read_register,
            Code.REBOOT: self._reboot,
            Code.SET_BAUD_RATE: self._set_baud_rate,
            Code.CHECK_CRC: self._check_crc,
            Code.RESET: self._reset,
            Code.STAY_ROM: self._stay_rom,
        }

    def start(self, request: Request) -> Job | None:
        """Start a request; it affects the flash immediately, while its reply takes time.

        Returns:
            None if the ROM does not answer: a short request with an incomplete payload.
        """
        if request.long:
            return self._start_long(request)
        if not request.complete:
            return None
        known = self._short.get(request.code)
        if known is None:
            return self._done(short_reply(request.code, bytes([Status.UNKNOWN_COMMAND])))
        return known(request.payload)

    def _start_long(self, request: Request) -> Job:
        known = self._long.get(request.code)
        if known is None:
            return self._done(long_reply(request.code, Status.UNKNOWN_COMMAND))
        if not request.complete:
            return self._incomplete(request)
        length = _LENGTHS.get(LongCode(request.code))
        if length is not None and len(request.payload) != length:
            return self._answer(request.code, request.payload, Status.LENGTH_ERROR)
        return known(request.payload)

    def _incomplete(self, request: Request) -> Job:
        """The ROM programs a sector page by page as it arrives, so complete pages are written."""
        seconds = 0.0
        if request.code == LongCode.FLASH_WRITE_4K and len(request.payload) > 4:
            pages = (len(request.payload) - 4) // PAGE
            seconds = self._program(request.payload[:4], request.payload[4 : 4 + pages * PAGE])
        return self._answer(request.code, request.payload, Status.PAYLOAD_INCOMPLETE, seconds)

    def _done(self, reply: bytes, seconds: float = 0.0) -> Job:
        return Job(self._times.command + seconds, lambda: [(0.0, reply)])

    def _answer(
        self, code: int, payload: bytes, status: int = Status.OK, seconds: float = 0.0
    ) -> Job:
        """A long reply with its echo of the request."""
        length = _ECHOES.get(LongCode(code), len(payload))
        echo = payload[:length].ljust(length, b"\xff")
        if code == LongCode.FLASH_WRITE:
            written = 0 if status else len(payload) - 4
            echo += bytes([written & 0xFF])
        return self._done(long_reply(code, status, echo), seconds)

    # Short requests

    def _link_check(self, _payload: bytes) -> Job:
        return self._done(short_reply(Code.LINK_CHECK + 1, b"\0"))

    def _write_register(self, payload: bytes) -> Job:
        echo = payload[:8].ljust(8, b"\xff")
        self._registers.write(_number(echo[:4]), _number(echo[4:]))
        return self._done(short_reply(Code.WRITE_REG, echo))

    def _read_register(self, payload: bytes) -> Job:
        address = payload[:4].ljust(4, b"\xff")
        value = self._registers.read(_number(address)).to_bytes(4, "little")
        return self._done(short_reply(Code.READ_REG, address + value))

    def _reboot(self, payload: bytes) -> Job:
        if payload[:1] == _REBOOT:
            return Job(self._times.command, list, restart=True)
        return self._done(short_reply(Code.REBOOT, payload[:1].ljust(1, b"\xff")))

    def _reset(self, payload: bytes) -> Job:
        if payload[:4] == _RESET:
            return Job(self._times.command, list, restart=True)
        return self._done(short_reply(Code.RESET, payload[:4].ljust(4, b"\xff")))

    def _stay_rom(self, payload: bytes) -> Job:
        return self._done(short_reply(Code.STAY_ROM, payload[:1].ljust(1, b"\xff")))

    def _set_baud_rate(self, payload: bytes) -> Job:
        echo = payload[:5].ljust(5, b"\xff")
        seconds = self._times.command + echo[4] / 1000
        reply = short_reply(Code.SET_BAUD_RATE, echo)
        return Job(seconds, lambda: [(0.0, reply)], baud=_number(echo[:4]))

    def _check_crc(self, payload: bytes) -> Job:
        start, end = _number(payload[:4]), _number(payload[4:8].ljust(4, b"\0"))
        length = end - start + 1 & 0xFFFFFFFF

        def reply() -> list[Piece]:
            crc = self._nor.crc(start, length) ^ 0xFFFFFFFF
            return [(0.0, short_reply(Code.CHECK_CRC, crc.to_bytes(4, "little")))]

        return Job(self._times.command + length / self._times.crc, reply)

    # Long requests

    def _write(self, payload: bytes) -> Job:
        if not 4 <= len(payload) <= 4 + PAGE:
            return self._answer(LongCode.FLASH_WRITE, payload, Status.LENGTH_ERROR)
        return self._write_bytes(LongCode.FLASH_WRITE, payload)

    def _write_4k(self, payload: bytes) -> Job:
        return self._write_bytes(LongCode.FLASH_WRITE_4K, payload)

    def _write_bytes(self, code: LongCode, payload: bytes) -> Job:
        status = self._protection()
        seconds = self._program(payload[:4], payload[4:])
        return self._answer(code, payload, status, seconds)

    def _program(self, address: bytes, data: bytes) -> float:
        self._nor.program(_number(address), data)
        return -(-len(data) // PAGE) * self._times.program

    def _read(self, payload: bytes) -> Job:
        data = self._nor.read(_number(payload[:4]), payload[4])
        reply = long_reply(LongCode.FLASH_READ, Status.OK, payload[:4] + data)
        return self._done(reply, len(data) / self._times.read)

    def _read_4k(self, payload: bytes) -> Job:
        def reply() -> list[Piece]:
            data = self._nor.read(_number(payload), SECTOR)
            size = self._profile.fifo
            seconds = size / self._times.read
            head = long_reply(LongCode.FLASH_READ_4K, Status.OK, payload, more=SECTOR)
            pieces = [(seconds, data[n : n + size]) for n in range(0, SECTOR, size)]
            return [(0.0, head), *pieces]

        return Job(self._times.command, reply)

    def _erase_all(self, payload: bytes) -> Job:
        blocks = range(0, self._nor.size, _BLOCK)
        return self._erase_blocks(LongCode.FLASH_ERASE_ALL, payload, blocks, _BLOCK)

    def _erase_4k(self, payload: bytes) -> Job:
        return self._erase_blocks(LongCode.FLASH_ERASE_4K, payload, [_number(payload)], SECTOR)

    def _erase(self, payload: bytes) -> Job:
        size = _ERASE_SIZES.get(payload[0])
        if size is None:
            return self._answer(LongCode.FLASH_ERASE, payload, Status.PARAMETER_ERROR)
        return self._erase_blocks(LongCode.FLASH_ERASE, payload, [_number(payload[1:])], size)

    def _erase_blocks(
        self, code: LongCode, payload: bytes, addresses: Iterable[int], size: int
    ) -> Job:
        refused = self._faults.erase()
        if refused:
            return self._answer(code, payload, refused)
        seconds = 0.0
        for address in addresses:
            self._nor.erase(address, size)
            seconds += 0.0 if self._nor.protected else self._times.erase[size]
        return self._answer(code, payload, self._protection(), seconds)

    def _protection(self) -> int:
        return self._profile.protected_status if self._nor.protected else Status.OK

    def _read_status(self, payload: bytes) -> Job:
        opcode = payload[:1].ljust(1, b"\xff")
        value = bytes([self._nor.read_status(opcode[0])])
        return self._done(long_reply(LongCode.FLASH_READ_SR, Status.OK, opcode + value))

    def _write_status(self, payload: bytes) -> Job:
        if payload:
            self._nor.write_status(payload[0], payload[1:])
        return self._answer(LongCode.FLASH_WRITE_SR, payload, Status.OK, self._times.write_status)

    def _spi(self, payload: bytes) -> Job:
        reply = long_reply(LongCode.FLASH_SPI, Status.OK, self._nor.transfer(payload))
        return self._done(reply)


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")
