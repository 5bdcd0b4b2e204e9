"""Downloads: the only module that connects to the internet.

Nothing is contacted unasked: every caller is a command with which the user requests a download. A
download is bounded in size, also when it is unpacked, and in time, however slowly it arrives; and
another server can send it on to public https addresses only.
"""

from __future__ import annotations

import contextlib
import contextvars
import ipaddress
import socket
import threading
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import urlsplit

from bekenlab import stopping
from bekenlab.errors import DownloadError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx

_TIMEOUT = 30.0  # seconds without receiving a byte
_REDIRECTS = 5
_LOOK = 0.1  # seconds between looks at the clock
_WBITS_GZIP = 31
# What proxies and gateways give instead of a public address that a name has: RFC 2544, RFC 6598.
_STAND_INS = tuple(map(ipaddress.ip_network, ("198.18.0.0/15", "100.64.0.0/10")))


class Fetch(Protocol):
    """Returns the content of a URL; ``fetch`` is the implementation that uses the network."""

    def __call__(self, address: str, most: int, /) -> bytes:
        """The body of the response, at most ``most`` bytes; see ``fetch``."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a download may take in all.

    Attributes:
        start: Seconds until it is under way, with all redirects.
        rate: Bytes per second from then on, on average.
    """

    start: float = 30.0
    rate: float = 8192.0


_USUAL = Patience()


def fetch(address: str, most: int, /, *, patience: Patience = _USUAL) -> bytes:
    """Download a URL, with the system's proxy and certificates.

    Args:
        address: An https URL; plain http only to this computer itself. Redirects lead to the same
            server, or to https addresses outside of private networks.
        most: Largest size accepted, in bytes.
        patience: How long it may take.

    Raises:
        DownloadError: It cannot be downloaded, is too large or too slow, or leads elsewhere.
    """
    # Imported here: only a download waits for it to load.
    import ssl

    import httpx

    check_address(address)
    with _Watch(address, patience) as watch:
        try:
            with (
                httpx.Client(
                    verify=ssl.create_default_context(),
                    timeout=min(_TIMEOUT, patience.start),
                    follow_redirects=True,
                    max_redirects=_REDIRECTS,
                    event_hooks={"request": [watch.asks]},
                    headers={"User-Agent": "bekenlab", "Accept-Encoding": "gzip"},
                ) as client,
                client.stream("GET", address, extensions={"trace": watch.trace}) as answer,
            ):
                if answer.status_code != httpx.codes.OK:
                    reason = f"the server answered {answer.status_code} {answer.reason_phrase}"
                    raise _failed(address, reason)
                return _body(answer, address, most, watch)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, zlib.error) as error:
            stopping.check()
            reason = watch.over or str(error) or type(error).__name__
            raise _failed(address, reason) from error


def _body(answer: httpx.Response, address: str, most: int, watch: _Watch) -> bytes:
    """The body, unpacked at most once and never further than ``most`` bytes."""
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip"):
        raise _failed(address, f"it is compressed as {coding[:40]!r}, which was not asked for")
    unpacker = zlib.decompressobj(_WBITS_GZIP) if coding == "gzip" else None
    data = bytearray()
    for piece in _pieces(answer.iter_raw(), watch):
        room = most + 1 - len(data)
        data += piece if unpacker is None else unpacker.decompress(piece, room)
        if len(data) > most:
            raise _failed(address, f"it has more than {most:,} bytes")
    if watch.over or (unpacker is not None and not unpacker.eof):
        raise _failed(address, watch.over or "it ends early")
    return bytes(data)


def _pieces(raw: Iterable[bytes], watch: _Watch) -> Iterable[bytes]:
    for piece in raw:
        watch.received(len(piece))
        yield piece


