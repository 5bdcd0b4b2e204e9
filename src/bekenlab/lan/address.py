"""Network addresses of devices."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from bekenlab.errors import BadValueError

HTTP_PORT = 80
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_-]{1,63})*\.?")


@dataclass(frozen=True, slots=True)
class Host:
    """A device on the network.

    Attributes:
        name: IPv4 address or name, e.g. ``"192.168.1.40"``.
        port: Port of its web server.
    """

    name: str
    port: int = HTTP_PORT

    def __str__(self) -> str:
        return self.name if self.port == HTTP_PORT else f"{self.name}:{self.port}"


def parse_host(text: str) -> Host:
    """Parse ``192.168.1.40``, ``lamp.local:8080`` or ``http://192.168.1.40/index``.

    Raises:
        BadValueError: It has another form. OpenBeken supports neither IPv6 nor https.
    """
    rest = text.strip()
    if rest.lower().startswith("http://"):
        rest = rest[7:].partition("/")[0]
    name, colon, digits = rest.partition(":")
    port = _port(digits) if colon else HTTP_PORT
    if port is None or len(name) > 253 or not _is_name(name):
        raise BadValueError(
            f"{text[:80]!r} is not the address of a device",
            hint="write 192.168.1.40, lamp.local or 192.168.1.40:8080",
        )
    return Host(name, port)


def _port(digits: str) -> int | None:
    fits = re.fullmatch(r"\d{1,5}", digits, re.ASCII) and 0 < int(digits) < 1 << 16
    return int(digits) if fits else None


def _is_name(name: str) -> bool:
    if re.fullmatch(r"[\d.]+", name):
        try:
            ipaddress.IPv4Address(name)
        except ValueError:
            return False
        return True
    return _NAME.fullmatch(name) is not None
