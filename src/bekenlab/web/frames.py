"""A virtual chip's frames as server-sent events; a slow browser gets fewer and larger ones."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from bekenlab.live.model import LiveState
from bekenlab.report.live_json import FrameWriter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bekenlab.live.session import LiveSession
    from bekenlab.web.events import Streams

_STILL_THERE = 15.0
_LOOK = 0.5


async def frames_of(
    session: LiveSession, streams: Streams, closing: Callable[[], bool]
) -> AsyncIterator[bytes]:
    """Frames until the chip is closed or the server ends.

    A frame is made when the browser has taken the last one: nothing queues up here. What happened
    meanwhile is in rings of the session, which are bounded.

    Args:
        session: The chip.
        streams: Counts this one.
        closing: Whether the server is about to end.
    """
    news = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wake() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(news.set)

    watcher = session.watch(wake)
    writer = FrameWriter()
    with streams.counted():
        try:
            while not closing():
                news.clear()
                frame = watcher.take()
                text = json.dumps(writer.write(frame), separators=(",", ":"))
                yield f"data: {text}\n\n".encode()
                if frame.picture.state is LiveState.CLOSED:
                    return
                async for sign in _until(news, closing):
                    yield sign
        finally:
            watcher.close()


async def _until(news: asyncio.Event, closing: Callable[[], bool]) -> AsyncIterator[bytes]:
    """Wait for news; a sign of life now and then, so that a browser that left is noticed."""
    quiet = 0.0
    while not news.is_set() and not closing():
        try:
            await asyncio.wait_for(news.wait(), _LOOK)
        except TimeoutError:
            quiet += _LOOK
            if quiet >= _STILL_THERE:
                quiet = 0.0
                yield b": still there\n\n"
