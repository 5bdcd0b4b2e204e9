"""The parts of a TCP connection's state: names, numbers, timeout, and both directions."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bekenlab.machine.air.packets import FIN

if TYPE_CHECKING:
    from bekenlab.machine.air.packets import Segment

WINDOW = 32768
NUMBERS = 1 << 32
MILLISECOND = 1000
MSS = 1460
DEFAULT_MSS = 536
_MOST_IN_FLIGHT = 8 * MSS
FIRST_TIMEOUT = 1000 * MILLISECOND
_SHORTEST_TIMEOUT, _LONGEST_TIMEOUT = 200 * MILLISECOND, 8000 * MILLISECOND
_MOST_OUT_OF_ORDER = 32


class TcpState(StrEnum):
    """States of RFC 9293, 3.3.2, except LISTEN, which a host keeps for its ports."""

    SYN_SENT = "syn-sent"
    SYN_RECEIVED = "syn-received"
    ESTABLISHED = "established"
    FIN_WAIT_1 = "fin-wait-1"
    FIN_WAIT_2 = "fin-wait-2"
    CLOSE_WAIT = "close-wait"
    CLOSING = "closing"
    LAST_ACK = "last-ack"
    TIME_WAIT = "time-wait"
    CLOSED = "closed"


SENDING = {TcpState.ESTABLISHED, TcpState.CLOSE_WAIT}
RECEIVING = {TcpState.ESTABLISHED, TcpState.FIN_WAIT_1, TcpState.FIN_WAIT_2}


def after(one: int, other: int) -> bool:
    """Whether a sequence number comes after another."""
    return 0 < (one - other) % NUMBERS < NUMBERS // 2


@dataclass(slots=True)
class Timing:
    """Retransmission timeout by RFC 6298, in microseconds."""

    timeout: int = FIRST_TIMEOUT
    smoothed: int | None = None
    variation: int = 0

    def measured(self, took: int) -> None:
        """An acknowledgement has come after this time."""
        if self.smoothed is None:
            self.smoothed, self.variation = took, took // 2
        else:
            self.variation += (abs(self.smoothed - took) - self.variation) // 4
            self.smoothed += (took - self.smoothed) // 8
        timeout = self.smoothed + max(MILLISECOND, 4 * self.variation)
        self.timeout = min(_LONGEST_TIMEOUT, max(_SHORTEST_TIMEOUT, timeout))

    def back_off(self) -> None:
        """Nothing has come in time."""
        self.timeout = min(_LONGEST_TIMEOUT, 2 * self.timeout)


@dataclass(slots=True)
class Sending:
    """The sending side: what is not acknowledged yet, from number ``first`` on."""

    first: int
    next: int
    window: int = 0
    mss: int = DEFAULT_MSS
    data: bytearray = field(default_factory=bytearray)
    fin: bool = False
    fin_sent: bool = False

    @property
    def flying(self) -> int:
        """Sequence numbers that were sent and are not acknowledged."""
        return (self.next - self.first) % NUMBERS

    def piece(self) -> int:
        """Bytes that the next segment may carry; 0 if none may be sent now."""
        room = min(self.window, _MOST_IN_FLIGHT) - self.flying
        rest = len(self.data) - self.flying
        if rest <= 0 or room <= 0:
            return 0
        size = min(rest, room, self.mss)
        silly = size < min(rest, self.mss) and self.flying > 0  # a window not worth filling
        return 0 if silly else size


def plus(number: int, count: int) -> int:
    """A sequence number further on."""
    return (number + count) % NUMBERS


@dataclass(slots=True)
class Receiving:
    """The receiving side.

    Attributes:
        expected: Number of the next byte.
        data: What has arrived in order, and nobody has taken yet.
        later: Segments that came too early.
    """

    expected: int = 0
    data: bytearray = field(default_factory=bytearray)
    later: dict[int, Segment] = field(default_factory=dict)

    @property
    def window(self) -> int:
        """How much more may arrive."""
        return max(0, WINDOW - len(self.data))

    def holds(self, segment: Segment) -> bool:
        """Whether a segment begins in the window."""
        return (segment.sequence - self.expected) % NUMBERS <= WINDOW

    def arrange(self, segment: Segment) -> bool:
        """Take data in order, and keep what came too early; returns whether the end has come."""
        ahead = (segment.sequence - self.expected) % NUMBERS
        if 0 < ahead < WINDOW:
            if len(self.later) < _MOST_OUT_OF_ORDER:
                self.later[segment.sequence] = segment
            return False
        ended = self._accept(segment)
        while self.later and not ended:
            following = min(self.later, key=lambda n: (n - self.expected + WINDOW) % NUMBERS)
            if after(following, self.expected):
                break
            ended = self._accept(self.later.pop(following))
        return ended

    def _accept(self, segment: Segment) -> bool:
        known = (self.expected - segment.sequence) % NUMBERS
        if known > segment.length:
            return False
        fresh = segment.payload[known : known + self.window]
        self.data += fresh
        self.expected = plus(self.expected, len(fresh))
        ended = bool(segment.flags & FIN) and known + len(fresh) == len(segment.payload)
        if ended:
            self.expected = plus(self.expected, 1)
        return ended
