"""A consumer of a live chip's frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.live.model import Frame


class Watched(Protocol):
    """What is watched: a session."""

    def frame_for(self, watcher: Watcher) -> Frame:
        """Make a watcher's next frame."""

    def unwatch(self, watcher: Watcher) -> None:
        """Stop watching."""


class Watcher:
    """A consumer of frames, which takes them at its own pace.

    Args:
        session: The session.
        wake: Called from the session's thread when there is a new frame.
    """

    def __init__(self, session: Watched, wake: Callable[[], None]) -> None:
        self._session = session
        self.wake = wake
        self.next_piece = 0
        self.next_edge = 0

    def take(self) -> Frame:
        """Take a frame with the news since the last one; the first has everything remembered."""
        return self._session.frame_for(self)

    def close(self) -> None:
        """Stop watching."""
        self._session.unwatch(self)
