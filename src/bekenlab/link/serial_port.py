"""The pyserial transport: a port of this computer, ``socket://`` or ``rfc2217://``."""

from __future__ import annotations

import errno
import time
from typing import TYPE_CHECKING

import serial

from bekenlab.chips import BITS_PER_BYTE
from bekenlab.errors import Action, system_reason
from bekenlab.link.errors import BaudRefusedError, LineLostError, PortError
from bekenlab.link.ports import permission_fix

if TYPE_CHECKING:
    from collections.abc import Iterator

# Reads return as soon as data is there; this is how late a timeout may be noticed. When less time
# is left, the port is polled in short steps: link checks must follow each other closely.
_SLICE = 0.005
_STEP = 0.0002
# Longer than any request takes at the lowest rate; a port that is slower takes nothing any more.
_WRITE = 5.0


class SerialTransport:
    """A ``Transport`` through a serial port of this computer or of another one.

    Args:
        url: A device name, ``socket://HOST:PORT`` or ``rfc2217://HOST:PORT``.
        baud: Initial rate.

    Raises:
        PortError: It cannot be opened; the error says why and what to do.
    """

    def __init__(self, url: str, baud: int) -> None:
        self.name = url
        self._port = _open(url, baud)
        self._empty_at = 0.0
        self.lines: PortLines | None = PortLines(self._port) if _has_lines(self._port) else None

    @property
    def baud(self) -> int:
        """Rate of this end, in bits per second."""
        return int(self._port.baudrate)

    def set_baud(self, baud: int) -> None:
        """Change the rate after everything written has been sent."""
        old = self.baud
        if baud == old:
            return
        self.sleep(max(0.0, self._empty_at - self.now()))
        try:
            self._port.flush()
            self._port.baudrate = baud
        except (ValueError, serial.SerialException, OSError) as error:
            self._restore(old)
            raise BaudRefusedError(
                f"{self.name} does not support {baud} baud: {system_reason(error)}",
                hint="choose a lower baud rate",
            ) from error

    def _restore(self, baud: int) -> None:
        try:
            self._port.baudrate = baud
        except (ValueError, serial.SerialException, OSError) as error:
            raise self._lost(error) from error

    def write(self, data: bytes) -> None:
        """Send bytes."""
        try:
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise LineLostError(
                f"{self.name} does not take what is sent",
                hint="is the program or the adapter at its other end still running?",
            ) from error
        except (serial.SerialException, OSError) as error:
            raise self._lost(error) from error
        self._empty_at = max(self._empty_at, self.now()) + len(data) * BITS_PER_BYTE / self.baud

    def read(self, timeout: float) -> bytes:
        """Return what has arrived; see ``Transport``."""
        end = self.now() + timeout
        try:
            while True:
                there = self._port.in_waiting
                left = end - self.now()
                if there or left >= _SLICE:
                    data = bytes(self._port.read(max(1, there)))
                    if data:
                        return data
                elif left <= 0:
                    return b""
                else:
                    time.sleep(min(_STEP, left))
        except (serial.SerialException, OSError, TypeError) as error:
            # pyserial raises TypeError when another thread or the system closed the port.
            raise self._lost(error) from error

    def now(self) -> float:
        """Seconds of this computer's monotonic clock."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def close(self) -> None:
        """Close the port."""
        try:
            self._port.close()
        except (serial.SerialException, OSError):
            return  # already gone

    def _lost(self, error: Exception) -> LineLostError:
        return LineLostError(
            f"{self.name} went away: {system_reason(error)}",
            hint="plug the adapter in again",
            action=Action("repeat"),
        )


class PortLines:
    """DTR and RTS of a port."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port

    def set(self, *, dtr: bool, rts: bool) -> None:
        """Assert or release both lines."""
        try:
            self._port.rts = rts
            self._port.dtr = dtr
        except (ValueError, serial.SerialException, OSError) as error:
            raise LineLostError(f"the modem lines cannot be set: {system_reason(error)}") from error


