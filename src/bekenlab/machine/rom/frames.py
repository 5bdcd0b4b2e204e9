"""Requests and replies of the download protocol, as bytes.

Short request: ``01 E0 FC | length | code | payload``; long: ``01 E0 FC FF F4 | length (2 bytes) |
code | payload``. Lengths count code and payload. Replies: see :func:`short_reply` and
:func:`long_reply`. All numbers are little endian, nothing has a checksum.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

_PREAMBLE = b"\x01\xe0\xfc"
_LONG = b"\xff\xf4"
_SHORT_HEAD = len(_PREAMBLE) + 1
_LONG_HEAD = len(_PREAMBLE) + len(_LONG) + 2


class Code(IntEnum):
    """Codes of short requests."""

    LINK_CHECK = 0x00
    WRITE_REG = 0x01
    READ_REG = 0x03
    REBOOT = 0x0E
    SET_BAUD_RATE = 0x0F
    CHECK_CRC = 0x10
    RESET = 0x70
    STAY_ROM = 0xAA


class LongCode(IntEnum):
    """Codes of long requests."""

    FLASH_WRITE = 0x06
    FLASH_WRITE_4K = 0x07
    FLASH_READ = 0x08
    FLASH_READ_4K = 0x09
    FLASH_ERASE_ALL = 0x0A
    FLASH_ERASE_4K = 0x0B
    FLASH_READ_SR = 0x0C
    FLASH_WRITE_SR = 0x0D
    FLASH_SPI = 0x0E
    FLASH_ERASE = 0x0F


class Status(IntEnum):
    """Status in a long reply; the last three exist on newer chips only."""

    OK = 0
    FLASH_BUSY = 1
    SPI_TIMEOUT = 2
    FLASH_TIMEOUT = 3
    LENGTH_ERROR = 4
    PAYLOAD_INCOMPLETE = 5
    PARAMETER_ERROR = 6
    UNKNOWN_COMMAND = 7
    INTERNAL_ERROR = 8
    WRITE_ERROR = 9
    PROTECTED_AREA = 10


@dataclass(frozen=True, slots=True)
class Request:
    """A request from the host.

    Attributes:
        long: Whether it has the long form; short and long codes are different commands.
        code: The command.
        payload: The bytes after the code.
        complete: False if the line fell silent before the whole payload had arrived.
    """

    long: bool
    code: int
    payload: bytes
    complete: bool = True


class Parser:
    """Finds requests in a stream of bytes; anything else is skipped."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def inside(self) -> bool:
        """Whether a request has begun."""
        return bool(self._buffer)

    def clear(self) -> None:
        """Discard the request that has begun."""
        self._buffer.clear()

    def feed(self, data: bytes) -> tuple[int, Request | None]:
        """Consume bytes up to the end of one request.

        Returns:
            Number of bytes consumed (all, if no request ended in them), and the request.
        """
        held = len(self._buffer)
        self._buffer += data
        start = self._start()
        del self._buffer[:start]
        length = self._length()
        if length is None or len(self._buffer) < length:
            return len(data), None
        taken = start + length - held
        request = self._request(bytes(self._buffer[:length]), complete=True)
        self.clear()
        return taken, request

    def expire(self) -> Request | None:
        """Give up waiting for the rest of a request; None if not even its code arrived."""
        frame = bytes(self._buffer)
        self.clear()
        head = _LONG_HEAD if frame.startswith(_PREAMBLE + _LONG) else _SHORT_HEAD
        return self._request(frame, complete=False) if len(frame) > head else None

    def _start(self) -> int:
        """Where a request begins, or may begin once more bytes arrive."""
        found = self._buffer.find(_PREAMBLE)
        if found >= 0:
            return found
        for tail in range(len(_PREAMBLE) - 1, 0, -1):
            if self._buffer.endswith(_PREAMBLE[:tail]):
                return len(self._buffer) - tail
        return len(self._buffer)

    def _length(self) -> int | None:
        """Length of the request that has begun, including its header; None if not known yet."""
        if len(self._buffer) < _SHORT_HEAD:
            return None
        length = self._buffer[_SHORT_HEAD - 1]
        if length == _LONG[0]:
            mark = self._buffer[_SHORT_HEAD - 1 : _SHORT_HEAD + 1]
            if not _LONG.startswith(mark):
                return _SHORT_HEAD + length
            if len(self._buffer) < _LONG_HEAD:
                return None
            length = int.from_bytes(self._buffer[_LONG_HEAD - 2 : _LONG_HEAD], "little")
            return _LONG_HEAD + max(length, 1)
        return _SHORT_HEAD + max(length, 1)

    @staticmethod
    def _request(frame: bytes, *, complete: bool) -> Request:
        long = frame.startswith(_PREAMBLE + _LONG)
        body = frame[_LONG_HEAD if long else _SHORT_HEAD :]
        return Request(long, body[0], body[1:], complete)


def short_reply(code: int, payload: bytes) -> bytes:
    """``04 0E | 4 + length of payload | 01 E0 FC | code | payload``."""
    return (
        b"\x04\x0e"
        + bytes([len(_PREAMBLE) + 1 + len(payload)])
        + _PREAMBLE
        + bytes([code])
        + payload
    )


def long_reply(code: int, status: int, payload: bytes = b"", *, more: int = 0) -> bytes:
    """``04 0E FF 01 E0 FC F4 | 2 + length of payload (2 bytes) | code | status | payload``.

    Args:
        code: Code of the request.
        status: Result of the request.
        payload: Payload to send now.
        more: Number of payload bytes that will be sent after these.
    """
    length = 2 + len(payload) + more
    head = b"\x04\x0e\xff" + _PREAMBLE + _LONG[1:] + length.to_bytes(2, "little")
    return head + bytes([code, status]) + payload
