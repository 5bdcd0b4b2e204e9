"""The list of known devices: from a file, or downloaded when the user asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.analysis.inputs import load
from bekenlab.errors import Action, DeviceListError, DownloadError, FileAccessError
from bekenlab.jobs.download import Fetch, fetch
from bekenlab.openbeken.devices import MAX_LIST, DeviceList, parse_devices

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS = "https://openbekeniot.github.io/webapp/devices.json"
"""Where OpenBeken publishes its list."""


def is_address(text: str) -> bool:
    """Whether a text is a URL rather than a file name."""
    return "://" in text


def read_list(path: Path) -> DeviceList:
    """Read a list from a file.

    Raises:
        BekenlabError: The file cannot be read, or is not a device list.
    """
    return parse_devices(load(path)[0].data)


def read_cached_list(path: Path) -> DeviceList:
    """Read the list that was downloaded earlier.

    Raises:
        DeviceListError: None was downloaded.
    """
    try:
        return read_list(path)
    except FileAccessError as error:
        raise DeviceListError(
            "the list of known devices has not been downloaded yet; bekenlab does not include one",
            action=Action("download-devices", address=ADDRESS),
        ) from error


def download_list(address: str, *, fetch: Fetch = fetch) -> bytes:
    """Download a list.

    Args:
        address: Its URL.
        fetch: Downloads a URL.

    Returns:
        The list as it was sent, already checked with ``parse_devices``.

    Raises:
        DeviceListError: It cannot be downloaded, or is not a device list.
    """
    try:
        data = fetch(address, MAX_LIST)
    except DownloadError as error:
        raise DeviceListError(
            f"the device list cannot be downloaded: {error.message}",
            hint=f"check the address, such as {ADDRESS}, or download it by other means",
        ) from error
    parse_devices(data)
    return data
