"""What is connected to a serial port: a record of what was sent, listeners, and a peer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.devices.uart import Uart


class Peer(Protocol):
    """Something at the other end of a serial line."""

    def receive(self, data: bytes) -> bytes:
        """Take what the chip sent; return what to send back."""
        ...


class SerialPort:
    """The outside of a UART.

    Attributes:
        sent: Everything the firmware sent.
        received: Everything that was sent to the firmware.
    """

    def __init__(self, uart: Uart) -> None:
        self._uart = uart
        self._peer: Peer | None = None
        self._listeners: list[Callable[[bytes], None]] = []
        self._handled = 0
        self.sent = bytearray()
        self.received = bytearray()
        uart.on_send = self.sent.append

    @property
    def baud(self) -> int:
        """Baud rate the firmware set; 0 before it set one."""
        return self._uart.baud

    @property
    def listening(self) -> bool:
        """Whether the firmware turned the receiver on."""
        return self._uart.listening

    @property
    def pending(self) -> int:
        """Bytes typed that the firmware has not read yet."""
        return self._uart.pending

    def type(self, data: bytes) -> None:
        """Send bytes to the firmware, paced at the baud rate in virtual time."""
        self.received += data
        self._uart.feed(data)

    def attach(self, peer: Peer | None) -> None:
        """Connect a peer, or none."""
        self._peer = peer

    def listen(self, listener: Callable[[bytes], None]) -> None:
        """Call ``listener`` with each piece the firmware sends."""
        self._listeners.append(listener)

    def load(self, sent: bytes, received: bytes) -> None:
        """Put back a saved record; listeners and peers are not told about it again."""
        self.sent[:] = sent
        self.received[:] = received
        self._handled = len(self.sent)

    def pump(self) -> bytes:
        """Hand on what was sent since the last call (the machine calls this between slices)."""
        if len(self.sent) == self._handled:
            return b""
        data = bytes(self.sent[self._handled :])
        self._handled = len(self.sent)
        for listener in self._listeners:
            listener(data)
        if self._peer is not None:
            answer = self._peer.receive(data)
            if answer:
                self.type(answer)
        return data