class _Watch:
    """Watches a download: where its requests go, and how long it takes.

    The limits of an HTTP library are for single reads, and a server that sends a byte now and then
    keeps within them. So a thread looks at the clock, and shuts the connections down.

    Args:
        address: The URL the user asked for.
        patience: How long it may take.

    Attributes:
        over: Why the download was ended, or an empty string.
    """

    def __init__(self, address: str, patience: Patience) -> None:
        self.over = ""
        self._origin = _origin(address)
        self._patience = patience
        self._began = time.monotonic()
        self._received = 0
        self._host: str | None = None
        self._sockets: list[socket.socket] = []
        self._ended = threading.Event()
        self._context = contextvars.copy_context()
        self._thread = threading.Thread(target=self._look, name="download", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        for each in self._sockets:
            each.close()

    def received(self, count: int) -> None:
        """``count`` more bytes of the body have arrived."""
        self._received += count

    def asks(self, request: httpx.Request) -> None:
        """Called for every request, including redirects."""
        address = str(request.url)
        named = _origin(address) == self._origin
        if not named:
            check_link(self._origin, address)
        # What the user named may be anywhere; what others name must not be in here.
        self._host = None if named else request.url.host

    def trace(self, name: str, info: dict[str, Any]) -> None:
        """Called for every step of a connection."""
        if name == "connection.connect_tcp.started" and info.get("host") != self._host:
            self._host = None  # a proxy, which resolves the name itself
        if name == "connection.connect_tcp.complete":
            self._connected(info["return_value"].get_extra_info("socket"))

    def _connected(self, connection: socket.socket | None) -> None:
        if connection is None:
            return
        # TLS takes the socket over; a duplicate still ends the connection.
        self._sockets.append(connection.dup())
        if self._host is not None and not _is_public(str(connection.getpeername()[0])):
            connection.close()
            raise _leads_inside(self._host)

    def _look(self) -> None:
        while not self.over and not self._ended.wait(_LOOK):
            self.over = self._reason()
        while self.over and not self._ended.wait(_LOOK):
            for each in list(self._sockets):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _reason(self) -> str:
        """Why the download has to end now, or an empty string."""
        try:
            self._context.run(stopping.check)
        except BaseException:  # noqa: BLE001  of the job's own kind, raised again in its thread
            return "it was stopped"
        allowed = self._patience.start + self._received / self._patience.rate
        if time.monotonic() - self._began <= allowed:
            return ""
        return f"it is too slow: {self._received:,} bytes in {allowed:.0f} s"


def check_address(address: str) -> None:
    """Refuse URLs whose content others could read or change in transit.

    Raises:
        DownloadError: It is neither https nor on this computer.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme == "https" and host:
        return
    if parts.scheme == "http" and _is_here(host):
        return
    raise DownloadError(
        f"{address[:200]}: only https downloads are allowed",
        hint="give an address that begins with https://",
    )


def check_link(source: str, address: str) -> None:
    """Refuse a URL that a server named, rather than the user, if it leads to a private network.

    Args:
        source: URL of what named it; it may name its own server.
        address: The URL.

    Raises:
        DownloadError: It is not https, or leads to this computer or a private network.
    """
    check_address(address)
    if same_server(source, address):
        return
    host = urlsplit(address).hostname or ""
    literal = _as_ip(host)
    if host == "localhost" or (literal is not None and not literal.is_global):
        raise _leads_inside(host)


def same_server(one: str, other: str) -> bool:
    """Whether two URLs have the same scheme, host and port."""
    return _origin(one) == _origin(other)


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    except ValueError:
        return address
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _is_here(host: str) -> bool:
    literal = _as_ip(host)
    return host == "localhost" if literal is None else literal.is_loopback


def _is_public(host: str) -> bool:
    literal = _as_ip(host.partition("%")[0])
    return literal is not None and (literal.is_global or any(literal in n for n in _STAND_INS))


def _as_ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _leads_inside(host: str) -> DownloadError:
    return DownloadError(
        f"the server leads to {host[:100]}, an address in a private network",
        hint="a download that the internet sends into your own network is refused",
    )


def _failed(address: str, reason: str) -> DownloadError:
    return DownloadError(
        f"{address[:200]} cannot be downloaded: {reason}",
        hint="check your connection, or download it by other means and name the file",
    )
