"""The newest OpenBeken for a chip: downloaded on request, checked, and cached."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from bekenlab.errors import Action, BekenlabError, DownloadError, file_access
from bekenlab.events import EventSink, Message, Step, ignore
from bekenlab.files import write_whole
from bekenlab.jobs.download import Fetch, check_link, fetch, same_server
from bekenlab.jobs.install.firmware import read_firmware
from bekenlab.jobs.install.model import JOB
from bekenlab.openbeken.releases import MAX_ANSWER, MAX_FILE, Asset, announcement, asset_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bekenlab.jobs.install.model import Firmware

MIRROR = "BEKENLAB_RELEASES"
"""Environment variable with another URL for the newest release, answering as GitHub's API does."""


def latest_firmware(
    chip: str,
    cache: Path,
    *,
    fetch: Fetch = fetch,
    environment: Mapping[str, str] = os.environ,
    events: EventSink = ignore,
) -> Firmware:
    """Download the newest OpenBeken for a chip, unless the same file is in the cache.

    It is checked against the published SHA-256 if there is one, else by its size; in any case its
    content must be OpenBeken. If the SHA-256 is missing, or comes from the server that sends the
    file, a message says so.

    Args:
        chip: Name of the chip.
        cache: Folder to keep it in.
        fetch: Downloads a URL.
        environment: Environment variables, for ``MIRROR``.
        events: Receives what is downloaded.

    Raises:
        DownloadError: The download fails, or does not match the announced size or SHA-256.
        UnsupportedError: OpenBeken has no release for this chip.
    """
    events(Step(JOB, "download", "Looking up the newest OpenBeken release"))
    try:
        source = environment.get(MIRROR) or announcement()
        asset = asset_for(chip, fetch(source, MAX_ANSWER))
        check_link(source, asset.address)
        doubt = _doubt(source, asset)
        if doubt:
            events(Message(JOB, "download-unconfirmed", f"{asset.name}: {doubt}"))
        path = cache / asset.name
        if not _is_whole(path, asset):
            events(Message(JOB, "download", f"downloading {asset.name}, {asset.size:,} bytes"))
            _keep(path, _checked(fetch(asset.address, MAX_FILE), asset))
    except DownloadError as error:
        raise _with_earlier(error, chip, cache) from error
    return read_firmware(path)


def _doubt(source: str, asset: Asset) -> str:
    """Why nobody but the server of the file vouches for it; empty if its publisher does."""
    if asset.sha256 is None:
        return "no SHA-256 was published; only its size and its content are checked"
    if same_server(source, asset.address):
        return "its SHA-256 comes from the same server as the file; it shows damage, not a swap"
    return ""


def _is_whole(path: Path, asset: Asset) -> bool:
    try:
        data = path.read_bytes()
        _checked(data, asset)
    except (OSError, BekenlabError):
        return False
    return True


def _checked(data: bytes, asset: Asset) -> bytes:
    if len(data) != asset.size:
        raise DownloadError(
            f"{asset.name} has {len(data):,} bytes instead of {asset.size:,}",
            hint="the download was cut off or changed in transit; try again",
        )
    if asset.sha256 is not None and hashlib.sha256(data).hexdigest() != asset.sha256:
        raise DownloadError(
            f"{asset.name} is not what was published: its SHA-256 differs",
            hint="it was damaged or changed in transit; try again, and do not flash this file",
        )
    return data


def _keep(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        raise file_access(path, "written", error, hint="free some space") from error


def _with_earlier(error: DownloadError, chip: str, cache: Path) -> DownloadError:
    """The error, with an earlier download for this chip, if any, offered instead."""
    earlier = sorted(cache.glob(f"Open{chip}_QIO_*.bin"), key=lambda path: path.stat().st_mtime)
    if not earlier:
        return error
    taken = Action("take-earlier-download", path=str(earlier[-1]))
    return DownloadError(error.message, hint=error.hint, action=(*error.actions, taken))
