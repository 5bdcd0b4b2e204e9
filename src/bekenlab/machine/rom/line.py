"""The chip's UART: bytes in transit, and a FIFO in each direction."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips import BITS_PER_BYTE
from bekenlab.machine.line_rate import as_heard
from bekenlab.machine.wire import Sent

if TYPE_CHECKING:
    from bekenlab.machine.rom.frames import Parser, Request

# Bytes delivered at once, so that a reply of 4 KiB arrives in pieces, but not byte by byte.
_HANDOVER = 1024
_ROUNDING = 1e-6  # bytes; device seconds are floats


@dataclass(slots=True)
class _Burst:
    """Bytes that follow each other without a gap.

    Attributes:
        start: When the first bit of ``data`` starts.
        baud: Rate at which they are sent.
        data: Bytes not processed yet.
    """

    start: float
    baud: int
    data: bytes

    @property
    def byte_time(self) -> float:
        return BITS_PER_BYTE / self.baud

    @property
    def end(self) -> float:
        return self.start + len(self.data) * self.byte_time

    def count(self, until: float) -> int:
        """Number of bytes that are complete at ``until``."""
        count = int((until - self.start) / self.byte_time + _ROUNDING)
        return min(max(count, 0), len(self.data))

    def drop(self, count: int) -> None:
        self.start += count * self.byte_time
        self.data = self.data[count:]


class Receiver:
    """The receiving side.

    Args:
        depth: Capacity of the FIFO in bytes.
    """

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._line: deque[_Burst] = deque()
        self._fifo = bytearray()
        self._free = 0.0

    def put(self, now: float, data: bytes, baud: int) -> None:
        """The host sends bytes, after those still in transit."""
        if data:
            burst = _Burst(max(now, self._free), baud, data)
            self._line.append(burst)
            self._free = burst.end

    def clear(self, now: float) -> None:
        """Lose everything on the line and in the FIFO."""
        self._line.clear()
        self._fifo.clear()
        self._free = now

    def fill(self, until: float, baud: int) -> None:
        """Let bytes arrive that nobody reads yet; those that do not fit into the FIFO are lost."""
        while self._line and (count := self._line[0].count(until)):
            room = self._depth - len(self._fifo)
            self._fifo += self._take(count, baud)[:room]

    def empty(self) -> None:
        """Discard the content of the FIFO."""
        self._fifo.clear()

    def read(
        self, parser: Parser, now: float, until: float, baud: int
    ) -> tuple[float | None, Request | None]:
        """Pass bytes to the parser as they arrive, until a request is complete.

        Args:
            parser: Receives them.
            now: When the processor starts to read; the content of the FIFO is read then.
            until: When to stop.
            baud: Rate of the receiver.

        Returns:
            When the last byte was read (None if none was), and the request.
        """
        last = None
        if self._fifo:
            taken, request = parser.feed(bytes(self._fifo))
            del self._fifo[:taken]
            last = now
            if request is not None:
                return last, request
        while self._line and (count := self._line[0].count(until)):
            burst = self._line[0]
            taken, request = parser.feed(as_heard(burst.data[:count], burst.baud, baud))
            last = max(burst.start + taken * burst.byte_time, now)
            self._take(taken, baud)
            if request is not None:
                return last, request
        return last, None

    def _take(self, count: int, baud: int) -> bytes:
        burst = self._line[0]
        data = as_heard(burst.data[:count], burst.baud, baud)
        burst.drop(count)
        if not burst.data:
            self._line.popleft()
        return data


class Transmitter:
    """The sending side.

    Args:
        depth: Capacity of the FIFO in bytes, for which the processor need not wait.
    """

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._line: deque[_Burst] = deque()
        self._free = 0.0

    @property
    def free(self) -> float:
        """When the last byte has been sent."""
        return self._free

    def clear(self, now: float) -> None:
        """Discard what has not been sent."""
        self._line.clear()
        self._free = now

    def send(self, now: float, pieces: list[tuple[float, bytes]], baud: int) -> float:
        """Send pieces, each after some seconds of work.

        Returns:
            When the processor is free again, with all remaining bytes in the FIFO.
        """
        joined: _Burst | None = None
        for seconds, data in pieces:
            start = max(now + seconds, self._free)
            joins = joined is not None and len(joined.data) < _HANDOVER and start == joined.end
            if joined is not None and joins:
                joined.data += data
            else:
                joined = _Burst(start, baud, data)
                self._line.append(joined)
            self._free = joined.end
            now = max(now + seconds, self._free - self._depth * joined.byte_time)
        return now

    def due(self, until: float) -> float | None:
        """When the next bytes can be delivered, if that is not after ``until``."""
        if not self._line:
            return None
        burst = self._line[0]
        count = burst.count(until)
        return burst.start + count * burst.byte_time if count else None

    def take(self, until: float) -> Sent:
        """The bytes of :meth:`due`."""
        burst = self._line[0]
        count = burst.count(until)
        data, baud = burst.data[:count], burst.baud
        burst.drop(count)
        if not burst.data:
            self._line.popleft()
        return Sent(burst.start, baud, data)
