"""Event streams as responses, counted from the moment they are admitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

from bekenlab.errors import BusyError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import Receive, Scope, Send

MOST_STREAMS = 32


class Streams:
    """Limits the number of open event streams, so that a faulty page cannot exhaust the server."""

    def __init__(self) -> None:
        self._open = 0

    @property
    def open(self) -> int:
        """How many are open."""
        return self._open

    def admit(self) -> Callable[[], None]:
        """Count a stream before its response begins.

        Returns:
            Must be called when the stream has ended; :class:`StreamAnswer` does.

        Raises:
            BusyError: The limit is reached.
        """
        if self._open >= MOST_STREAMS:
            raise BusyError(
                f"{self._open} pages are listening already", hint="close some of the tabs"
            )
        self._open += 1
        return self._release

    def _release(self) -> None:
        self._open -= 1


class StreamAnswer(StreamingResponse):
    """A stream of server-sent events that says when it has ended.

    Args:
        messages: The stream.
        ended: Called once, also if the browser is gone before the first message.
    """

    def __init__(self, messages: AsyncIterator[bytes], ended: Callable[[], None]) -> None:
        super().__init__(messages, media_type="text/event-stream")
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()
