"""The Wi-Fi "fast connect" record: the last network's name, password and derived key.

Tuya's firmware keeps it outside its storage, at the start of a separate sector: at 0x1D1000 on
BK7231N, 0x1E2000 on BK7231T. It survives a factory reset, after which the storage no longer holds
the network. Older SDKs write it in plain; newer ones mask it with eight constant bytes.

======  =========================================================
offset  meaning
======  =========================================================
0       network name (SSID), 33 bytes, NUL-terminated
33      address of the access point (BSSID), 6 bytes
39      two bytes: security and channel
41      derived key (WPA PSK), 64 hexadecimal digits and NUL
106     password, 65 bytes, padded with NUL
======  =========================================================

Derived from 14 dumps. One record has no derived key; one is 17 bytes longer. TuyaOS 3.11 keeps the
same record in the storage instead, as the value ``ap_info_v2``, preceded by its length as u32.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from bekenlab.chips import SECTOR
from bekenlab.secrecy.span import SecretSpan

MASK = bytes.fromhex("55aa5a55a54d637f")
"""The mask newer SDKs XOR the record with, starting at the sector."""

SIZE = 171
_KEY_AT = 41
_PASSWORD_AT = 106
_BSSID_AT = 33
_LENGTH = 4
_MAX_FOUND = 64
_KEY = re.compile(rb"[0-9A-Fa-f]{64}\x00")
_MAX_RECORD = 256  # the rest of the sector is erased


@dataclass(frozen=True, slots=True)
class FastConnect:
    """One record.

    Attributes:
        offset: Where it starts in the bytes searched.
        masked: Whether it is masked with ``MASK``.
        spans: Its secrets, as offsets in the bytes searched.
    """

    offset: int
    masked: bool
    spans: tuple[SecretSpan, ...]


def masked(data: bytes, phase: int = 0) -> bytes:
    """Apply or remove the mask on all of ``data``, whose sectors start at ``phase``."""
    pattern = np.frombuffer(MASK, np.uint8)
    shift = -phase % len(MASK)
    tiled = np.resize(np.roll(pattern, -shift), len(data))
    return (np.frombuffer(data, np.uint8) ^ tiled).tobytes()


def find_fast_connect(data: bytes, *, phase: int = 0) -> tuple[FastConnect, ...]:
    """Find the records, plain or masked, at the start of sectors; at most 64.

    Args:
        data: Flash bytes.
        phase: Offset of the first sector, 0..4095.
    """
    found = []
    for offset in range(phase % SECTOR, len(data) - SIZE + 1, SECTOR):
        raw = data[offset : offset + SIZE]
        if not any(raw) or data[offset + _MAX_RECORD : offset + SECTOR].strip(b"\xff"):
            continue
        for is_masked in (False, True):
            plain = masked(raw) if is_masked else raw
            if _looks_right(plain):
                spans = tuple(_spans(plain, offset))
                found.append(FastConnect(offset, is_masked, spans))
                break
        if len(found) == _MAX_FOUND:
            break
    return tuple(found)


def record_spans(value: bytes) -> tuple[SecretSpan, ...]:
    """Return the secrets in a stored value that is such a record; empty for any other value."""
    length = int.from_bytes(value[:_LENGTH], "little")
    if len(value) < SIZE + _LENGTH or length != len(value) - _LENGTH:
        return ()
    record = value[_LENGTH : _LENGTH + SIZE]
    return tuple(_spans(record, _LENGTH)) if _looks_right(record) else ()


def _looks_right(plain: bytes) -> bool:
    name, _, rest = plain[:_BSSID_AT].partition(b"\x00")
    if rest.strip(b"\x00") or len(name) > 32:
        return False
    key = plain[_KEY_AT:_PASSWORD_AT]
    if _KEY.fullmatch(key):
        return True
    password, _, tail = plain[_PASSWORD_AT:].partition(b"\x00")
    return not any(key) and bool(name) and not tail.strip(b"\x00") and bool(password.isascii())


def _spans(plain: bytes, offset: int) -> list[SecretSpan]:
    name = plain[:_BSSID_AT].partition(b"\x00")[0]
    bssid = plain[_BSSID_AT : _BSSID_AT + 6]
    key = plain[_KEY_AT : _PASSWORD_AT - 1]
    # A binary password may contain NULs, so everything up to the padding counts.
    password = plain[_PASSWORD_AT:].rstrip(b"\x00")
    rows = (
        (0, name, "wifi-name"),
        (_BSSID_AT, bssid if any(bssid) else b"", "mac"),
        (_KEY_AT, key if any(key) else b"", "wifi-key"),
        (_PASSWORD_AT, password, "wifi-password"),
    )
    return [
        SecretSpan(offset + at, offset + at + len(part), kind) for at, part, kind in rows if part
    ]
