"""Serves a chip at a TCP port, with RFC 2217 (baud rate and modem lines) or plain bytes.

The first byte decides: a client that speaks RFC 2217 begins with a telnet command, a request to a
chip does not.
"""

from __future__ import annotations

import contextlib
import select
import socket
from typing import Any

from serial import rfc2217

from bekenlab.link.errors import PortError
from bekenlab.link.serve.port import Arrived, PortEvent
from bekenlab.link.telnet import IAC, TelnetReader

_DEFAULT_BAUD = 115_200
_LOOPBACK = "127.0.0.1"
_PIECE = 4096
_MOST_UNREAD = 1 << 20
_MANAGER: Any = rfc2217.PortManager
# What RFC 2217 defines; any other value is taken for 0, which asks what is set.
_VALUES = {
    rfc2217.SET_DATASIZE: range(5, 9),
    rfc2217.SET_PARITY: range(1, 6),
    rfc2217.SET_STOPSIZE: range(1, 4),
}
_SIZES = {
    rfc2217.SET_BAUDRATE: 4,
    rfc2217.SET_LINESTATE_MASK: 1,
    rfc2217.SET_MODEMSTATE_MASK: 1,
    **dict.fromkeys(_VALUES, 1),
}
_BAUDS = range(50, 4_000_001)


class _Port:
    """The serial port that pyserial's port manager is given to manage."""

    def __init__(self) -> None:
        self._baud = _DEFAULT_BAUD
        self.bytesize, self.parity, self.stopbits = 8, "N", 1
        self.xonxoff = self.rtscts = self.break_condition = False
        self.cts = self.dsr = self.cd = True
        self.ri = self.dtr = False
        self.released = False
        self._rts = False

    @property
    def baudrate(self) -> int:
        """Bits per second; the port manager answers with the old rate if it is refused."""
        return self._baud

    @baudrate.setter
    def baudrate(self, baud: int) -> None:
        if baud not in _BAUDS:
            raise ValueError
        self._baud = baud

    @property
    def rts(self) -> bool:
        """Request to send, wired to the chip's reset."""
        return self._rts

    @rts.setter
    def rts(self, level: bool) -> None:
        self.released |= self._rts and not level
        self._rts = level

    def reset_input_buffer(self) -> None:
        """Nothing is buffered here."""

    def reset_output_buffer(self) -> None:
        """Nothing is buffered here."""


class TcpPort:
    """A TCP port on the loopback interface, for one program at a time.

    With RFC 2217, the chip is reset when the program releases RTS.

    Args:
        port: TCP port, 0 for a free one.

    Attributes:
        name: URL for programs that use pyserial: ``rfc2217://127.0.0.1:2217``.
        port: The TCP port.
        is_open: Whether a program is connected.
        baud: Rate it set; None without RFC 2217.

    Raises:
        PortError: The port is in use, or opening it is not permitted.
    """

    def __init__(self, port: int = 0) -> None:
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            self._listener.bind((_LOOPBACK, port))
            self._listener.listen()
        except OSError as error:
            self._listener.close()
            raise PortError(
                f"TCP port {port} cannot be opened: {(error.strerror or str(error)).lower()}",
                hint="choose another one, or 0 for any that is free",
            ) from error
        self._listener.settimeout(0)
        self.port = int(self._listener.getsockname()[1])
        self.name = f"rfc2217://{_LOOPBACK}:{self.port}"
        self._client: socket.socket | None = None
        self._manager: Any = None
        self._telnet = TelnetReader(self)
        self._plain = False
        self._serial = _Port()
        self._unsent = bytearray()
        self._events: list[Arrived | PortEvent] = []

    @property
    def is_open(self) -> bool:
        """Whether a program is connected."""
        return self._client is not None

    @property
    def baud(self) -> int | None:
        """The rate the program set; None for a plain connection."""
        return None if self._plain else self._serial.baudrate

    def wait(self, seconds: float) -> None:
        """Wait until the program does something, ``seconds`` at most."""
        sockets = [self._listener, *([self._client] if self._client else [])]
        writers = [self._client] if self._client and self._unsent else []
        select.select(sockets, writers, [], seconds)
        self._flush()

    def take(self) -> list[Arrived | PortEvent]:
        """What the program did since the last call, in order."""
        self._accept()
        if self._client is not None:
            self._receive(self._client)
        events, self._events = self._events, []
        return events

    def _receive(self, client: socket.socket) -> None:
        try:
            data = client.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._hang_up()
            self._events.append(PortEvent.CLOSED)
            return
        self._choose(data[0])
        if self._plain:
            self.data(data)
        else:
            self._telnet.feed(data)
        self._flush()

    def data(self, data: bytes) -> None:
        """Called by the reader of what arrives."""
        self._events.append(Arrived(data, self.baud))

    def negotiate(self, verb: bytes, option: bytes) -> None:
        """Called by the reader of what arrives."""
        self._manager._telnet_negotiate_option(verb, option)

    def subnegotiate(self, content: bytes) -> None:
        """Called by the reader of what arrives."""
        asked = _well_formed(content)
        if asked:
            self._manager._telnet_process_subnegotiation(asked)
        if self._serial.released:
            self._serial.released = False
            self._events.append(PortEvent.RELEASED_RESET)

    def send(self, data: bytes) -> None:
        """Send bytes to the program."""
        if self._client is not None and len(self._unsent) < _MOST_UNREAD:
            escaped = data if self._manager is None else b"".join(self._manager.escape(data))
            self._unsent += escaped
        self._flush()

    def write(self, data: bytes) -> None:
        """Called by the port manager to send its answers."""
        if len(self._unsent) < _MOST_UNREAD:
            self._unsent += data

    def close(self) -> None:
        """Disconnect the program and free the port."""
        self._hang_up()
        self._listener.close()

    def _accept(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:
            return  # nobody, or somebody who has gone again
        if self._client is not None:
            client.close()  # a serial port has one user
            return
        client.settimeout(0)
        with contextlib.suppress(OSError):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        self._serial = _Port()
        self._events.append(PortEvent.OPENED)

    def _choose(self, first: int) -> None:
        if self._plain or self._manager is not None:
            return
        if first == IAC:
            self._manager = _MANAGER(self._serial, self)
        else:
            self._plain = True

    def _flush(self) -> None:
        while self._client is not None and self._unsent:
            try:
                count = self._client.send(self._unsent[:_PIECE])
            except BlockingIOError:
                return
            except OSError:
                self._unsent.clear()  # it has gone; the next read notices
                return
            del self._unsent[:count]

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None
        self._manager = None
        self._telnet = TelnetReader(self)
        self._plain = False
        self._unsent.clear()


def _well_formed(content: bytes) -> bytes:
    """A subnegotiation that the port manager understands; empty if there is nothing to answer.

    The manager trusts its client: it reads values that are not there, and looks up any value.
    """
    command, value = content[1:2], content[2:]
    size = _SIZES.get(command, 0)
    if len(value) < size:
        return b""
    if command in _VALUES and value[0] not in _VALUES[command]:
        value = bytes(1)
    return content[:2] + value
