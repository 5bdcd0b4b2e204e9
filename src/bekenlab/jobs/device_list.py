"""The list of known devices: from a file, or downloaded when the user asks for it.

This is the only place that opens a connection to the internet.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from typing import IO, TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from bekenlab.errors import DeviceListError, FileAccessError
from bekenlab.jobs.inputs import load
from bekenlab.openbeken.devices import MAX_LIST, DeviceList, parse_devices

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path

ADDRESS = "https://openbekeniot.github.io/webapp/devices.json"
"""Where OpenBeken publishes its list."""

_TIMEOUT = 30.0  # seconds without a byte


class Opener(Protocol):
    """Opens an address, as ``urllib``'s openers do."""

    def open(self, fullurl: str, data: None = None, timeout: float | None = None) -> IO[bytes]:
        """The body of the answer."""
        ...


def is_address(text: str) -> bool:
    """Whether a text is the address of something in the net, and no file."""
    return "://" in text


def read_list(path: Path) -> DeviceList:
    """Read a list from a file.

    Raises:
        BekenlabError: The file cannot be read, or is no list.
    """
    return parse_devices(load(path)[0].data)


def read_cached_list(path: Path) -> DeviceList:
    """Read the list that was downloaded earlier.

    Raises:
        DeviceListError: None was.
    """
    try:
        return read_list(path)
    except FileAccessError as error:
        raise DeviceListError(
            "there is no list of known devices on this computer; bekenlab brings none",
            hint=f"download it once with --devices {ADDRESS}, or name a copy of it",
        ) from error


def download_list(address: str, *, opener: Opener | None = None) -> bytes:
    """Download a list.

    Args:
        address: Its address; https only, also where it redirects to.
        opener: Opens the connection; the default one uses the system's proxy and certificates.

    Returns:
        The list as it was sent; ``parse_devices`` has accepted it.

    Raises:
        DeviceListError: It cannot be downloaded, or is no list.
    """
    _only_https(address)
    opener = opener or urllib.request.build_opener(_NoDowngrade)
    try:
        with opener.open(address, timeout=_TIMEOUT) as answer:
            data = answer.read(MAX_LIST + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise DeviceListError(
            f"the device list cannot be downloaded: {reason}",
            hint="check the address and your connection, or download it by other means",
        ) from error
    parse_devices(data)
    return data


def _only_https(address: str) -> None:
    if urlsplit(address).scheme != "https":
        raise DeviceListError(
            "a device list is downloaded over https only", hint=f"such as {ADDRESS}"
        )


class _NoDowngrade(urllib.request.HTTPRedirectHandler):
    """Follows redirections to https addresses only."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> urllib.request.Request | None:
        _only_https(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]
