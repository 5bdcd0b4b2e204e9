"""Named openings between the virtual air and this computer; there is no other way out or in.

Sockets are opened on the loopback interface only. Everything runs in the thread that runs the chip:
:meth:`Openings.poll` moves what has arrived and returns.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.errors import ListenError
from bekenlab.live.http_guard import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.air import ChipNetwork
    from bekenlab.machine.air.tcp import TcpConnection

LOOPBACK = "127.0.0.1"
_PIECE = 16 << 10
_MOST_UNREAD = 64 << 10
_MOST_PAIRS = 24


@dataclass(slots=True)
class _Pair:
    """A socket and the connection in the air that belongs to it.

    Attributes:
        socket: The socket.
        port: Port of the chip to connect to; 0 where the chip connected to us.
        guarded: Port of this computer at which requests of other pages are refused, or 0.
        connection: In the air, once the chip can be reached.
        waiting: What the socket has sent and the connection has not taken.
        unsent: What has to be sent on the socket.
        ended: Whether the socket's other end sends no more.
        closing: Whether to close once all is sent.
    """

    socket: socket.socket
    port: int
    guarded: int = 0
    connection: TcpConnection | None = None
    waiting: bytearray = field(default_factory=bytearray)
    unsent: bytearray = field(default_factory=bytearray)
    ended: bool = False
    closing: bool = False


class Openings:
    """Openings of one chip.

    Args:
        network: The chip's network.
    """

    def __init__(self, network: ChipNetwork) -> None:
        self._network = network
        self._selector = selectors.DefaultSelector()
        self._listeners: list[socket.socket] = []
        self._pairs: list[_Pair] = []

    # what is open -----------------------------------------------------------------------------

    def to_chip(self, port: int, local_port: int = 0, *, http: bool = True) -> int:
        """Let programs of this computer reach a port of the chip.

        Args:
            port: The chip's port.
            local_port: Port of this computer, 0 for a free one.
            http: Whether browsers use it; requests of other pages are refused then.

        Returns:
            The port of this computer.

        Raises:
            ListenError: It is in use, or opening it is not permitted.
        """
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if os.name == "posix":  # elsewhere it would let two programs have the same port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((LOOPBACK, local_port))
            listener.listen()
        except OSError as error:
            listener.close()
            raise ListenError(
                f"port {local_port} cannot be opened: {(error.strerror or str(error)).lower()}",
                hint="choose another port, or 0 for any that is free",
            ) from error
        listener.settimeout(0)
        chosen = int(listener.getsockname()[1])
        self._listeners.append(listener)
        self._selector.register(
            listener,
            selectors.EVENT_READ,
            lambda: self._accept(listener, port, chosen if http else 0),
        )
        return chosen

    def to_computer(self, port: int, local_port: int) -> None:
        """Let the chip reach a port of this computer, as a port of our host in the air.

        Args:
            port: Port of our host in the air.
            local_port: Port of this computer, on its loopback interface.
        """
        self._network.host.listen(port, lambda connection: self._reach(connection, local_port))

    # moving data ------------------------------------------------------------------------------

    def poll(self, seconds: float = 0.0) -> bool:
        """Move what has arrived; returns whether anything was moved.

        Args:
            seconds: How long to wait for something from this computer.
        """
        moved = False
        for key, _ in self._selector.select(seconds):
            handle: Callable[[], None] = key.data
            handle()
            moved = True
        for pair in tuple(self._pairs):
            moved |= self._move(pair)
        if moved:
            self._network.host.touch()
        return moved

    @property
    def busy(self) -> bool:
        """Whether a connection is open."""
        return bool(self._pairs)

    def close(self) -> None:
        """Close all sockets."""
        for pair in tuple(self._pairs):
            self._drop(pair)
        for listener in self._listeners:
            listener.close()
        self._selector.close()

    def _accept(self, listener: socket.socket, port: int, guarded: int) -> None:
        if len(self._pairs) >= _MOST_PAIRS:
            return
        try:
            client, _ = listener.accept()
        except OSError:
            return
        self._add(_Pair(client, port, guarded))

    def _reach(self, connection: TcpConnection, local_port: int) -> None:
        """The chip has connected to us: connect to this computer."""
        try:
            made = socket.create_connection((LOOPBACK, local_port), timeout=1.0)
        except OSError:
            connection.abort()
            return
        self._add(_Pair(made, 0, connection=connection))

    def _add(self, pair: _Pair) -> None:
        pair.socket.settimeout(0)
        with contextlib.suppress(OSError):
            pair.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pairs.append(pair)
        self._selector.register(pair.socket, selectors.EVENT_READ, lambda: self._read(pair))

    def _drop(self, pair: _Pair) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(pair.socket)
        pair.socket.close()
        self._pairs.remove(pair)
        if pair.connection is not None:
            pair.connection.take()
            pair.connection.close()

    def _read(self, pair: _Pair) -> None:
        if len(pair.waiting) >= _MOST_UNREAD:
            return
        try:
            data = pair.socket.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        pair.waiting += data
        if not data:
            pair.ended = True
            self._selector.unregister(pair.socket)

    def _move(self, pair: _Pair) -> bool:
        moved = self._to_air(pair)
        moved |= self._from_air(pair)
        moved |= self._to_socket(pair)
        if pair.closing and not pair.unsent:
            self._drop(pair)
            moved = True
        return moved

    def _to_air(self, pair: _Pair) -> bool:
        if pair.closing:
            return False
        if pair.connection is None and not self._open(pair):
            return False
        connection = pair.connection
        if connection is None:
            return False
        taken = connection.send(bytes(pair.waiting[:_PIECE])) if pair.waiting else 0
        del pair.waiting[:taken]
        if pair.ended and not pair.waiting:
            connection.close()
        return taken > 0

    def _open(self, pair: _Pair) -> bool:
        """Connect to the chip, once it can be reached and the client may."""
        chip = self._network.chip_ip
        if not pair.waiting and pair.ended:
            pair.closing = True
        if pair.guarded:
            answer = refusal(bytes(pair.waiting), pair.guarded)
            if answer is None:
                return False
            if answer:
                pair.unsent += answer
                pair.closing = True
                return True
        if chip is None:
            return False
        pair.connection = self._network.host.connect(chip, pair.port)
        return True

    def _from_air(self, pair: _Pair) -> bool:
        connection = pair.connection
        if connection is None or pair.closing:
            return False
        data = b""
        if len(pair.unsent) < _MOST_UNREAD:
            data = connection.take(_PIECE)
            pair.unsent += data
        if connection.ended and not connection.received:
            pair.closing = True
        return bool(data)

    def _to_socket(self, pair: _Pair) -> bool:
        if not pair.unsent:
            return False
        try:
            sent = pair.socket.send(pair.unsent)
        except BlockingIOError:
            return False
        except OSError:
            pair.unsent.clear()
            pair.closing = True
            return True
        del pair.unsent[:sent]
        return sent > 0
