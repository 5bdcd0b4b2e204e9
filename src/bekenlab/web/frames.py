"""Sends a virtual chip's frames as server-sent events; a slow browser gets fewer, larger ones."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from bekenlab.live.model import LiveState
from bekenlab.report.live_json import FrameWriter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bekenlab.live.session import LiveSession

_KEEP_ALIVE_SECONDS = 15.0
_LOOK = 0.5


async def frames_of(session: LiveSession, closing: Callable[[], bool]) -> AsyncIterator[bytes]:
    """Yield frames until the chip is closed or the server shuts down.

    A frame is made once the browser has taken the last one, so nothing queues up here. Meanwhile
    events collect in the session's ring buffers.

    Args:
        session: The chip.
        closing: Whether the server is shutting down.
    """
    news = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wake() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(news.set)

    watcher = session.watch(wake)
    writer = FrameWriter()
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
    """Wait for news; sends a keep-alive now and then to notice a browser that has gone."""
    quiet = 0.0
    while not news.is_set() and not closing():
        try:
            await asyncio.wait_for(news.wait(), _LOOK)
        except TimeoutError:
            quiet += _LOOK
            if quiet >= _KEEP_ALIVE_SECONDS:
                quiet = 0.0
                yield b": still there\n\n"
