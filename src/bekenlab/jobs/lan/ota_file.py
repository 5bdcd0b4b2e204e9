"""An OTA package, judged by what is in it. The device judges nothing: it writes what it gets."""

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

# What /api/info gives as the build is this text, compiled in (new_http.c).
_BUILD = re.compile(rb"Built on [ -~]{5,60} version [!-~]{1,60}")
_TARGET = "app"


@dataclass(frozen=True, slots=True)
class OtaFile:
    """A package of OpenBeken that is whole.

    Attributes:
        name: Base name of the file.
        data: What is sent.
        chip: Name of the chip it is for.
        version: As the firmware calls itself.
        build: What the device says of its build when it runs it; empty where that is not found.
        code_size: Bytes of code, unpacked.
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
        CorruptInputError: It is no package, cut or damaged.
        RefusedError: There is something else than OpenBeken's application in it.
        BekenlabError: The file cannot be read.
    """
    file = load_one(path)
    data = ota.strip_ug(file.data)
    if not data.startswith(rbl.MAGIC):
        raise CorruptInputError(
            f"{file.name} is no OTA package: it does not begin with RBL",
            hint="take the .rbl file of the release; other kinds are written over the wire",
        )
    package = ota.unpack(data)
    body = data[rbl.HEADER_SIZE : rbl.HEADER_SIZE + package.header.package_size]
    if not package.hash_ok or zlib.crc32(body) != package.header.body_crc32:
        raise CorruptInputError(
            f"{file.name} is damaged: its checksums do not fit", hint="download it again"
        )
    firmware = identify(package.code)
    chip = find_chip((firmware.name or "").removeprefix("Open"))
    if firmware.kind is not FirmwareKind.OPENBEKEN or chip is None:
        raise RefusedError(
            f"{file.name} is not OpenBeken for a Beken chip: {firmware.name or 'unknown firmware'}",
            hint="behind another firmware nothing could be checked; write it over the wire",
        )
    if package.header.name != _TARGET:
        raise RefusedError(
            f"{file.name} is for the partition {package.header.name!r}, not for the application",
            hint="take the .rbl file of an OpenBeken release",
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
    """Where a package goes on a chip.

    Returns:
        The download partition.

    Raises:
        RefusedError: It is for another chip, or does not fit: what is too long would overwrite RF
            calibration and settings.
    """
    if file.chip != chip.name:
        raise RefusedError(
            f"{file.name} is for {file.chip}, the device has a {chip.name}",
            hint=f"take the package for {chip.name}; the other would not start",
        )
    regions = {region.name: region for region in chip.flash_map}
    download, app = regions["download"], regions["app"]
    if len(file.data) > download.size:
        raise RefusedError(
            f"{file.name} has {len(file.data):,} bytes, the partition {download.size:,}",
            hint="take a smaller build of OpenBeken",
        )
    room = app.size // framing.FRAME_SIZE * framing.DATA_SIZE
    if file.code_size > room:
        raise RefusedError(
            f"{file.name} unpacks to {file.code_size:,} bytes; there is room for {room:,}",
            hint="take a smaller build of OpenBeken",
        )
    return download
