"""The client's connections through the virtual air, to a device in the virtual chip.

No socket is opened, and time is the device's: waiting runs the chip. So a whole session with a
genuine OpenBeken gives the same bytes each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

from bekenlab.lan.connection import FIRST_PIECE, PAUSE, give_up
from bekenlab.lan.errors import NoHostError, NotOpenBekenError
from bekenlab.lan.http import BURST
from bekenlab.machine.air.packets import BadPacketError, ip_bytes
from bekenlab.machine.air.tcp_state import TcpState

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.lan.address import Host
    from bekenlab.lan.clock import Clock, Timeouts
    from bekenlab.machine.air.host import Host as AirHost

# Between two looks: short at first, as most answers come at once.
_POLL, _LONGEST_POLL = 0.002, 0.03


class Runner(Protocol):
    """What runs the chip."""

    @property
    def seconds(self) -> float:
        """Virtual time, which goes on across restarts of the chip."""
        ...

    def run(self, seconds: float) -> None:
        """Let time pass."""
        ...


class AirClock:
    """Virtual time.

    Args:
        runner: Runs the chip.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def now(self) -> float:
        """Time in seconds."""
        return self._runner.seconds

    def sleep(self, seconds: float) -> None:
        """Let the chip run."""
        self._runner.run(seconds)


class AirNetwork:
    """Opens connections in place of :class:`bekenlab.lan.connection.Connection`.

    Args:
        host: Our host in the air.
        runner: Runs the chip.

    Attributes:
        clock: Virtual time, for :class:`bekenlab.lan.device.Device`.
    """

    def __init__(self, host: AirHost, runner: Runner) -> None:
        self.clock = AirClock(runner)
        self._host = host
        self._runner = runner

    def __call__(self, host: Host, timeouts: Timeouts, clock: Clock) -> AirConnection:
        """Open a connection.

        Raises:
            NoHostError: It cannot be opened.
        """
        return AirConnection(self._host, self._runner, host, timeouts, clock)


class AirConnection:
    """A connection for one request; see :class:`bekenlab.lan.connection.Connection`."""

    def __init__(
        self, ours: AirHost, runner: Runner, host: Host, timeouts: Timeouts, clock: Clock
    ) -> None:
        self._ours, self._runner, self._host, self._clock = ours, runner, host, clock
        try:
            address = ip_bytes(host.name)
        except BadPacketError as error:
            raise NoHostError(f"{host} cannot be reached: unknown host name") from error
        self._connection = ours.connect(address, host.port)
        opened = self._wait(
            lambda: self._connection.state is not TcpState.SYN_SENT, clock.now() + timeouts.connect
        )
        if not opened or self._connection.problem:
            problem = self._connection.problem or "no reply to the connection"
            self.close()
            raise NoHostError(f"{host} cannot be reached: {problem}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wait(self, holds: Callable[[], bool], deadline: float) -> bool:
        """Run until something holds; False if the time is over before."""
        step = _POLL
        while not holds():
            if self._clock.now() >= deadline:
                return False
            self._runner.run(step)
            step = min(2 * step, _LONGEST_POLL)
        return True

    def close(self) -> None:
        """Close the connection. May be called twice."""
        self._connection.take()
        self._connection.close()
        self._ours.touch()

    def send(
        self,
        head: bytes,
        body: bytes,
        *,
        seconds: float,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Send a request; see :class:`bekenlab.lan.connection.Connection`."""
        deadline = self._clock.now() + seconds
        whole = head + body
        first = len(whole) if len(whole) <= BURST else FIRST_PIECE
        self._send(whole[:first], deadline)
        if first < len(whole):
            self._runner.run(PAUSE)
            self._send(whole[first:], deadline, progress)
        if progress:
            progress(len(body))

    def _send(
        self, data: bytes, deadline: float, progress: Callable[[int], None] | None = None
    ) -> None:
        sent = 0
        while sent < len(data) and not self._connection.problem:
            sent += self._connection.send(data[sent : sent + (1 << 16)])
            self._ours.touch()
            if progress:
                progress(sent)
            room = self._wait(
                lambda: self._connection.room > 0 or bool(self._connection.problem), deadline
            )
            if not room:
                raise give_up(self._host, "does not receive what is sent")

    def answer(self, *, seconds: float, most: int) -> bytes:
        """Receive everything up to the end of the connection; errors as for ``Connection``."""
        deadline = self._clock.now() + seconds
        found = bytearray()
        connection = self._connection
        while len(found) <= most:
            if not self._wait(lambda: bool(connection.received) or connection.ended, deadline):
                raise give_up(self._host, "does not answer in time")
            found += connection.take()
            if connection.ended and not connection.received:
                return bytes(found)
        raise NotOpenBekenError(
            f"the answer from {self._host} is longer than {most:,} bytes",
            hint="OpenBeken does not send this; is it the right address?",
        )
