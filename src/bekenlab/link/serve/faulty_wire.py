"""Line faults between a served chip and the program that uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import UnsupportedError
from bekenlab.link.faulty import FaultyTransport
from bekenlab.machine.wire import Sent

if TYPE_CHECKING:
    from bekenlab.link.faulty import FaultSchedule
    from bekenlab.link.transport import ModemLines
    from bekenlab.machine.wire import WireDevice


class _Wire:
    """A fault-free ``Transport`` to the chip, which receives at whatever rate was sent."""

    def __init__(self, device: WireDevice) -> None:
        self.name = "sim"
        self.lines: ModemLines | None = None
        self.baud = self.heard_at = device.baud
        self.device = device

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def write(self, data: bytes) -> None:
        self.device.feed(data, self.baud)

    def read(self, timeout: float) -> bytes:
        sent = self.device.advance(self.device.now + timeout)
        if sent:
            self.heard_at = sent[-1].baud
        return b"".join(part.data for part in sent)

    def now(self) -> float:
        return self.device.now

    def sleep(self, seconds: float) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


class FaultyWire:
    """Wraps any ``WireDevice`` and adds line faults.

    Args:
        device: The chip.
        schedule: The faults. The rate of the host's end is up to the program.

    Raises:
        UnsupportedError: The schedule contains the fault ``keep-baud``.
    """

    def __init__(self, device: WireDevice, schedule: FaultSchedule) -> None:
        if schedule.of("keep-baud"):
            raise UnsupportedError(
                "The fault keep-baud is one of a host's adapter, which a served chip lacks.",
                hint="try it with a virtual:// port",
            )
        self._wire = _Wire(device)
        self._line = FaultyTransport(self._wire, schedule)
        self.now = device.now

    @property
    def baud(self) -> int:
        """Rate of the chip's UART."""
        return self._wire.device.baud

    @property
    def flash(self) -> bytes:
        """Current content of the flash."""
        return self._wire.device.flash

    def feed(self, data: bytes, baud: int) -> None:
        """Put bytes on the wire; those that a fault drops do not arrive.

        Raises:
            LineLostError: The fault ``unplug`` occurred.
        """
        self._wire.set_baud(baud)
        self._line.write(data)

    def advance(self, until: float) -> tuple[Sent, ...]:
        """Let time pass; see ``WireDevice``. Faulty bytes keep the rate they were sent at.

        Raises:
            LineLostError: The fault ``unplug`` occurred.
        """
        data = self._line.read(max(until - self._wire.now(), 0.0))
        self.now = self._wire.now()
        return (Sent(self.now, self._wire.heard_at, data),) if data else ()

    def reset(self) -> None:
        """Pull CEN low and release it."""
        self._wire.device.reset()
