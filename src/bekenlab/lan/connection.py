"""One connection: send a request in one piece and receive the answer, both within limits."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, Protocol, Self

from bekenlab.errors import Action
from bekenlab.lan.errors import NoAnswerError, NoHostError, NotOpenBekenError
from bekenlab.lan.http import BURST

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.lan.address import Host
    from bekenlab.lan.clock import Clock, Timeouts

_PIECE = 4096
FIRST_PIECE = 1000
"""Bytes of an upload that are sent before ``PAUSE``, head included: less than the server's buffer.

While its reads fill the buffer, the server grows it, and the SDK's ``pvPortRealloc`` frees the old
block before it has copied all of it: eight bytes of the upload may be lost. A first read that does
not fill the buffer avoids that. Source: OpenBK7231T_App, ``src/httpserver/http_tcp_server.c``.
"""

PAUSE = 0.2
"""Seconds after the first piece of an upload."""


class Channel(Protocol):
    """A connection for one request; the server closes it after its answer."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def send(
        self,
        head: bytes,
        body: bytes,
        *,
        seconds: float,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """See :meth:`Connection.send`."""
        ...

    def answer(self, *, seconds: float, most: int) -> bytes:
        """See :meth:`Connection.answer`."""
        ...


class Connection:
    """A connection for one request; the server closes it after its answer.

    Args:
        host: What to connect to.
        timeouts: How long to try.
        clock: Measures the time.

    Raises:
        NoHostError: The connection fails.
    """

    def __init__(self, host: Host, timeouts: Timeouts, clock: Clock) -> None:
        self._host = host
        self._clock = clock
        try:
            self._socket = socket.create_connection((host.name, host.port), timeouts.connect)
        except (OSError, UnicodeError) as error:
            raise NoHostError(
                f"{host} cannot be reached: {_reason(error)}",
                hint="is the device powered and in this network?",
                action=Action("find-device"),
            ) from error
        with contextlib.suppress(OSError):
            # Data must leave at once, in the pieces in which it was sent.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection. May be called twice."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def send(
        self,
        head: bytes,
        body: bytes,
        *,
        seconds: float,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Send a request; its head and the start of its body leave in one ``send``.

        After the first piece of an upload there is a pause, see ``FIRST_PIECE``.

        A device that refuses an upload answers and closes the connection before it has received all
        of it. So an error here is ignored; the answer shows whether it was one.

        Args:
            head: The head.
            body: The body, which may be empty.
            seconds: Time limit for the whole request.
            progress: Called with the number of bytes of the body sent so far.
        """
        deadline = self._clock.now() + seconds
        fits = len(head) + len(body) <= BURST
        sent = len(body) if fits else min(len(body), max(0, FIRST_PIECE - len(head)))
        with contextlib.suppress(OSError):
            self._send(head + body[:sent], deadline)
            if progress:
                progress(sent)
            if sent < len(body):
                self._clock.sleep(PAUSE)
            while sent < len(body):
                piece = body[sent : sent + _PIECE]
                self._send(piece, deadline)
                sent += len(piece)
                if progress:
                    progress(sent)

    def _send(self, data: bytes, deadline: float) -> None:
        try:
            self._limit(deadline)
            self._socket.sendall(data)
        except TimeoutError as error:
            raise give_up(self._host, "does not receive what is sent") from error

    def answer(self, *, seconds: float, most: int) -> bytes:
        """Receive everything up to the end of the connection.

        Args:
            seconds: Time limit for the whole answer.
            most: Most bytes to accept.

        Raises:
            NoAnswerError: The connection did not end in time.
            NotOpenBekenError: The answer is longer than any to this request.
        """
        deadline = self._clock.now() + seconds
        found = bytearray()
        while len(found) <= most:
            try:
                self._limit(deadline)
                piece = self._socket.recv(1 << 16)
            except TimeoutError as error:
                raise give_up(self._host, "does not answer in time") from error
            except OSError:
                # The device closed without reading all we sent: the answer may still be complete.
                return bytes(found)
            if not piece:
                return bytes(found)
            found += piece
        raise NotOpenBekenError(
            f"the answer from {self._host} is longer than {most:,} bytes",
            hint="OpenBeken does not send this; is it the right address?",
        )

    def _limit(self, deadline: float) -> None:
        left = deadline - self._clock.now()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)


def give_up(host: Host, what: str) -> NoAnswerError:
    """The error of a device that does not do what it should in time."""
    return NoAnswerError(
        f"{host} {what}",
        hint="it may be restarting, or its Wi-Fi is weak: try again in a minute",
    )


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no reply to the connection"
    if isinstance(error, socket.gaierror):
        return "unknown host name"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error).lower()
