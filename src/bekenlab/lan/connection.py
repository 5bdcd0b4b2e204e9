"""One connection: a request out in one piece, an answer in, both within bounds."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, Self

from bekenlab.errors import Action
from bekenlab.lan.errors import NoAnswerError, NoHostError, NotOpenBekenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.lan.address import Host
    from bekenlab.lan.clock import Clock, Patience

_PIECE = 4096


class Connection:
    """A connection for one request; the server closes it behind its answer.

    Args:
        host: Whom to connect to.
        patience: How long to try.
        clock: Time.

    Raises:
        NoHostError: Nobody takes it.
    """

    def __init__(self, host: Host, patience: Patience, clock: Clock) -> None:
        self._host = host
        self._clock = clock
        try:
            self._socket = socket.create_connection((host.name, host.port), patience.connect)
        except (OSError, UnicodeError) as error:
            raise NoHostError(
                f"{host} cannot be reached: {_reason(error)}",
                hint="is the device powered and in this network?",
                action=Action("find-device"),
            ) from error
        with contextlib.suppress(OSError):
            # What is sent must leave at once, and in the pieces it was sent in.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give it up. May be called twice."""
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

        A device that refuses an upload answers and closes before it has all of it. So an error here
        is none yet: the answer tells.

        Args:
            head: The head.
            body: The body, or nothing.
            seconds: Limit for all of it.
            progress: Told how many bytes of the body have left.
        """
        deadline = self._clock.now() + seconds
        sent = min(_PIECE, len(body))
        with contextlib.suppress(OSError):
            self._send(head + body[:sent], deadline)
            if progress:
                progress(sent)
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
            raise self._silent("does not take what is sent") from error

    def answer(self, *, seconds: float, most: int) -> bytes:
        """Everything up to the end of the connection.

        Args:
            seconds: Limit for all of it, however slowly it drips.
            most: Bytes at most.

        Raises:
            NoAnswerError: It did not end in time.
            NotOpenBekenError: It is longer than any answer to this request.
        """
        deadline = self._clock.now() + seconds
        found = bytearray()
        while len(found) <= most:
            try:
                self._limit(deadline)
                piece = self._socket.recv(1 << 16)
            except TimeoutError as error:
                raise self._silent("does not answer in time") from error
            except OSError:
                # It closes with what we sent still unread: the answer may be here all the same.
                return bytes(found)
            if not piece:
                return bytes(found)
            found += piece
        raise NotOpenBekenError(
            f"the answer of {self._host} is longer than {most:,} bytes",
            hint="this is not what OpenBeken sends; is it the right address?",
        )

    def _limit(self, deadline: float) -> None:
        left = deadline - self._clock.now()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)

    def _silent(self, what: str) -> NoAnswerError:
        return NoAnswerError(
            f"{self._host} {what}",
            hint="it may be restarting, or its Wi-Fi is weak: try again in a minute",
        )


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no reply to the connection"
    if isinstance(error, socket.gaierror):
        return "there is no such name"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error).lower()
