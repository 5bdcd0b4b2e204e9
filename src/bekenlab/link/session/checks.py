"""Tracks which link checks have been answered.

The reply to a link check does not say which one it answers, and several may be in flight: over a
network, for a quarter of a second. The chip answers in order, so they can be counted off.
"""

from __future__ import annotations

from collections import deque

# Seconds after which a link check counts as lost.
_LOST_AFTER = 1.0


class LinkChecks:
    """Link checks in flight.

    Attributes:
        count: How many were sent, which is the number of the latest one.
        answered: Number of the latest one known to be answered.
    """

    def __init__(self) -> None:
        self.count = 0
        self.answered = 0
        self._owed: deque[tuple[float, int]] = deque()

    def sent(self, now: float) -> None:
        """A link check was sent."""
        self.count += 1
        self._owed.append((now, self.count))

    def heard(self, now: float) -> None:
        """A reply arrived: to the oldest link check that is not lost."""
        while self._owed and self._owed[0][0] < now - _LOST_AFTER:
            self._owed.popleft()
        if self._owed:
            self.answered = self._owed.popleft()[1]

    def forget(self) -> None:
        """No link check is in flight any more."""
        self._owed.clear()
        self.answered = self.count
