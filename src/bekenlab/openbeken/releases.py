"""OpenBeken's releases: the file for each chip, with its size and hash."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from bekenlab.data import read_table
from bekenlab.errors import Action, DownloadError, UnsupportedError
from bekenlab.json_text import JsonError, read_json

MAX_ANSWER = 4 << 20
"""Size limit in bytes for a release's list of files."""

MAX_FILE = 16 << 20
"""Size limit in bytes for firmware."""

_VERSION = r"[0-9]+(?:\.[0-9]+){1,3}"
_DIGEST = re.compile(r"sha256:([0-9a-fA-F]{64})")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of a release.

    Attributes:
        name: ``"OpenBK7231N_QIO_1.18.300.bin"``.
        version: ``"1.18.300"``.
        address: Download address.
        size: Size in bytes.
        sha256: Of its content, hexadecimal; None if not published.
    """

    name: str
    version: str
    address: str
    size: int
    sha256: str | None


def announcement() -> str:
    """Address of the description of the newest release."""
    return str(_facts()["address"])


def asset_for(chip: str, announced: bytes) -> Asset:
    """The file for a chip in a release.

    Args:
        chip: Name of the chip.
        announced: The answer of GitHub's API, JSON.

    Raises:
        UnsupportedError: OpenBeken is not released for this chip.
        DownloadError: The answer is invalid, or the file is not in the release.
    """
    begin = _facts()["names"].get(chip)
    if begin is None:
        raise UnsupportedError(
            f"bekenlab knows of no release of OpenBeken for {chip}",
            action=Action("name-firmware"),
        )
    pattern = re.compile(rf"{re.escape(begin)}({_VERSION})\.bin")
    for entry in _entries(announced):
        match = pattern.fullmatch(str(entry.get("name")))
        address, size = entry.get("browser_download_url"), entry.get("size")
        if match and isinstance(address, str) and isinstance(size, int):
            digest = _DIGEST.fullmatch(str(entry.get("digest")))
            sha256 = digest[1].lower() if digest else None
            return Asset(match[0], match[1], address, size, sha256)
    raise DownloadError(
        f"the newest release of OpenBeken has no {begin}*.bin",
        hint="look at its page on GitHub",
        action=Action("name-firmware"),
    )


def _entries(announced: bytes) -> list[dict[str, Any]]:
    try:
        release = read_json(announced)
    except JsonError:
        release = None
    entries = release.get("assets") if isinstance(release, dict) else None
    if not isinstance(entries, list):
        raise DownloadError(
            "the server did not return the list of files of OpenBeken's release",
            hint="try again later",
            action=Action("name-firmware"),
        )
    return [entry for entry in entries if isinstance(entry, dict)]


@cache
def _facts() -> dict[str, Any]:
    return read_table("openbeken", "releases.toml")
