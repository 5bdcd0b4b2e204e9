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

from bekenlab.link.telnet import TelnetReader

_SOCKET: Any = protocol_socket.Serial
_RFC2217: Any = rfc2217.Serial

_PIECE = 1 << 16
# Bytes nobody has read yet; more are lost, as in an adapter whose buffer is full.
_MOST_UNREAD = 1 << 20
# What pyserial raises at an answer to something that was not asked.
_UNASKED = (TypeError, ValueError)


class _Closing:
    _socket: Any

    def close(self) -> None:
        """Close the port; pyserial leaves the socket open if the other end has closed it."""
        connection = self._socket
        super().close()  # type: ignore[misc]
        if connection is not None:
            connection.close()


class SocketPort(_Closing, _SOCKET):  # type: ignore[misc]
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


class Rfc2217Port(_Closing, _RFC2217):  # type: ignore[misc]
    """``rfc2217://HOST:PORT``."""

    @property
    def in_waiting(self) -> int:
        """Number of bytes that :meth:`read` returns at once; 1 at the end of the connection."""
        ended = self._thread is not None and not self._thread.is_alive()
        return max(min(int(super().in_waiting), _PIECE), int(ended))

    def _telnet_read_loop(self) -> None:
        """The reader thread; ends with the connection."""
        self._read_buffer = _Unread()
        telnet = TelnetReader(self)
        while self.is_open:
            try:
                data = self._socket.recv(_PIECE)
                telnet.feed(data)
            except TimeoutError:
                continue
            except (OSError, SerialException, AttributeError):
                # pyserial sets the socket to None when it closes the port.
                return
            if not data:
                return

    def data(self, data: bytes) -> None:
        """Called by the reader of what arrives."""
        self._read_buffer.put(data)

    def negotiate(self, verb: bytes, option: bytes) -> None:
        """Called by the reader of what arrives."""
        with contextlib.suppress(*_UNASKED):
            self._telnet_negotiate_option(verb, option)

    def subnegotiate(self, content: bytes) -> None:
        """Called by the reader of what arrives."""
        with contextlib.suppress(*_UNASKED):
            self._telnet_process_subnegotiation(content)


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
