"""Which of the link checks sent are answered.

A link check's answer does not say which one it answers, and several may be under way: on a line
through a network for a quarter of a second. The chip answers in order, so they can be counted off.
"""

from __future__ import annotations

from collections import deque

# One that is not answered for so long never will be; seconds.
_LOST_AFTER = 1.0


class LinkChecks:
    """Link checks under way.

    Attributes:
        count: How many were sent; the number of the latest one.
        answered: Number of the latest one that is known to be answered.
    """

    def __init__(self) -> None:
        self.count = 0
        self.answered = 0
        self._owed: deque[tuple[float, int]] = deque()

    def sent(self, now: float) -> None:
        """One was sent."""
        self.count += 1
        self._owed.append((now, self.count))

    def heard(self, now: float) -> None:
        """An answer came: to the oldest one that is not lost."""
        while self._owed and self._owed[0][0] < now - _LOST_AFTER:
            self._owed.popleft()
        if self._owed:
            self.answered = self._owed.popleft()[1]

    def forget(self) -> None:
        """None is under way any more."""
        self._owed.clear()
        self.answered = self.count
