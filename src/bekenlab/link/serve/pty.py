"""Serves a chip at a POSIX pseudo terminal, which programs open like a serial port.

There are no modem lines; the baud rate is the one the program sets with termios.
"""

from __future__ import annotations

import os
import select
import struct
import sys
import time

from bekenlab.errors import Action, UnsupportedError
from bekenlab.link.serve.port import Arrived, PortEvent

if sys.platform != "win32":
    import fcntl
    import termios
    import tty

_DEFAULT_BAUD = 115_200
_PIECE = 4096
# Bytes beyond this many unread ones are lost, as in an adapter's buffer.
_MOST_UNREAD = 1 << 20
_TCGETS2 = 0x802C_542A  # Linux: struct termios2, whose last word is the rate as a number
_TERMIOS2_SIZE = 44


class PtyPort:
    """A pseudo terminal.

    Attributes:
        name: Path of the device a program opens.
        is_open: Whether a program has it open.
        baud: Rate it set, in bits per second.

    Raises:
        UnsupportedError: There are no pseudo terminals on this system.
    """

    def __init__(self) -> None:
        if sys.platform == "win32":
            raise UnsupportedError("Windows has no pseudo terminals", action=Action("serve-tcp"))
        self._master, device = os.openpty()
        self.name = os.ttyname(device)
        tty.setraw(device)
        os.close(device)  # so that we notice when the program closes its end
        os.set_blocking(self._master, False)
        self.is_open = False
        self.baud = _DEFAULT_BAUD
        self._unsent = bytearray()
        self._poll = select.poll()
        self._poll.register(self._master, select.POLLIN)

    def wait(self, seconds: float) -> None:
        """Wait until the program sends something, ``seconds`` at most."""
        self._flush()
        if any(state & select.POLLHUP for _, state in self._poll.poll(seconds * 1000)):
            time.sleep(seconds)  # closed: poll returns immediately

    def take(self) -> list[Arrived | PortEvent]:
        """What the program did since the last call."""
        events: list[Arrived | PortEvent] = []
        states = [state for _, state in self._poll.poll(0)]
        is_open = not any(state & select.POLLHUP for state in states)
        if is_open and not self.is_open:
            events.append(PortEvent.OPENED)
            self.baud = _baud(self._master) or self.baud
        data = self._read()
        if data:
            # Sent before any change of rate: a program waits for an answer before it changes it.
            events.append(Arrived(data, self.baud))
        if self.is_open and not is_open:
            events.append(PortEvent.CLOSED)
            self._unsent.clear()
        self.is_open = is_open
        if is_open:
            self.baud = _baud(self._master) or self.baud
        return events

    def send(self, data: bytes) -> None:
        """Send bytes to the program."""
        if self.is_open and len(self._unsent) < _MOST_UNREAD:
            self._unsent += data
        self._flush()

    def close(self) -> None:
        """Close the terminal."""
        os.close(self._master)

    def _read(self) -> bytes:
        try:
            return os.read(self._master, _PIECE)
        except OSError:  # nothing to read (EAGAIN), or no program has it open (EIO)
            return b""

    def _flush(self) -> None:
        while self._unsent:
            try:
                count = os.write(self._master, self._unsent[:_PIECE])
            except BlockingIOError:
                return
            del self._unsent[:count]


def _baud(terminal: int) -> int:
    """The rate a program set, in bits per second; 0 if unknown."""
    if sys.platform == "linux":
        settings = fcntl.ioctl(terminal, _TCGETS2, bytes(_TERMIOS2_SIZE))
        return int(struct.unpack_from("<I", settings, _TERMIOS2_SIZE - 4)[0])
    if sys.platform == "win32":
        return 0
    return int(termios.tcgetattr(terminal)[5])  # BSD and macOS: the constants are the rates
