"""Identifies firmware: name, version and SDK from the decrypted code of an app.

Tuya apps hold their name and version as adjacent strings next to the text ``mf_init succ`` (so in
all Tuya dumps examined, SDK 1.0 to TuyaOS 3.11).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bekenlab.chips import module_chip

if TYPE_CHECKING:
    from collections.abc import Iterator


class FirmwareKind(StrEnum):
    """The project or vendor a firmware comes from."""

    TUYA = "tuya"
    OPENBEKEN = "openbeken"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Firmware:
    """Identity of an app; a field is None if not found.

    Attributes:
        kind: Project or vendor.
        name: ``"oem_bk7231n_plug"``, ``"OpenBK7231N"``.
        version: ``"1.1.17"``.
        sdk: ``"TUYA IOT SDK 2.3.3"``, ``"TuyaOS 3.11.12"``.
        platform: Chip the SDK was built for, in the SDK's spelling: ``"bk7231n"``.
    """

    kind: FirmwareKind
    name: str | None = None
    version: str | None = None
    sdk: str | None = None
    platform: str | None = None


# OpenBeken names itself in several ways, by its age; each release has at least one of these.
# Since late 2023: "OpenBK7231N 1.18.300 Aug  2 2026 19:38:04".
_OPENBEKEN = re.compile(rb"\0(OpenB[A-Z][A-Za-z0-9]{2,10}) (\S{1,60}) [A-Z][a-z]{2} [ \d]\d \d{4}")
# Always: its name as a client of web servers, "OpenBK7231N_1.17.203".
_OPENBEKEN_CLIENT = re.compile(rb"\0(OpenB[A-Z][A-Za-z0-9]{2,10})_(\d[!-~]{0,59})\0")
# Always: "Build on Jul 28 2023 07:11:06 version 1.17.203", later "Built on".
_OPENBEKEN_BUILD = re.compile(
    rb"Buil[dt] on [A-Z][a-z]{2} [ \d]\d \d{4} \d\d:\d\d:\d\d version ([!-~]{1,60})"
)
# With the build alone, the chip is in the name of the device, of a source file, or of the access
# point; builds for BK7231T hold the access point's name for BK7231N as well.
_OPENBEKEN_NAMES = (
    re.compile(rb"\0(OpenB[A-Z][A-Za-z0-9]{2,10})\0"),
    re.compile(rb"apps/(OpenB[A-Z][A-Za-z0-9]{2,10})/src/"),
    re.compile(rb"\0(OpenB[A-Z][A-Za-z0-9]{2,10})_%02X"),
)
_SDKS = (
    (b"TuyaOS V:", "TuyaOS"),
    (b"TUYA IOT SDK V:", "TUYA IOT SDK"),
)
_SDK_VERSION = re.compile(rb"[\w.]{1,30}")
_PLATFORM = re.compile(rb"BUILD AT:[^\0\r\n]{1,120}? AT (\w{1,20})")
_IDENTITY = re.compile(rb"\0([A-Za-z]\w{4,63})\0+(\d{1,3}\.\d{1,3}\.\d{1,3})\0")
_VERSION = re.compile(rb"\0(\d{1,3}\.\d{1,3}\.\d{1,3})\0")
_FIRMWARE_KEY = re.compile(rb"\0key[a-z0-9]{13}\0+(\d{1,3}\.\d{1,3}\.\d{1,3})\0")
_TUYA_NAME = re.compile(rb"\0((?:oem_)?bk7[23][0-9a-z]{2,4}_\w{3,60})\0")
_NEIGHBOUR = b"mf_init succ\0"
_NEIGHBOURHOOD = 256
_LIBRETINY = re.compile(rb"LibreTiny v?(\d[\w.+-]{0,20})(?: on ([\w-]{2,40}))?")
_ESPHOME = re.compile(rb"(?:ESPHome version |\(esphome v)(20\d\d\.\d{1,2}\.\d[\w.-]{0,12})")
_CHIP_IN_BOARD = re.compile(r"(?:^|-)(bk7[23]\d\d[a-z]{0,2})(?:-|$)")


def identify(code: bytes) -> Firmware:
    """Identify an app by the strings in its decrypted code."""
    openbeken = _identify_openbeken(code) if b"OpenB" in code else None
    if openbeken:
        return openbeken
    sdk, place = _find_sdk(code)
    if sdk:
        name_, version_ = _find_identity(code)
        platform = _PLATFORM.search(code, place, place + 400)
        return Firmware(
            FirmwareKind.TUYA,
            name_,
            version_,
            sdk,
            platform.group(1).decode("ascii").lower() if platform else None,
        )
    return _identify_other(code)


def _identify_openbeken(code: bytes) -> Firmware | None:
    for pattern in (_OPENBEKEN, _OPENBEKEN_CLIENT):
        match = pattern.search(code)
        if match:
            return Firmware(FirmwareKind.OPENBEKEN, _text(match[1]), _text(match[2]))
    build = _OPENBEKEN_BUILD.search(code)
    if build is None:
        return None
    for pattern in _OPENBEKEN_NAMES:
        names = pattern.findall(code)
        if names:
            return Firmware(FirmwareKind.OPENBEKEN, _text(names[-1]), _text(build[1]))
    return Firmware(FirmwareKind.OPENBEKEN, None, _text(build[1]))


def _identify_other(code: bytes) -> Firmware:
    libretiny = _LIBRETINY.search(code) if b"LibreTiny" in code else None
    if libretiny is None:
        return Firmware(FirmwareKind.OTHER)
    name = "ESPHome" if b"ESPHome" in code or b"esphome" in code else "LibreTiny"
    version = _ESPHOME.search(code) if name == "ESPHome" else None
    return Firmware(
        FirmwareKind.OTHER,
        name,
        _text(version[1]) if version else None,
        f"LibreTiny {_text(libretiny[1])}",
        _chip_of_board(_text(libretiny[2])) if libretiny[2] else None,
    )


def _chip_of_board(board: str) -> str | None:
    """The chip that a board of LibreTiny carries: ``generic-bk7231n-qfn32-tuya``, ``cb2s``."""
    named = _CHIP_IN_BOARD.search(board.lower())
    return named[1] if named else (module_chip(board) or "").lower() or None


def _find_sdk(code: bytes) -> tuple[str | None, int]:
    """Name and offset of the SDK; libraries may carry an older one further back."""
    for marker, label in _SDKS:
        place = code.find(marker)
        if place >= 0:
            version = _SDK_VERSION.match(code, place + len(marker))
            text = version.group().decode("ascii") if version else ""
            return f"{label} {text}".strip(), place
    return None, -1


def _find_identity(code: bytes) -> tuple[str | None, str | None]:
    """Name and version, from the most reliable place that has them."""
    neighbour = code.find(_NEIGHBOUR)
    if neighbour >= 0:
        near = code[max(neighbour - _NEIGHBOURHOOD, 0) : neighbour]
        pairs = _IDENTITY.findall(near)
        if pairs and not pairs[-1][0].startswith(b"key"):
            return _text(pairs[-1][0]), _text(pairs[-1][1])
    named = _TUYA_NAME.search(code)
    version = _FIRMWARE_KEY.search(code)
    if named:
        follows = _VERSION.search(code, named.end() - 1, named.end() + 64) or version
        return _text(named.group(1)), _text(follows.group(1)) if follows else None
    return None, _text(version.group(1)) if version else None


def _text(raw: bytes) -> str:
    return raw.decode("ascii", "replace")


_BRACED = re.compile(rb'\{"?[A-Za-z]\w{0,20}"?:')
_SHORTEST, _LONGEST = 20, 4096  # what follows in the braces
_PIN_WORDS = (b"module", b"_pin")


def default_parameters(code: bytes) -> str | None:
    """The ``user_param_key`` text compiled into an app, the longest if there are several.

    It is the SDK's template, not the device's configuration: in all 19 dumps that hold both, its
    pins are wrong. Use it only as a last resort, with a warning.
    """
    texts = [text for text in _braced(code) if any(word in text for word in _PIN_WORDS)]
    return max(texts, key=len).decode("ascii", "replace") if texts else None


def _braced(code: bytes) -> Iterator[bytes]:
    """The texts in braces that end a string, if nothing in them is to be filled in by ``printf``.

    From their ends, since beginnings may be anywhere and each would be followed to an end.
    """
    end = code.find(b"}\0")
    while end >= 0:
        start = code.rfind(b"\0", max(0, end - 2 * _LONGEST), end) + 1
        start = max(start, code.rfind(b"%", start, end) + 1, end - 2 * _LONGEST)
        long_enough = end - start > _SHORTEST
        for head in _BRACED.finditer(code, start, end) if long_enough else ():
            if _SHORTEST <= end - head.end() <= _LONGEST:
                yield code[head.start() : end + 1]
                break
        end = code.find(b"}\0", end + 1)
