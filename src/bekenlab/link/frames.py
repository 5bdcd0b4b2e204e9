"""Frames of Beken's download protocol, and a reader that extracts them from a noisy stream.

Requests are short (``01 E0 FC length code payload``) or long (``01 E0 FC FF F4 length16 code
payload``); replies are short (``04 0E length 01 E0 FC code payload``) or long (``04 0E FF 01 E0 FC
F4 length16 code status payload``). There are no checksums: a frame is accepted if its header is
complete and its length possible, and callers compare its echo with their request.

Sources: docs/formats.md, "Download protocol"; they agree on this.
"""

from __future__ import annotations

from dataclasses import dataclass

from bekenlab.chips import SECTOR

REQUEST = b"\x01\xe0\xfc"
LONG_REQUEST = REQUEST + b"\xff\xf4"
_REPLY = b"\x04\x0e"
_MARK = b"\x01\xe0\xfc"
_LONG_MARK = b"\xf4"
_SHORT_HEAD = 6  # 04 0E length, mark
_LONG_HEAD = 9  # 04 0E FF, mark, F4 length16
_NOISE_KEPT = 512
# Code, status, address and 4 KiB of data: the largest reply.
MOST_LONG = 2 + 4 + SECTOR


@dataclass(frozen=True, slots=True)
class Frame:
    """One reply.

    Attributes:
        code: The command it answers; LinkCheck (0) is answered with 1.
        payload: The bytes after the code (short) or the status (long).
        status: Status byte of a long reply, None in a short one.
    """

    code: int
    payload: bytes
    status: int | None = None

    @property
    def is_long(self) -> bool:
        """Whether it answers a flash command."""
        return self.status is not None


def short_request(code: int, payload: bytes = b"") -> bytes:
    """Encode a short request; the payload is at most 253 bytes."""
    return REQUEST + bytes([len(payload) + 1, code]) + payload


def long_request(code: int, payload: bytes = b"") -> bytes:
    """Encode a long (flash) request."""
    return LONG_REQUEST + (len(payload) + 1).to_bytes(2, "little") + bytes([code]) + payload


class FrameReader:
    """Extracts frames from bytes as they arrive, in pieces of any size.

    Bytes that are not part of a frame are skipped one by one, so garbage, echoes of requests and
    the rest of a torn frame do not affect the frames after them.

    Attributes:
        skipped: Number of bytes discarded so far.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._noise = b""
        self.skipped = 0

    def feed(self, data: bytes) -> list[Frame]:
        """Add bytes; return the frames that are now complete."""
        self._buffer += data
        frames: list[Frame] = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        return frames

    @property
    def missing(self) -> int:
        """Bytes still missing from the frame that has begun; 0 when none has."""
        size = self._size()
        return max(0, size - len(self._buffer)) if size else 0

    def give_up(self) -> list[Frame]:
        """Treat the frame that has begun as torn; return complete frames found in its bytes.

        Call this when a reply did not arrive in time: a frame that lost bytes in the middle
        swallows the beginning of the next one.
        """
        frames: list[Frame] = []
        while self._buffer:
            self._skip(1)
            frames += self.feed(b"")
            if not self._size():
                break
        return frames

    def clear(self) -> None:
        """Discard everything received."""
        self._skip(len(self._buffer))

    def take_noise(self) -> bytes:
        """The latest bytes that belonged to no frame (512 at most), each returned once."""
        noise, self._noise = self._noise, b""
        return noise

    def _next(self) -> Frame | None:
        while True:
            size = self._size()
            if not size or len(self._buffer) < size:
                return None
            raw = bytes(self._buffer[:size])
            del self._buffer[:size]
            if raw[2] == 0xFF:
                return Frame(raw[_LONG_HEAD], raw[_LONG_HEAD + 2 :], raw[_LONG_HEAD + 1])
            return Frame(raw[_SHORT_HEAD], raw[_SHORT_HEAD + 1 :])

    def _size(self) -> int:
        """Size of the frame at the start of the buffer, after skipping what cannot be one.

        0 while there are too few bytes to tell.
        """
        buffer, start = self._buffer, 0
        while (start := buffer.find(_REPLY, start)) >= 0:
            size = self._frame_size(start)
            if size is not None:
                self._skip(start)
                return size
            start += 1
        self._skip(len(buffer) - buffer.endswith(_REPLY[:1]))
        return 0

    def _frame_size(self, start: int) -> int | None:
        """Size of the frame that starts there; 0 if not known yet, None if it is not a frame."""
        raw = self._buffer[start : start + _LONG_HEAD]
        if not _MARK.startswith(raw[3 : 3 + len(_MARK)]):
            return None
        if len(raw) < 3:
            return 0
        length = raw[2]
        if length != 0xFF:
            return 3 + length if length > len(_MARK) else None
        if not _LONG_MARK.startswith(raw[6:7]):
            return None
        if len(raw) < _LONG_HEAD:
            return 0
        size = int.from_bytes(raw[7:9], "little")
        return _LONG_HEAD + size if 2 <= size <= MOST_LONG else None

    def _skip(self, count: int) -> None:
        if count:
            self.skipped += count
            self._noise = (self._noise + self._buffer[:count])[-_NOISE_KEPT:]
        del self._buffer[:count]
