"""Limits on what a client may send: how much, how slowly, how many uploads at once."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from uvicorn.protocols.http.h11_impl import H11Protocol

from bekenlab.analysis.inputs import MAX_SIZE
from bekenlab.errors import BusyError, TooLargeError

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope

_UPLOADS = "/api/dumps"
_MAX_UPLOAD = MAX_SIZE + (1 << 20)
_MAX_BODY = 256 << 10
# Real seconds. A browser on this computer sends at once; a forwarded port may be slow.
HEAD_WITHIN = 10.0
PIECE_WITHIN = 15.0
BODY_WITHIN = 30.0
UPLOAD_WITHIN = 300.0
# An upload takes its size several times over while it is unpacked and analysed.
_UPLOADS_AT_ONCE = 2
_MOST_WAITING = 30
_WAIT = 60.0


class UploadGate:
    """Lets a few uploads in at once; others wait before their first byte is read."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(_UPLOADS_AT_ONCE)
        self._waiting = 0

    async def enter(self) -> None:
        """Wait for a place.

        Raises:
            BusyError: Too many are waiting, or none became free.
        """
        if self._waiting >= _MOST_WAITING:
            raise self._busy()
        self._waiting += 1
        try:
            await asyncio.wait_for(self._free.acquire(), _WAIT)
        except TimeoutError:
            raise self._busy() from None
        finally:
            self._waiting -= 1

    def leave(self) -> None:
        """Give the place to the next one."""
        self._free.release()

    def _busy(self) -> BusyError:
        return BusyError("too many files are being uploaded", hint="wait a moment, then try again")


class BoundedBody:
    """Receives a request's body, but only so much, and not for ever.

    Args:
        scope: The request.
        receive: Receives the body.
        gate: Where uploads wait.
    """

    def __init__(self, scope: Scope, receive: Receive, gate: UploadGate) -> None:
        self._receive = receive
        self._gate = gate
        self._upload = scope["path"] == _UPLOADS and scope["method"] == "POST"
        self._limit = _MAX_UPLOAD if self._upload else _MAX_BODY
        announced = Headers(scope=scope).get("content-length", "")
        # Longer ones are too large anyway.
        self._announced = int(announced[:18]) if announced.isdecimal() else 0
        self._size = 0
        self._begun: float | None = None
        self._entered = False
        self._whole = False

    async def receive(self) -> Message:
        """The next piece.

        Raises:
            TooLargeError: The body is, or will be, too large.
            BusyError: Too many uploads are at work.
            HTTPException: The body comes too slowly.
        """
        if self._announced > self._limit:
            raise self._too_large()
        if self._whole:
            return await self._receive()  # news of a disconnect, which may take for ever
        if self._upload and not self._entered:
            await self._gate.enter()
            self._entered = True
        message = await self._in_time()
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._size > self._limit:
            raise self._too_large()
        return message

    async def _in_time(self) -> Message:
        now = time.monotonic()
        self._begun = now if self._begun is None else self._begun
        end = self._begun + (UPLOAD_WITHIN if self._upload else BODY_WITHIN)
        try:
            return await asyncio.wait_for(self._receive(), max(0.0, min(PIECE_WITHIN, end - now)))
        except TimeoutError:
            headers = {"connection": "close"}  # the rest of the body would look like a request
            raise HTTPException(408, "the request came too slowly", headers) from None

    def close(self) -> None:
        """Let the next upload in."""
        if self._entered:
            self._gate.leave()

    def _too_large(self) -> TooLargeError:
        return TooLargeError(
            f"the upload is larger than {self._limit:,} bytes, more than the flash of any "
            "supported chip",
            hint="send the dump itself, not a disk image or an archive of something else",
        )


class ImpatientProtocol(H11Protocol):
    """HTTP that closes a connection whose request does not come."""

    _overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See ``asyncio.Protocol``."""
        super().connection_made(transport)
        self._watch_the_head()

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        super().data_received(data)
        self._watch_the_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        self._calm()
        super().connection_lost(exc)

    def _watch_the_head(self) -> None:
        """Close the connection later unless a request is being answered by then."""
        answering = self.cycle is not None and not self.cycle.response_complete
        if answering:
            self._calm()
        elif self._overdue is None and not self.transport.is_closing():
            self._overdue = self.loop.call_later(HEAD_WITHIN, self.transport.abort)

    def _calm(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None
