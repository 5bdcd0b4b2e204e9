"""pyserial's network ports, made to hold out against whatever the other end sends.

pyserial reads ``socket://`` byte by byte, and its RFC 2217 client keeps all that arrives in memory
and ends its reader thread with a traceback at a stray telnet command.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from typing import Any

from serial import SerialException, rfc2217
from serial.urlhandler import protocol_socket

_SOCKET: Any = protocol_socket.Serial
_RFC2217: Any = rfc2217.Serial

_PIECE = 1 << 16
# Bytes nobody has read yet; more are lost, as in an adapter whose buffer is full.
_MOST_UNREAD = 1 << 20
# The longest subnegotiation of RFC 2217 is a signature, which says nothing we need.
_MOST_OPTION = 256
_SB, _SE, _NEGOTIATION = 0xFA, 0xF0, range(0xFB, 0xFF)
_IAC = b"\xff"


class SocketPort(_SOCKET):  # type: ignore[misc]
    """``socket://HOST:PORT``."""

    @property
    def in_waiting(self) -> int:
        """Number of bytes that :meth:`read` returns at once; 1 at the end of the connection."""
        if not super().in_waiting:
            return 0
        try:
            return max(1, len(self._socket.recv(_PIECE, socket.MSG_PEEK)))
        except OSError:
            return 1  # what is wrong is raised when it is read


class Rfc2217Port(_RFC2217):  # type: ignore[misc]
    """``rfc2217://HOST:PORT``."""

    @property
    def in_waiting(self) -> int:
        """Number of bytes that :meth:`read` returns at once; 1 at the end of the connection."""
        ended = self._thread is not None and not self._thread.is_alive()
        return max(min(int(super().in_waiting), _PIECE), int(ended))

    def _telnet_read_loop(self) -> None:
        """The reader thread; ends with the connection."""
        self._read_buffer = unread = _Unread()
        telnet = _TelnetReader(self)
        while self.is_open:
            try:
                data = self._socket.recv(_PIECE)
                unread.put(telnet.take(data))
            except TimeoutError:
                continue
            except (OSError, SerialException, AttributeError):
                # pyserial sets the socket to None when it closes the port.
                return
            if not data:
                return


class _Unread:
    """Data that has arrived, with the methods of ``queue.Queue`` that pyserial uses."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._changed = threading.Condition()

    def qsize(self) -> int:
        return len(self._data)

    def put(self, data: bytes) -> None:
        with self._changed:
            self._data += data[: max(0, _MOST_UNREAD - len(self._data))]
            self._changed.notify()

    def get(self, block: bool = True, timeout: float | None = None) -> bytes:
        with self._changed:
            if not self._changed.wait_for(lambda: self._data, timeout if block else 0):
                raise queue.Empty
            piece = bytes(self._data[:_PIECE])
            del self._data[:_PIECE]
            return piece


class _TelnetReader:
    """Takes telnet commands out of what arrives, and hands them to the port."""

    def __init__(self, port: Rfc2217Port) -> None:
        self._port = port
        self._rest = b""
        self._option: bytearray | None = None

    def take(self, data: bytes) -> bytes:
        """Add bytes as they arrived; return the data among them."""
        kept = bytearray()
        data = self._rest + data
        at = 0
        while True:
            found = data.find(_IAC, at)
            self._keep(data[at : found if found >= 0 else len(data)], kept)
            if found < 0:
                self._rest = b""
                return bytes(kept)
            size = self._command(data[found : found + 3], kept)
            if not size:
                self._rest = data[found:]
                return bytes(kept)
            at = found + size

    def _keep(self, data: bytes, kept: bytearray) -> None:
        if self._option is None:
            kept += data
        else:
            self._option += data[: max(0, _MOST_OPTION - len(self._option))]

    def _command(self, raw: bytes, kept: bytearray) -> int:
        """Carry out the command at the start; return its size, or 0 if it is not complete."""
        if len(raw) < 2 or (raw[1] in _NEGOTIATION and len(raw) < 3):
            return 0
        code = raw[1]
        if code == _IAC[0]:
            self._keep(_IAC, kept)
        elif code == _SB:
            self._option = bytearray()
        # pyserial raises these at an answer to a question it did not ask.
        with contextlib.suppress(TypeError, ValueError):
            if code in _NEGOTIATION:
                self._port._telnet_negotiate_option(raw[1:2], raw[2:3])
            elif code == _SE and self._option is not None:
                option, self._option = bytes(self._option), None
                self._port._telnet_process_subnegotiation(option)
        return 3 if code in _NEGOTIATION else 2
