"""All live chips of a program: limited in number, and closed when nobody watches them."""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING

from bekenlab.errors import RefusedError
from bekenlab.live.online import NO_NETWORK, NetworkChoice
from bekenlab.live.session import LiveSession

if TYPE_CHECKING:
    from bekenlab.live.source import LiveSource

MOST_SESSIONS = 4
CLOSE_AFTER = 900.0
# Random, so that a page left open from an earlier run does not find another chip.
_NAME_BYTES = 6


class LiveSessions:
    """Opens, finds and closes sessions; thread-safe.

    Args:
        most: Maximum number of sessions; each takes some 20 MB.
        close_after: Real seconds after which an unwatched session is closed.
    """

    def __init__(self, *, most: int = MOST_SESSIONS, close_after: float = CLOSE_AFTER) -> None:
        self._most = most
        self._close_after = close_after
        self._lock = threading.Lock()
        self._sessions: dict[str, LiveSession] = {}
        self._opening = 0

    def open(self, source: LiveSource, network: NetworkChoice = NO_NETWORK) -> str:
        """Start a chip.

        Args:
            source: The chip.
            network: Its network in the virtual air.

        Returns:
            The name of its session.

        Raises:
            RefusedError: The maximum is reached, and all sessions are watched.
            UnsupportedError: It shall join our network, and its settings cannot be changed.
            ListenError: No port can be opened for its page.
        """
        with self._lock:
            self._make_room()
            self._opening += 1
        try:
            # Not under the lock, because this takes a while.
            session = LiveSession(source, network=network)
            name = secrets.token_urlsafe(_NAME_BYTES)
            with self._lock:
                self._sessions[name] = session
        finally:
            with self._lock:
                self._opening -= 1
        return name

    def restart(self, name: str, network: NetworkChoice) -> bool:
        """Start a chip again in another network, from its file; False if it is not there.

        Raises:
            UnsupportedError: It shall join our network, and its settings cannot be changed.
            ListenError: No port can be opened for its page.
        """
        before = self.get(name)
        if before is None:
            return False
        session = LiveSession(before.source, network=network)
        with self._lock:
            current = self._sessions.get(name)
            if current is before:
                self._sessions[name] = session
        (before if current is before else session).close()
        return current is before

    def get(self, name: str) -> LiveSession | None:
        """A session by its name, or None if it does not exist."""
        with self._lock:
            self._reap()
            return self._sessions.get(name)

    def names(self) -> dict[str, LiveSession]:
        """All sessions by name, oldest first."""
        with self._lock:
            self._reap()
            return dict(self._sessions)

    def close(self, name: str) -> None:
        """Close a session, if it exists."""
        with self._lock:
            session = self._sessions.pop(name, None)
        if session is not None:
            session.close()

    def close_all(self) -> None:
        """Close all sessions."""
        for name in self.names():
            self.close(name)

    def _reap(self) -> None:
        """End sessions that have not been watched for too long."""
        for name, session in list(self._sessions.items()):
            if session.idle_seconds() > self._close_after:
                self._sessions.pop(name).end()

    def _make_room(self) -> None:
        """If the maximum is reached, end the session that has been unwatched for longest."""
        self._reap()
        if len(self._sessions) + self._opening < self._most:
            return
        idle = {name: session.idle_seconds() for name, session in self._sessions.items()}
        idlest = max(idle, key=lambda name: idle[name], default="")
        if not idle.get(idlest):
            raise RefusedError(
                f"{self._most} virtual chips are running and watched",
                hint="close one of them first",
            )
        self._sessions.pop(idlest).end()
