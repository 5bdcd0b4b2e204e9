"""Lines as the pages need them: they can be stopped, and a virtual one may take its time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.link.transport import ModemLines, Transport

# What a job does at its end, such as protecting flash again, takes less on any line.
_LAST_WORDS = 3.0


class StoppableLine:
    """A line that raises when its job is to stop.

    It does so before something new is sent, so that the answer to what was sent before has been
    taken, and once: what a job has to put back in order may still pass for a few seconds.

    Args:
        line: The line.
        raise_if_stopped: Raises when the job is to stop.
    """

    def __init__(self, line: Transport, raise_if_stopped: Callable[[], None]) -> None:
        self.name = line.name
        self._line = line
        self._raise_if_stopped = raise_if_stopped
        self._stopped_at: float | None = None

    @property
    def lines(self) -> ModemLines | None:
        """See ``Transport``."""
        return self._line.lines

    @property
    def baud(self) -> int:
        """See ``Transport``."""
        return self._line.baud

    def set_baud(self, baud: int) -> None:
        """See ``Transport``."""
        self._line.set_baud(baud)

    def write(self, data: bytes) -> None:
        """Send bytes; see ``Transport``.

        Raises:
            CancelledJobError: The job is to stop.
        """
        now = self._line.now()
        if self._stopped_at is None or now - self._stopped_at > _LAST_WORDS:
            try:
                self._raise_if_stopped()
            except BaseException:
                self._stopped_at = self._stopped_at or now
                raise
        self._line.write(data)

    def read(self, timeout: float) -> bytes:
        """See ``Transport``."""
        return self._line.read(timeout)

    def now(self) -> float:
        """See ``Transport``."""
        return self._line.now()

    def sleep(self, seconds: float) -> None:
        """See ``Transport``."""
        self._line.sleep(seconds)

    def close(self) -> None:
        """See ``Transport``."""
        self._line.close()


class PacedLine(StoppableLine):
    """A line to a virtual chip on which a second takes a second.

    Args:
        line: The line, in virtual time.
        raise_if_stopped: Raises when the job is to stop.
        clock: Real seconds.
        wait: Lets real seconds pass.
    """

    def __init__(
        self,
        line: Transport,
        raise_if_stopped: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(line, raise_if_stopped)
        self._clock = clock
        self._wait = wait
        self._ahead = line.now() - clock()

    def read(self, timeout: float) -> bytes:
        """See ``Transport``."""
        data = super().read(timeout)
        self._catch_up()
        return data

    def sleep(self, seconds: float) -> None:
        """See ``Transport``."""
        super().sleep(seconds)
        self._catch_up()

    def _catch_up(self) -> None:
        due = self.now() - self._ahead - self._clock()
        if due > 0:
            self._wait(due)
