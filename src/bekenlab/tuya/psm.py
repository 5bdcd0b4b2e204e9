"""The PSM format: ``key=value`` strings, as stored by ESP8266 and WRG1-like modules.

Sectors are plain, or encrypted with AES-128-ECB under a key in which one byte differs between
devices. Source: BK7231 GUI Flash Tool's ``Utils/TuyaConfig.cs`` (not tested on a real dump).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.tuya.crypto import AES_BLOCK, decrypt
from bekenlab.tuya.facts import storage_facts
from bekenlab.tuya.names import is_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_SECTORS = 64
_MAX_STARTS = 16
_MISSES = 2
_FEW = 3
_MANY = 10
PSM_ENTRY = re.compile(rb"([\x21-\x3c\x3e-\x7e]{1,96})=([^\x00\xff]*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PsmValue:
    """One ``key=value`` string. ``value`` is not shown by ``repr``: it may be a secret."""

    name: str
    value: bytes = field(repr=False)
    secret: bool


@dataclass(frozen=True, slots=True)
class PsmStore:
    """The contents of a PSM region.

    Attributes:
        start: First address (file offset plus the caller's base).
        end: One past the last address.
        encrypted: Whether it is encrypted.
        values: Values by name; the last one wins.
    """

    start: int
    end: int
    encrypted: bool
    values: Mapping[str, PsmValue]


def read_psm(data: bytes, *, base: int = 0) -> PsmStore | None:
    """Find and read the first PSM region in a file, in 4 KiB steps from its start.

    Args:
        data: The whole file.
        base: Address of its first byte.

    Returns:
        The first region with at least ten strings, or three of which one is known; None if there is
        none.
    """
    count = len(data) // SECTOR
    heads = b"".join(data[i * SECTOR : i * SECTOR + AES_BLOCK] for i in range(count))
    if not heads:
        return None
    for key, index in _starts(heads):
        store = _read_region(data, index, key, base)
        if store is not None:
            return store
    return None


def psm_key(byte: int) -> bytes:
    """Return the AES key for ``byte``, 0..255: the one byte that differs between devices."""
    facts = storage_facts().psm
    return facts.key_head + bytes([byte]) + facts.key_tail


def _starts(heads: bytes) -> list[tuple[bytes | None, int]]:
    """Return (key or None, sector number) for each sector that starts with the magic."""
    found: list[tuple[bytes | None, int]] = [(None, i) for i in _magics_in(heads)]
    for byte in range(256):
        if len(found) >= _MAX_STARTS:
            break
        key = psm_key(byte)
        found += [(key, i) for i in _magics_in(decrypt(key, heads))]
    return found[:_MAX_STARTS]


def _magics_in(heads: bytes) -> list[int]:
    magic = storage_facts().psm.magic
    found: list[int] = []
    at = heads.find(magic)
    while at >= 0 and len(found) < _MAX_STARTS:
        if at % AES_BLOCK == 0:
            found.append(at // AES_BLOCK)
        at = heads.find(magic, at + 1)
    return found


def _read_region(data: bytes, index: int, key: bytes | None, base: int) -> PsmStore | None:
    sectors: list[bytes] = []
    misses = 0
    for number in range(index, min(index + _MAX_SECTORS, len(data) // SECTOR)):
        raw = data[number * SECTOR : (number + 1) * SECTOR]
        plain = raw if key is None else decrypt(key, raw)
        misses = 0 if _belongs(plain) else misses + 1
        sectors.append(plain)
        if misses == _MISSES:
            break
    sectors = sectors[: len(sectors) - misses]
    values = _entries(b"".join(sectors))
    markers = storage_facts().psm.markers
    known = any(marker.decode() in name for name in values for marker in markers)
    if len(values) < (_FEW if known else _MANY):
        return None
    start = base + index * SECTOR
    return PsmStore(start, start + len(sectors) * SECTOR, key is not None, values)


def _belongs(plain: bytes) -> bool:
    facts = storage_facts().psm
    return plain.startswith(facts.magic) or any(marker in plain for marker in facts.markers)


def _entries(plain: bytes) -> dict[str, PsmValue]:
    values: dict[str, PsmValue] = {}
    for piece in plain.replace(b"\xff", b"\x00").split(b"\x00"):
        match = PSM_ENTRY.search(piece)
        if match:
            name = clean_name(match[1])
            values[name] = PsmValue(name, match[2], is_secret(name, match[2]))
    return values


def clean_name(name: bytes) -> str:
    """Return a name without the remains of a record header before it."""
    at = name.find(b"ESP.")
    text = name[max(at, 0) :].decode("ascii")
    return text.lstrip("".join(c for c in map(chr, range(0x21, 0x7F)) if not c.isalnum())) or text
