"""Separates data from telnet commands, at either end of RFC 2217; memory is bounded.

Source: RFC 854 and RFC 855.
"""

from __future__ import annotations

from typing import Protocol

IAC = 0xFF
_IAC = bytes([IAC])
_SB, _SE, _NEGOTIATION = 0xFA, 0xF0, range(0xFB, 0xFF)
# RFC 2217 needs six bytes, besides signatures, which say nothing we need.
_LONGEST = 256


class TelnetHandler(Protocol):
    """What is done with what arrives, in its order."""

    def data(self, data: bytes) -> None:
        """Data; never empty."""
        ...

    def negotiate(self, verb: bytes, option: bytes) -> None:
        """WILL, WONT, DO or DONT, and the option."""
        ...

    def subnegotiate(self, content: bytes) -> None:
        """What a subnegotiation says, in any form the other end likes; 256 bytes at most."""
        ...


class TelnetReader:
    """Reads a telnet stream in pieces of any size.

    A subnegotiation that is too long is ignored, and so is what is not a command.

    Args:
        handler: Receives what is found.
    """

    def __init__(self, handler: TelnetHandler) -> None:
        self._handler = handler
        self._rest = b""
        self._data = bytearray()
        self._content: bytearray | None = None

    def feed(self, data: bytes) -> None:
        """Add bytes as they arrived."""
        data = self._rest + data
        at = 0
        while (found := data.find(_IAC, at)) >= 0:
            self._take(data[at:found])
            at = found
            size = self._command(data[found : found + 3])
            if not size:
                break
            at += size
        else:
            self._take(data[at:])
            at = len(data)
        self._rest = data[at:]
        self._pass_on()

    def _take(self, data: bytes) -> None:
        if self._content is None:
            self._data += data
        else:
            self._content += data[: _LONGEST + 1 - len(self._content)]

    def _pass_on(self) -> None:
        if self._data:
            data, self._data = bytes(self._data), bytearray()
            self._handler.data(data)

    def _command(self, raw: bytes) -> int:
        """Carry out the command at the start; return its size, or 0 if it is not complete."""
        negotiates = raw[1:2] != b"" and raw[1] in _NEGOTIATION
        size = 3 if negotiates else 2
        if len(raw) < size:
            return 0
        if raw[1] == IAC:
            self._take(_IAC)
        elif negotiates:
            self._pass_on()
            self._handler.negotiate(raw[1:2], raw[2:3])
        elif raw[1] == _SB:
            self._content = bytearray()
        elif raw[1] == _SE and self._content is not None:
            content, self._content = bytes(self._content), None
            if len(content) <= _LONGEST:
                self._pass_on()
                self._handler.subnegotiate(content)
        return size
