"""Identifies firmware: name, version and SDK from the decrypted code of an app.

Tuya apps hold their name and version as adjacent strings next to the text ``mf_init succ`` (so in
all Tuya dumps examined, SDK 1.0 to TuyaOS 3.11).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


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


_OPENBEKEN = re.compile(rb"\0(OpenBK\w{2,12}) (\S{1,60}) [A-Z][a-z]{2} [ \d]\d \d{4}")
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
_LIBRETINY = re.compile(rb"LibreTiny v?(\d[\w.+-]{0,20})")


def identify(code: bytes) -> Firmware:
    """Identify an app by the strings in its decrypted code."""
    openbeken = _OPENBEKEN.search(code) if b"OpenBK" in code else None
    if openbeken:
        name, version = (text.decode("ascii", "replace") for text in openbeken.groups())
        return Firmware(FirmwareKind.OPENBEKEN, name, version)
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


def _identify_other(code: bytes) -> Firmware:
    libretiny = _LIBRETINY.search(code) if b"LibreTiny" in code else None
    if libretiny is None:
        return Firmware(FirmwareKind.OTHER)
    name = "ESPHome" if b"ESPHome" in code or b"esphome" in code else "LibreTiny"
    sdk = f"LibreTiny {libretiny.group(1).decode('ascii', 'replace')}"
    return Firmware(FirmwareKind.OTHER, name, None, sdk)


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


_BRACED = re.compile(rb'\{"?[A-Za-z]\w{0,20}"?:[^\0%]{20,4096}\}(?=\0)')
_PIN_WORDS = (b"module", b"_pin")


def default_parameters(code: bytes) -> str | None:
    """The ``user_param_key`` text compiled into an app, the longest if there are several.

    It is the SDK's template, not the device's configuration: in all 19 dumps that hold both, its
    pins are wrong. Use it only as a last resort, with a warning.
    """
    texts = [text for text in _BRACED.findall(code) if any(word in text for word in _PIN_WORDS)]
    return max(texts, key=len).decode("ascii", "replace") if texts else None
