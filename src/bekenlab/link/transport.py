"""What a serial line must be able to do, whatever it is made of."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


class ModemLines(Protocol):
    """The two lines an adapter can pull, often wired to the chip's reset (CEN)."""

    def set(self, *, dtr: bool, rts: bool) -> None:
        """Assert (True: the pin goes low) or release both lines."""
        ...


class Transport(Protocol):
    """A serial line to a chip: 8 data bits, no parity, one stop bit, no flow control.

    It carries its own clock, so that a line to a virtual chip runs in virtual time and a timeout of
    ten seconds costs nothing.

    Every method raises ``LineLostError`` once the line is gone (adapter unplugged, say).

    Attributes:
        name: What the user called it, e.g. ``"/dev/ttyUSB0"`` or ``"virtual://bk7231n?image=a.bin"``.
    """

    name: str

    @property
    def lines(self) -> ModemLines | None:
        """The modem lines, or None where there are none (a pseudo terminal, a plain socket)."""
        ...

    @property
    def baud(self) -> int:
        """Rate of this end, in bits a second."""
        ...

    def set_baud(self, baud: int) -> None:
        """Change the rate of this end, after everything written has left.

        Raises:
            BaudRefusedError: The adapter cannot do this rate; the old one stays.
        """
        ...

    def write(self, data: bytes) -> None:
        """Send bytes; returns when they are queued, not when they have left."""
        ...

    def read(self, timeout: float) -> bytes:
        """Take what has arrived; empty only when nothing came within ``timeout`` seconds."""
        ...

    def now(self) -> float:
        """Seconds on this line's clock; only differences mean anything."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass; what arrives meanwhile is kept for :meth:`read`."""
        ...

    def close(self) -> None:
        """Give the line back. May be called twice."""
        ...


@runtime_checkable
class HasLog(Protocol):
    """A line whose far end can be heard on its log port as well, without moving a wire."""

    def log_transport(self) -> Transport | None:
        """Let the chip start its firmware; what that prints on TX2 arrives at the line returned.

        From then on nothing answers at this one. None where there is no such line after all.
        """
        ...


def own_log(line: Transport) -> Transport | None:
    """The log line that comes with a line, or None: then somebody has to move a wire."""
    return line.log_transport() if isinstance(line, HasLog) else None
