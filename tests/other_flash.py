"""Flash of other chips than Beken's, built from the marks of the sources; none of it is real."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from bekenlab.chips import find_other_chip
from bekenlab.tuya.storage.encode import encode_storage

if TYPE_CHECKING:
    from collections.abc import Callable

PARAMETERS = b'{"rl1_pin":14,"rl1_lv":1,"bt1_pin":12,"bt1_lv":0,"netled1_pin":5,"netled1_lv":0}\0'
KEY = bytes(range(16))
_PATTERN = bytes.fromhex("99999696 3fcc66fc c033cc03 e5dc3162")


def _rtl8720c(flash: bytearray) -> None:
    flash[:16] = _PATTERN
    flash[0xE0:0xE9] = struct.pack("<IIB", 0x4000, 0x8000, 1)
    flash[0x5000:0x5008] = b"fw1 USE\0"


def _rtl8710b(flash: bytearray) -> None:
    flash[:16] = _PATTERN
    flash[0xB000:0xB008] = b"81958711"
    flash[0xB008:0xB00E] = b"RTKWin"


def _rtl8720d(flash: bytearray) -> None:
    flash[:16] = _PATTERN
    flash[0x6000:0x6008] = b"81958711"


def _ln882h(flash: bytearray) -> None:
    head = struct.pack("<IHHIII", 0x10000000, 0x5000, 4, 0, 0x10000100, 0x46505243)
    flash[:24] = head + struct.pack("<I", zlib.crc32(head))
    row = struct.pack("<III", 7, 0, 0x6000)
    flash[0x6000:0x6010] = row + struct.pack("<I", zlib.crc32(row))


def _bl602(flash: bytearray) -> None:
    flash[:4], flash[0xE000:0xE004] = b"BFNP", b"BFPT"


def _esp8266(flash: bytearray) -> None:
    flash[:8] = struct.pack("<BBBBI", 0xE9, 3, 3, 0x20, 0x40100004)


def _ecr6600(flash: bytearray) -> None:
    flash[0x1FE000:0x1FE004] = b"EF41"


def _xr809(flash: bytearray) -> None:
    flash[:4] = b"AWIH"


def _w600(flash: bytearray) -> None:
    flash[0x2000:0x2004] = struct.pack("<I", 0xA0FFFF9F)


def _nothing(flash: bytearray) -> None:
    del flash


MARKS: dict[str, Callable[[bytearray], None]] = {
    "RTL87X0C": _rtl8720c,
    "RTL8710B": _rtl8710b,
    "RTL8720D": _rtl8720d,
    "LN882H": _ln882h,
    "BL602": _bl602,
    "ESP8266": _esp8266,
    "ECR6600": _ecr6600,
    "XR809": _xr809,
    "W600": _w600,
    "RTL8710AM": _nothing,
    "RDA5981": _nothing,
}
"""What makes each chip's flash recognisable; the last two are told by their storage alone."""

KEY_BASES = {"RTL8720D": "8721D", "RTL8710AM": "8711AM_4M", "RDA5981": "RDA5981_2M"}


def flash_of(
    chip: str,
    parameters: bytes = PARAMETERS,
    *,
    base_name: str | None = None,
    at: int | None = None,
    **more: bytes,
) -> bytes:
    """All of a chip's flash: its marks, some code, and Tuya's storage with these parameters."""
    known = find_other_chip(chip)
    size = known.flash_size if known else 2 << 20
    flash = bytearray(b"\xff" * size)
    flash[0x30000:0x40000] = bytes((7 * i + (i >> 8)) & 0xFF for i in range(0x10000))
    MARKS.get(chip, _nothing)(flash)
    values = {"user_param_key": parameters, **more}
    base = base_name or KEY_BASES.get(chip, "8710_2M")
    stored = encode_storage(values, inner_key=KEY, base_name=base, blocks=6)
    region = next((r for r in known.regions if r.name == "storage"), None) if known else None
    start = at if at is not None else region.start if region else size - 0x10000
    flash[start : start + len(stored)] = stored
    return bytes(flash)