def _open(url: str, baud: int) -> serial.Serial:
    try:
        port = _port(url, baud)
        # Released before it opens, so that opening does not reset a chip wired to them.
        port.dtr = False
        port.rts = False
        _claim(port)
        port.open()
    except (ValueError, serial.SerialException, OSError) as error:
        raise _refused(url, error) from error
    return port


def _port(url: str, baud: int) -> serial.Serial:
    """The port, not opened yet."""
    scheme = url.partition("://")[0].lower()
    if scheme not in ("socket", "rfc2217"):
        return serial.serial_for_url(
            url, do_not_open=True, baudrate=baud, timeout=_SLICE, write_timeout=_WRITE
        )
    # Imported here: most ports are devices of this computer.
    from bekenlab.link.network_ports import Rfc2217Port, SocketPort

    port: serial.Serial = (
        SocketPort(None, baudrate=baud, timeout=_SLICE, write_timeout=_WRITE)
        if scheme == "socket"
        else Rfc2217Port(None, baudrate=baud, timeout=_SLICE)
    )
    port.port = url
    return port


def _claim(port: serial.Serial) -> None:
    """Lock the port against other programs, where the system supports that."""
    try:
        port.exclusive = True
    except (AttributeError, ValueError, NotImplementedError):
        return


def _has_lines(port: serial.Serial) -> bool:
    """Whether there are modem lines; pseudo terminals and plain sockets have none."""
    if port.portstr and str(port.portstr).startswith("socket:"):
        return False
    try:
        port.rts = False
        port.dtr = False
    except (ValueError, serial.SerialException, OSError):
        return False  # ValueError: an RFC 2217 server refuses
    return True


def _refused(url: str, error: Exception) -> PortError:
    number = getattr(error, "errno", None)
    for reason, message, advice in _URL_REASONS if "://" in url else _reasons(url):
        if number in reason or any(text in str(error) for text in _TEXTS[message]):
            return _port_error(f"{url}: {message}", advice)
    return _port_error(
        f"{url} cannot be opened: {system_reason(error)}",
        "write HOST:PORT after it" if "://" in url else Action("list-ports"),
    )


def _port_error(message: str, advice: str | Action) -> PortError:
    if isinstance(advice, Action):
        return PortError(message, action=advice)
    return PortError(message, hint=advice)


_BUSY, _DENIED, _ABSENT = "the port is in use", "permission denied", "no such port"
_SILENT, _TAKEN, _UNKNOWN = "connection refused", "connection closed by the server", "no such host"
_SCHEME = "unknown kind of port"
_TEXTS = {
    _BUSY: ("exclusively lock", "Resource busy"),
    _DENIED: ("PermissionError", "Permission denied"),
    _ABSENT: ("FileNotFoundError", "No such file", "could not open port"),
    _SILENT: ("refused",),
    _TAKEN: ("Broken pipe", "reset by peer", "disconnected", "does not seem to support"),
    _UNKNOWN: ("Name or service not known", "getaddrinfo", "name resolution", "nodename"),
    _SCHEME: ("not known",),
}
_URL_REASONS: tuple[tuple[set[int], str, str | Action], ...] = (
    (
        {errno.ECONNREFUSED},
        _SILENT,
        Action("start-server"),
    ),
    (
        {errno.EPIPE, errno.ECONNRESET},
        _TAKEN,
        "it may be in use by another program; or try socket://",
    ),
    (set(), _UNKNOWN, "check the name of the computer"),
    (set(), _SCHEME, "a port is a device name, socket://, rfc2217:// or virtual://"),
)


def _reasons(url: str) -> Iterator[tuple[set[int], str, str | Action]]:
    yield {errno.EBUSY, errno.EAGAIN}, _BUSY, "close the program that uses it (a serial monitor?)"
    fix = permission_fix(url) or "close other programs that use it, or run as administrator"
    yield {errno.EACCES, errno.EPERM}, _DENIED, fix
    yield {errno.ENOENT, errno.ENODEV}, _ABSENT, Action("list-ports")
