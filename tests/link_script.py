"""A line on which everything is written down beforehand, with a clock of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bekenlab.link.frames import REQUEST

if TYPE_CHECKING:
    from bekenlab.link.transport import ModemLines

LINKED = bytes.fromhex("040e0501e0fc0100")
Answer = Callable[[bytes, float], "list[tuple[float, bytes]]"]


def crc_reply(crc: int) -> bytes:
    """A reply to a request for a CRC."""
    return b"\x04\x0e\x08" + REQUEST + b"\x10" + crc.to_bytes(4, "little")


def sector_reply(address: int, data: bytes, status: int = 0) -> bytes:
    """A reply to a request for a sector."""
    size = (6 + len(data)).to_bytes(2, "little")
    head = b"\x04\x0e\xff" + REQUEST + b"\xf4" + size + b"\x09" + bytes([status])
    return head + address.to_bytes(4, "little") + data


class Script:
    """A transport.

    Args:
        script: What arrives, and when, in order.
        endless: What arrives whenever it is asked for, a millisecond later; nothing if empty.
        answer: Returns what a request adds to the script, given its bytes and when it was sent.
        longest: Seconds after which a read returns, though it was given more time.
    """

    name = "a script"
    lines: ModemLines | None = None

    def __init__(
        self,
        *script: tuple[float, bytes],
        endless: bytes = b"",
        answer: Answer | None = None,
        longest: float = 1e9,
    ) -> None:
        self.script = list(script)
        self.time = 0.0
        self.given = 0
        self.baud = 921_600
        self.written: list[tuple[float, bytes]] = []
        self._endless = endless
        self._answer = answer
        self._longest = longest

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def write(self, data: bytes) -> None:
        self.written.append((self.time, data))
        if self._answer:
            self.script += self._answer(data, self.time)
            self.script.sort(key=lambda piece: piece[0])

    def read(self, timeout: float) -> bytes:
        if self._endless:
            self.time += min(timeout, 0.001)
            data = self._endless
        else:
            until = self.time + min(timeout, self._longest)
            first = self.script[0][0] if self.script else until
            self.time = max(self.time, min(first, until))
            due = [piece for at, piece in self.script if at <= self.time]
            del self.script[: len(due)]
            data = b"".join(due)
        self.given += len(data)
        return data

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def close(self) -> None:
        pass
