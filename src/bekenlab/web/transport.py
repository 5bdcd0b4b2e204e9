"""Transports for the jobs of the pages: they can be stopped, and a virtual one can be slowed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bekenlab.link.transport import own_log

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.link.transport import ModemLines, Transport

# Cleaning up after a job, such as protecting flash again, takes less than this on any transport.
_CLEANUP_SECONDS = 3.0


class StoppableTransport:
    """A transport that raises when its job has been asked to stop.

    It raises before the next write, when the answer to the previous one has been read, and then
    lets writes pass for a few seconds, so that the job can clean up.

    Args:
        transport: The transport to wrap.
        raise_if_stopped: Raises if the job has been asked to stop.
    """

    def __init__(self, transport: Transport, raise_if_stopped: Callable[[], None]) -> None:
        self.name = transport.name
        self._transport = transport
        self._raise_if_stopped = raise_if_stopped
        self._stopped_at: float | None = None

    @property
    def lines(self) -> ModemLines | None:
        """See ``Transport``."""
        return self._transport.lines

    @property
    def baud(self) -> int:
        """See ``Transport``."""
        return self._transport.baud

    def set_baud(self, baud: int) -> None:
        """See ``Transport``."""
        self._transport.set_baud(baud)

    def write(self, data: bytes) -> None:
        """Send bytes; see ``Transport``.

        Raises:
            CancelledJobError: The job was asked to stop.
        """
        now = self._transport.now()
        if self._stopped_at is None or now - self._stopped_at > _CLEANUP_SECONDS:
            try:
                self._raise_if_stopped()
            except BaseException:
                self._stopped_at = self._stopped_at or now
                raise
        self._transport.write(data)

    def read(self, timeout: float) -> bytes:
        """See ``Transport``."""
        return self._transport.read(timeout)

    def now(self) -> float:
        """See ``Transport``."""
        return self._transport.now()

    def sleep(self, seconds: float) -> None:
        """See ``Transport``."""
        self._transport.sleep(seconds)

    def close(self) -> None:
        """See ``Transport``."""
        self._transport.close()


class StoppableVirtualTransport(StoppableTransport):
    """The same to a virtual chip, whose log can be read as well; see ``HasLog``."""

    def log_transport(self) -> Transport | None:
        """Run the firmware for its log; see ``HasLog``."""
        return own_log(self._transport)


class PacedTransport(StoppableVirtualTransport):
    """A transport to a virtual chip that runs in real time.

    Args:
        transport: The transport, in virtual time.
        raise_if_stopped: Raises if the job has been asked to stop.
        clock: Real seconds.
        wait: Sleeps for real seconds.
    """

    def __init__(
        self,
        transport: Transport,
        raise_if_stopped: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(transport, raise_if_stopped)
        self._clock = clock
        self._wait = wait
        self._ahead = transport.now() - clock()

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
