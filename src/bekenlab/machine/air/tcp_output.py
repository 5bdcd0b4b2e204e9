"""What one end of a TCP connection sends: segments with data, acknowledgements, repetitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.air.kept import KeptAttributes
from bekenlab.machine.air.packets import ACK, FIN, PSH, SYN, Segment
from bekenlab.machine.air.tcp_state import (
    MSS,
    NUMBERS,
    SENDING,
    Receiving,
    Sending,
    TcpState,
    Timing,
    after,
    plus,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Output(KeptAttributes):
    """The sending end.

    Args:
        ports: Its port, and that of the other end.
        number: First sequence number.
        send: Sends a segment.
        now: Time in microseconds.

    Attributes:
        out: What is not acknowledged yet.
        into: The receiving side, which its segments acknowledge.
        told: The window that the other end was told last.
        timing: How long an acknowledgement takes.
        retries: How often the oldest segment was repeated.
    """

    kept: ClassVar[Mapping[str, str]] = {
        "out": "Sending",
        "into": "Receiving",
        "told": "int",
        "timing": "Timing",
        "retries": "int",
        "_timed": "tuple | None",
    }

    def __init__(
        self,
        ports: tuple[int, int],
        number: int,
        send: Callable[[Segment], None],
        now: Callable[[], int],
    ) -> None:
        self.out = Sending(number, number)
        self.into = Receiving()
        self.told = 0
        self.timing = Timing()
        self.retries = 0
        self._timed: tuple[int, int] | None = None
        self._ports, self._send, self._now = ports, send, now

    def open(self, flags: int) -> None:
        """Send the first segment, SYN."""
        self.emit(flags, self.out.first)
        self.out.next = plus(self.out.first, 1)

    def data(self, state: TcpState) -> None:
        """Send as much as the window allows."""
        out = self.out
        while state in SENDING and (size := out.piece()):
            self._emit_data(out.next, size)
            out.next = plus(out.next, size)

    def finish(self) -> bool:
        """Send FIN after the last byte; returns whether that was now."""
        out = self.out
        if not out.fin or out.fin_sent or out.flying < len(out.data):
            return False
        out.fin_sent = True
        self.emit(FIN | ACK, out.next)
        out.next = plus(out.next, 1)
        return True

    def acknowledge(self) -> None:
        """Say what has arrived."""
        self.emit(ACK, self.out.next)

    def acknowledged(self, number: int) -> None:
        """The other end has everything before a number."""
        self.out.first = number
        if self._timed is not None and not after(self._timed[0], number):
            self.timing.measured(self._now() - self._timed[1])
            self._timed = None
        self.retries = 0

    def late(self) -> None:
        """No acknowledgement has come in time."""
        self.retries += 1
        self._timed = None

    def repeat(self, state: TcpState) -> None:
        """Send the oldest segment again, or probe the window."""
        out = self.out
        if state is TcpState.SYN_SENT:
            self.emit(SYN, out.first)
        elif state is TcpState.SYN_RECEIVED:
            self.emit(SYN | ACK, out.first)
        elif out.data:
            size = min(len(out.data), out.mss, max(1, out.window))
            self._emit_data(out.first, size)
            if not out.flying:
                out.next = plus(out.first, size)
        elif out.fin_sent:
            self.emit(FIN | ACK, out.first)

    def emit(self, flags: int, number: int, payload: bytes = b"") -> None:
        """Send a segment."""
        self.told = self.into.window
        mss = MSS if flags & SYN else 0
        known = self.into.expected if flags & ACK else 0
        self._send(Segment(*self._ports, number, known, flags, self.told, payload, mss))

    def _emit_data(self, number: int, size: int) -> None:
        out = self.out
        start = (number - out.first) % NUMBERS
        payload = bytes(out.data[start : start + size])
        last = start + size == len(out.data)
        if self._timed is None and self.retries == 0:
            self._timed = (plus(number, size), self._now())
        self.emit(ACK | (PSH if last else 0), number, payload)
