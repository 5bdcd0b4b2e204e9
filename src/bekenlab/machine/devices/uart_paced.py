"""A UART whose bytes take line time in both directions, as needed for flashing through it.

State is computed lazily, so that bytes need no events of their own: bytes sent or received since
the last access are derived from the clock. Events exist only where firmware could be waiting: when
the transmitter runs empty, when the receiver would interrupt, or for each byte received while the
receiver's interrupts are off.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips import BITS_PER_BYTE
from bekenlab.machine.devices.uart import (
    CONFIG,
    FIFO_DEPTH,
    FIFO_PORT,
    FIFO_STATUS,
    INT_ENABLE,
    INT_STATUS,
    NEED_READ,
    NEED_WRITE,
    OVERFLOW,
    READ_READY,
    RX_EMPTY,
    RX_FULL,
    RX_STOP,
    STOP_AFTER_BYTES,
    TX_EMPTY,
    TX_FULL,
    TX_STOP,
    WRITE_READY,
    Uart,
)
from bekenlab.machine.line_rate import as_heard

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.devices.base import State, Wiring

_UNSET_BAUD = 115_200
# Code that polls a full FIFO is made to wait for this many bytes at once: the line stays busy
# anyway, and each poll costs real time. After as many bytes the slice ends, so that they are sent.
_WAIT_BYTES = 32
# If the line was idle for longer, the slice was planned without expecting it to send.
_PAUSE_BYTES = 2


@dataclass(slots=True)
class _Chunk:
    """Bytes in transit to the chip; byte n arrives at ``start + (n + 1) * ticks``."""

    data: bytes
    baud: int
    start: int
    ticks: int
    taken: int = 0

    @property
    def next_at(self) -> int:
        return self.start + (self.taken + 1) * self.ticks

    @property
    def end(self) -> int:
        return self.start + len(self.data) * self.ticks


@dataclass(slots=True)
class Departure:
    """Bytes that have been sent.

    Attributes:
        tick: End of the last byte.
        baud: The rate they were sent at.
        data: The bytes.
    """

    tick: int
    baud: int
    data: bytearray


class PacedUart(Uart):
    """A UART in line time.

    Attributes:
        end_slice: Ends the processor's current slice; set by the owner of the processor.
    """

    def __init__(self, wiring: Wiring) -> None:
        super().__init__(wiring)
        self.end_slice: Callable[[], None] = lambda: None
        self._queue: deque[int] = deque()
        self._byte_end = 0
        self._gone = 0
        self._set_rate()
        self._left: list[Departure] = []
        self._polls = 0
        self._begun = False
        self._chunks: deque[_Chunk] = deque()
        self._last_arrival = 0
        self._heard = False
        self._empty = f"{wiring.name}.empty"
        self.clock.handle(self._empty, self._ran_empty)

    # outside ----------------------------------------------------------------------------------

    @property
    def pending(self) -> int:
        """Number of bytes fed that the firmware has not read yet."""
        return sum(len(chunk.data) - chunk.taken for chunk in self._chunks) + len(self._fifo)

    def feed(self, data: bytes) -> None:
        """Let bytes arrive at the chip's own rate, after those already in transit."""
        self.feed_at(data, self._rate, self.clock.now)

    def feed_at(self, data: bytes, baud: int, tick: int) -> None:
        """Put bytes on the line at the sender's rate, not before ``tick``."""
        if not data:
            return
        start = max(tick, self.clock.now, self._chunks[-1].end if self._chunks else 0)
        self._chunks.append(_Chunk(data, baud, start, self._ticks(baud)))
        self._plan()

    def take(self) -> list[Departure]:
        """The bytes sent since the last call, in pieces of one rate each."""
        self._settle()
        left, self._left = self._left, []
        return left

    # firmware ---------------------------------------------------------------------------------

    def read(self, offset: int) -> int:
        """FIFO_STATUS shows the current state of both FIFOs; FIFO_PORT removes a received byte."""
        if offset == FIFO_STATUS:
            return self._look()
        if offset in {FIFO_PORT, INT_STATUS}:
            self._receive()
        return super().read(offset)

    def write(self, offset: int, value: int) -> None:
        """FIFO_PORT queues a byte, or loses it if full. A new rate applies to queued bytes, too."""
        if offset == FIFO_PORT:
            self._queue_byte(value & 0xFF)
            return
        self._settle()
        self._receive()
        super().write(offset, value)
        if offset == CONFIG:
            self._set_rate()
        if offset in {CONFIG, INT_ENABLE, INT_STATUS}:
            self._plan()

    # sending ----------------------------------------------------------------------------------

    def _set_rate(self) -> None:
        self._rate = self.baud or _UNSET_BAUD
        self._rate_ticks = self._ticks(self._rate)

    def _ticks(self, baud: int) -> int:
        return max(1, self.clock.hz * BITS_PER_BYTE // baud)

    def _queue_byte(self, byte: int) -> None:
        queue = self._queue
        self._polls = 0
        if not queue:
            now = self.clock.now
            # After a pause, the slice must end earlier than planned.
            self._begun = now - self._byte_end > _PAUSE_BYTES * self._rate_ticks
            self._byte_end = now + self._rate_ticks
            self.clock.at(self._empty, self._byte_end)
        elif len(queue) >= FIFO_DEPTH:
            self._settle()
            if len(queue) >= FIFO_DEPTH:
                return
        queue.append(byte)
        self.on_send(byte)

    def _settle(self) -> None:
        """Send the bytes that are due."""
        now = self.clock.now
        if not self._queue or self._byte_end > now:
            return
        rate, ticks = self._rate, self._rate_ticks
        count = min(len(self._queue), (now - self._byte_end) // ticks + 1)
        gone = bytes(self._queue.popleft() for _ in range(count))
        last = self._byte_end + (count - 1) * ticks
        self._byte_end = last + ticks if self._queue else last
        if self._left and self._left[-1].baud == rate:
            self._left[-1].data += gone
            self._left[-1].tick = last
        else:
            self._left.append(Departure(last, rate, bytearray(gone)))

    def _last_end(self) -> int:
        return self._byte_end + (len(self._queue) - 1) * self._rate_ticks

    def _ran_empty(self, _due: int) -> None:
        self._settle()
        if self._queue:  # more was queued since this was planned
            self.clock.at(self._empty, self._last_end())
            return
        self._status |= NEED_WRITE | TX_STOP
        self._update()

    def _look(self) -> int:
        """The FIFO status; a second poll of a non-empty queue counts as waiting for it."""
        self._settle()
        if self._chunks:
            self._receive()
        if self._begun:
            # Not at the write itself, which the processor would then repeat.
            self._begun = False
            self.end_slice()
        elif self._queue:
            self._polls += 1
            if self._polls > 1:
                self._wait()
        return self._fifo_status()

    def _wait(self) -> None:
        self._polls = 0
        self.clock.cancel(self._empty)
        planned = self.clock.next()
        target = min(self._last_end(), self._byte_end + (_WAIT_BYTES - 1) * self._rate_ticks)
        if planned is not None and planned <= target:
            target = planned
            self._gone = _WAIT_BYTES
        before = len(self._queue)
        self.clock.now = max(self.clock.now, target)
        self._ran_empty(target)
        self._gone += before - len(self._queue)
        if self._gone >= _WAIT_BYTES:
            self._gone = 0
            self.end_slice()

    def _fifo_status(self) -> int:
        waiting, there = len(self._queue), len(self._fifo)
        status = waiting | there << 8 | (READ_READY if there else RX_EMPTY)
        if waiting >= FIFO_DEPTH:
            status |= TX_FULL
        else:
            status |= WRITE_READY if waiting else WRITE_READY | TX_EMPTY
        return status | RX_FULL if there >= FIFO_DEPTH else status

    # receiving --------------------------------------------------------------------------------

    def _receive(self) -> None:
        """Receive the bytes that have arrived by now."""
        now = self.clock.now
        arrived = False
        while self._chunks and self._chunks[0].next_at <= now:
            chunk = self._chunks[0]
            count = min(len(chunk.data) - chunk.taken, (now - chunk.next_at) // chunk.ticks + 1)
            data = chunk.data[chunk.taken : chunk.taken + count]
            chunk.taken += count
            self._last_arrival = chunk.start + chunk.taken * chunk.ticks
            if chunk.taken == len(chunk.data):
                self._chunks.popleft()
            self._store(as_heard(data, chunk.baud, self._rate))
            arrived = True
        if arrived:
            self._plan()
            self._update()

    def _store(self, data: bytes) -> None:
        if not self.listening:
            return
        room = FIFO_DEPTH - len(self._fifo)
        self._fifo.extend(data[:room])
        self._heard = True
        if len(data) > room:
            self._status |= OVERFLOW
        if len(self._fifo) >= self._threshold:
            self._status |= NEED_READ

    def _plan(self) -> None:
        """Plan the events at which firmware may notice what arrives."""
        if not self._chunks:
            self.clock.cancel(self._arrive)
        else:
            chunk = self._chunks[0]
            count = 1
            if self.words.get(INT_ENABLE, 0) & (NEED_READ | RX_STOP):
                count = max(1, self._threshold - len(self._fifo))
            count = min(count, len(chunk.data) - chunk.taken)
            self.clock.at(self._arrive, chunk.next_at + (count - 1) * chunk.ticks)
        idle = self._last_arrival + STOP_AFTER_BYTES * self._rate_ticks
        if self._heard and (not self._chunks or self._chunks[0].next_at > idle):
            self.clock.at(self._idle, idle)
        else:
            self.clock.cancel(self._idle)

    def _arrived(self, _due: int) -> None:
        self._receive()
        self._plan()

    def _line_idle(self, due: int) -> None:
        self._heard = False
        super()._line_idle(due)

    # snapshots --------------------------------------------------------------------------------

    def save(self) -> State:
        """Registers and FIFOs, without bytes in transit."""
        return {**super().save(), "queue": bytes(self._queue)}

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned, from which the line is at rest."""
        super().load(state)
        self._set_rate()
        self._queue.clear()
        self._chunks.clear()
