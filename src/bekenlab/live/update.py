"""An update that has arrived in flash: what becomes of it when the chip restarts.

The boot loader in the chip's flash unpacks it, as on silicon. For an image without a boot loader,
its result is computed: the code in its partition, and the package gone.
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


def has_arrived(physical: bytes, chip: str, before: bytes) -> bool:
    """Whether there is a package for the boot loader.

    Args:
        physical: Flash when the chip restarts.
        chip: Name of the chip.
        before: Flash at first; a package that was there already is old, and not unpacked again.
    """
    download = chip_named(chip).region(_DOWNLOAD)
    if download is None:
        return False
    head = physical[download.start : download.start + rbl.HEADER_SIZE]
    return rbl.parse_header(head) is not None and not before[download.start :].startswith(head)


def with_loader(physical: bytes) -> FlashImage | None:
    """The flash with everything that its boot loader can see as code; None without a loader."""
    image = read_image(physical)
    if image.loader is None or image.encryption.key is None:
        return None
    return FlashImage(physical, cipher.apply(framing.strip(physical), 0, image.encryption.key))


def unpacked(image: FlashImage, chip: str) -> FlashImage | None:
    """The flash after a boot loader has unpacked an update; None if it would refuse it."""
    model = chip_named(chip)
    app, download = model.region(_TARGET), model.region(_DOWNLOAD)
    if app is None or download is None:
        return None
    code = app_in(image.physical[download.start : download.end])
    return None if code is None else _with_code(image, code, app, download)


def app_in(package: bytes) -> bytes | None:
    """The code in an update package; None if it is damaged, or for something but the app."""
    try:
        found = ota.unpack(package)
    except BekenlabError:
        return None
    return found.code if found.hash_ok and found.header.name == _TARGET else None


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
