"""The far end of a serial port: a record of what was sent, listeners, and a peer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.devices.uart import Uart


class Peer(Protocol):
    """A device connected to a serial port."""

    def receive(self, data: bytes) -> bytes:
        """Receive what the chip sent; return what to send back."""
        ...


MOST_KEPT = 1 << 20
"""Bytes kept of what a port has sent, and of what it has received: the latest."""

# Trimmed only when so much more has come, since each time moves everything that stays.
_TRIM_AT = MOST_KEPT + MOST_KEPT // 4
# What waits to be read by the firmware; a peer that answers faster than that loses its answers.
_MOST_PENDING = 1 << 16


class SerialPort:
    """The far end of a UART.

    Attributes:
        sent: What the firmware sent. Of more than ``MOST_KEPT`` bytes only the end is kept.
        received: What was sent to the firmware, as far as it is kept.
        dropped: Number of bytes before the first one in ``sent``.
    """

    def __init__(self, uart: Uart) -> None:
        self._uart = uart
        self._peer: Peer | None = None
        self._listeners: list[Callable[[bytes], None]] = []
        self._handled = 0
        self.sent = bytearray()
        self.received = bytearray()
        self.dropped = 0
        uart.on_send = self.sent.append

    @property
    def baud(self) -> int:
        """Baud rate set by the firmware; 0 until it sets one."""
        return self._uart.baud

    @property
    def listening(self) -> bool:
        """Whether the firmware has enabled the receiver."""
        return self._uart.listening

    @property
    def pending(self) -> int:
        """Number of bytes sent to the firmware that it has not read yet."""
        return self._uart.pending

    def type(self, data: bytes) -> None:
        """Send bytes to the firmware, paced at the baud rate in virtual time."""
        self.received += data
        if len(self.received) > _TRIM_AT:
            del self.received[:-MOST_KEPT]
        self._uart.feed(data)

    def attach(self, peer: Peer | None) -> None:
        """Connect a peer; None disconnects it."""
        self._peer = peer

    def listen(self, listener: Callable[[bytes], None]) -> None:
        """Call ``listener`` with each piece of data the firmware sends."""
        self._listeners.append(listener)

    def load(self, sent: bytes, received: bytes) -> None:
        """Restore a saved record, without passing it to listeners and peers again."""
        self.sent[:] = sent
        self.received[:] = received
        self._handled = len(self.sent)
        self.dropped = 0

    @property
    def total(self) -> int:
        """Number of bytes the firmware has sent, kept or not."""
        return self.dropped + len(self.sent)

    def since(self, total: int) -> bytes:
        """What was sent after the first ``total`` bytes, as far as it is kept."""
        return bytes(self.sent[max(0, total - self.dropped) :])

    def pump(self) -> bytes:
        """Pass on what was sent since the last call (the machine calls this between slices)."""
        if len(self.sent) == self._handled:
            return b""
        data = bytes(self.sent[self._handled :])
        self._handled = len(self.sent)
        for listener in self._listeners:
            listener(data)
        if self._peer is not None:
            answer = self._peer.receive(data)
            if answer and self.pending < _MOST_PENDING:
                self.type(answer)
        self._trim()
        return data

    def _trim(self) -> None:
        """Forget the oldest bytes, which everybody has been given."""
        if len(self.sent) > _TRIM_AT:
            over = len(self.sent) - MOST_KEPT
            del self.sent[:over]
            self.dropped += over
            self._handled -= over
