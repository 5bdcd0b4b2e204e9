"""An update that has arrived in flash, unpacked as the boot loader does it.

The boot loader of a BK7231N writes code through the processor's bus, which the virtual chip does
not model, and that of a BK7231T takes more than 20 s of device time. So their result is computed:
the code in its partition, encrypted and in frames, and the package gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.chips import chip as chip_named
from bekenlab.errors import BekenlabError
from bekenlab.image import cipher, framing, ota, rbl, read_image
from bekenlab.machine import FlashImage

if TYPE_CHECKING:
    from bekenlab.chips import Region

_TARGET, _DOWNLOAD = "app", "download"


def unpacked(image: FlashImage, chip: str, before: bytes) -> FlashImage | None:
    """The flash after the boot loader has unpacked an update.

    Args:
        image: The flash when the chip restarts.
        chip: Name of the chip.
        before: The flash at first; a package that was there already is old, and not unpacked again.

    Returns:
        None if there is no update, or none that the boot loader would accept.
    """
    regions = {region.name: region for region in chip_named(chip).flash_map}
    app, download = regions.get(_TARGET), regions.get(_DOWNLOAD)
    if app is None or download is None:
        return None
    stored = image.physical[download.start : download.end]
    head = stored[: rbl.HEADER_SIZE]
    if rbl.parse_header(head) is None or before[download.start :].startswith(head):
        return None
    try:
        package = ota.unpack(stored)
    except BekenlabError:
        return None
    if not package.hash_ok or package.header.name != _TARGET:
        return None
    return _with_code(image, package.code, app, download)


def _with_code(image: FlashImage, code: bytes, app: Region, download: Region) -> FlashImage | None:
    code = code.ljust(-(-len(code) // framing.DATA_SIZE) * framing.DATA_SIZE, b"\xff")
    place = framing.to_logical(app.start)
    key = read_image(image.physical).encryption.key
    framed = framing.add(cipher.apply(code, place, key) if key else code)
    if len(framed) > app.size:
        return None
    physical = bytearray(image.physical)
    physical[app.start : app.end] = framed.ljust(app.size, b"\xff")
    physical[download.start : download.start + SECTOR] = b"\xff" * SECTOR
    logical = image.logical[:place] + code + image.logical[place + len(code) :]
    return FlashImage(bytes(physical), logical)
