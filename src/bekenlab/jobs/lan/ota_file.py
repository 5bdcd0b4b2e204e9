"""Check an OTA package by its content. The device checks nothing: it writes what it receives."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.analysis.inputs import load_one
from bekenlab.chips import find_chip
from bekenlab.errors import CorruptInputError, RefusedError
from bekenlab.image import framing, ota, rbl
from bekenlab.tuya.firmware import FirmwareKind, identify

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.chips import Chip, Region

# The build that /api/info reports is this string, compiled in (new_http.c).
_BUILD = re.compile(rb"Buil[dt] on [ -~]{5,60} version [!-~]{1,60}")
_TARGET = "app"


@dataclass(frozen=True, slots=True)
class OtaFile:
    """An intact OTA package of OpenBeken.

    Attributes:
        name: Base name of the file.
        data: The bytes to send.
        chip: Name of the chip it is for.
        version: Version of the firmware.
        build: The build that a device running it reports; empty if not found.
        code_size: Size of the unpacked code in bytes.
    """

    name: str
    data: bytes = field(repr=False)
    chip: str
    version: str
    build: str
    code_size: int


def read_ota(path: Path) -> OtaFile:
    """Read and check a package.

    Raises:
        CorruptInputError: It is not a package, or truncated or damaged.
        RefusedError: It contains something other than OpenBeken's application.
        BekenlabError: The file cannot be read.
    """
    file = load_one(path)
    data = ota.strip_ug(file.data)
    if not data.startswith(rbl.MAGIC):
        raise CorruptInputError(
            f"{file.name} is not an OTA package: it does not begin with RBL",
            hint="use the .rbl file of the release; other files are flashed over UART",
        )
    package = ota.unpack(data)
    body = data[rbl.HEADER_SIZE : rbl.HEADER_SIZE + package.header.package_size]
    if not package.hash_ok or zlib.crc32(body) != package.header.body_crc32:
        raise CorruptInputError(
            f"{file.name} is damaged: its checksums do not match", hint="download it again"
        )
    firmware = identify(package.code)
    chip = find_chip((firmware.name or "").removeprefix("Open"))
    if firmware.kind is not FirmwareKind.OPENBEKEN or chip is None:
        raise RefusedError(
            f"{file.name} is not OpenBeken for a Beken chip: {firmware.name or 'unknown firmware'}",
            hint="after other firmware nothing could be verified: flash it over UART",
        )
    if package.header.name != _TARGET:
        raise RefusedError(
            f"{file.name} is for the partition {package.header.name!r}, not for the application",
            hint="use the .rbl file of an OpenBeken release",
        )
    build = _BUILD.search(package.code)
    return OtaFile(
        name=file.name,
        data=data[: rbl.HEADER_SIZE + package.header.package_size],
        chip=chip.name,
        version=firmware.version or "",
        build=build[0].decode("ascii") if build else "",
        code_size=len(package.code),
    )


def check_fit(file: OtaFile, chip: Chip) -> Region:
    """Check that a package fits a chip.

    Returns:
        The download partition, where it is written.

    Raises:
        RefusedError: It is for another chip, or too large: it would overwrite RF calibration and
            settings.
    """
    if file.chip != chip.name:
        raise RefusedError(
            f"{file.name} is for {file.chip}, but the device has a {chip.name}",
            hint=f"use the package for {chip.name}; this one would not start",
        )
    regions = {region.name: region for region in chip.flash_map}
    download, app = regions["download"], regions["app"]
    if len(file.data) > download.size:
        raise RefusedError(
            f"{file.name} has {len(file.data):,} bytes, but the partition only {download.size:,}",
            hint="use a smaller build of OpenBeken",
        )
    room = app.size // framing.FRAME_SIZE * framing.DATA_SIZE
    if file.code_size > room:
        raise RefusedError(
            f"{file.name} unpacks to {file.code_size:,} bytes; there is room for {room:,}",
            hint="use a smaller build of OpenBeken",
        )
    return download
