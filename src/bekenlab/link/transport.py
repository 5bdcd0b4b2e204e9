"""The interface of a transport: how bytes get to a port and come from it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


class ModemLines(Protocol):
    """DTR and RTS of an adapter, often wired to the chip's reset (CEN)."""

    def set(self, *, dtr: bool, rts: bool) -> None:
        """Assert (True: the pin goes low) or release both lines."""
        ...


class Transport(Protocol):
    """A serial connection: 8 data bits, no parity, one stop bit, no flow control.

    It has its own clock, so that a transport to a virtual chip runs in virtual time, where a
    timeout of ten seconds costs nothing.

    Every method raises ``LineLostError`` once the port is gone, e.g. with its adapter unplugged.

    Attributes:
        name: The port as the user named it, e.g. ``"/dev/ttyUSB0"`` or
            ``"virtual://bk7231n?image=a.bin"``.
    """

    name: str

    @property
    def lines(self) -> ModemLines | None:
        """The modem lines, or None on a transport without them (pseudo terminal, plain socket)."""
        ...

    @property
    def baud(self) -> int:
        """Rate of this end, in bits per second."""
        ...

    def set_baud(self, baud: int) -> None:
        """Change the rate of this end, after everything written has been sent.

        Raises:
            BaudRefusedError: The adapter does not support this rate; the old one stays.
        """
        ...

    def write(self, data: bytes) -> None:
        """Queue bytes for sending; does not wait until they are sent."""
        ...

    def read(self, timeout: float) -> bytes:
        """Return what has arrived; empty only if nothing arrives within ``timeout`` seconds."""
        ...

    def now(self) -> float:
        """Seconds on this transport's clock; only differences are meaningful."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; what arrives meanwhile is kept for :meth:`read`."""
        ...

    def close(self) -> None:
        """Close the port. May be called twice."""
        ...


@runtime_checkable
class HasLog(Protocol):
    """A transport to a chip whose log port can be read as well, without moving a wire."""

    def log_transport(self) -> Transport | None:
        """Start the chip's firmware; return a transport that receives what it prints on TX2.

        From then on nothing answers on this transport. None if the log is not available after all.
        """
        ...


def own_log(transport: Transport) -> Transport | None:
    """The log of the chip behind a transport, or None if a wire has to be moved for that."""
    return transport.log_transport() if isinstance(transport, HasLog) else None
