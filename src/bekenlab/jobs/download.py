"""Downloads: the only module that connects to the internet.

Nothing is contacted unasked: every caller is a command with which the user requests a download.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from bekenlab.errors import DownloadError

if TYPE_CHECKING:
    import httpx

_TIMEOUT = 30.0  # seconds without receiving a byte
_REDIRECTS = 5


class Fetch(Protocol):
    """Returns the content of a URL; ``fetch`` is the implementation that uses the network."""

    def __call__(self, address: str, most: int, /) -> bytes:
        """The body of the response, at most ``most`` bytes; see ``fetch``."""
        ...


def fetch(address: str, most: int, /) -> bytes:
    """Download a URL, with the system's proxy and certificates.

    Args:
        address: An https URL, including redirects; plain http only to this computer itself.
        most: Largest size accepted, in bytes.

    Raises:
        DownloadError: It cannot be downloaded, or is too large.
    """
    # Imported here: only a download waits for it to load.
    import ssl

    import httpx

    check_address(address)
    try:
        with (
            httpx.Client(
                verify=ssl.create_default_context(),
                timeout=_TIMEOUT,
                follow_redirects=True,
                max_redirects=_REDIRECTS,
                event_hooks={"request": [_check_request]},
                headers={"User-Agent": "bekenlab"},
            ) as client,
            client.stream("GET", address) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                reason = f"the server answered {answer.status_code} {answer.reason_phrase}"
                raise _failed(address, reason)
            return _body(answer, address, most)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise _failed(address, str(error) or type(error).__name__) from error


def _body(answer: httpx.Response, address: str, most: int) -> bytes:
    data = bytearray()
    for piece in answer.iter_bytes():
        data += piece
        if len(data) > most:
            raise _failed(address, f"it has more than {most:,} bytes")
    return bytes(data)


def _check_request(request: httpx.Request) -> None:
    """Called for every request, including redirects."""
    check_address(str(request.url))


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


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _failed(address: str, reason: str) -> DownloadError:
    return DownloadError(
        f"{address[:200]} cannot be downloaded: {reason}",
        hint="check your connection, or download it by other means and name the file",
    )
