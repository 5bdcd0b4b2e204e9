"""Beken's code cipher: each 32-bit word is XORed with a key stream made from its logical address.

Four 32-bit coefficients are the key. Three generators (15, 16 and 32 bits wide) mix the address
with coefficients 0 and 1, coefficient 2 is XORed in, coefficient 3 selects and bypasses. Encryption
and decryption are the same operation. Sources: docs/formats.md, "Code cipher"; bit layouts are
those of the hardware description named there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[np.uint32]

# Bytes at a time: what fits in the processor's cache is done more than twice as fast.
_PIECE = 1 << 16

BYPASS_PN15 = 1 << 0
BYPASS_PN16 = 1 << 1
BYPASS_PN32 = 1 << 2
BYPASS_RANDOM = 1 << 3


@dataclass(frozen=True, slots=True)
class CodeKey:
    """The four coefficients as the chip's eFuse holds them, first to last."""

    coefficients: tuple[int, int, int, int]

    @classmethod
    def parse(cls, text: str) -> CodeKey:
        """Parse 32 hexadecimal digits; whitespace is ignored.

        Raises:
            ValueError: The text is not four 32-bit words.
        """
        digits = "".join(text.split())
        if len(digits) != 32:
            raise ValueError(f"a code key has 32 hexadecimal digits, not {len(digits)}")
        words = [int(digits[i : i + 8], 16) for i in range(0, 32, 8)]
        return cls((words[0], words[1], words[2], words[3]))

    @property
    def bypassed(self) -> bool:
        """True when the cipher does nothing: code is stored in plain."""
        select = self.coefficients[3]
        return select >> 24 in (0x00, 0xFF) or select & 0xF == 0xF

    def __str__(self) -> str:
        return " ".join(f"{word:08x}" for word in self.coefficients)


TUYA_KEY = CodeKey((0x510FB093, 0xA3CBEADC, 0x5993A17E, 0xC7ADEB03))
"""The key burnt into the chips of nearly all Tuya devices (docs/formats.md, "Code cipher")."""

PLAIN_KEY = CodeKey((0, 0, 0, 0))
"""Erased eFuse: the cipher is bypassed."""


def _pn15(address: Words, key: CodeKey) -> Words:
    _, c1, _, c3 = key.coefficients
    selector = c3 >> 5 & 3
    high, low = address >> 16, address & 0xFFFF
    if selector & 2:
        high = (high >> 8) | ((high & 0xFF) << 8)
    if selector & 1:
        low = (low >> 8) | ((low & 0xFF) << 8)
    x = high ^ low ^ np.uint32(c1 >> 16)
    rotated = ((x & 0x7F) << 9) | (x >> 7)
    mask = ((x >> 5) & 0xF) * np.uint32(0x1111) & 0x6371
    return np.asarray(rotated ^ mask, np.uint32)


def _pn16(address: Words, key: CodeKey) -> Words:
    _, c1, _, c3 = key.coefficients
    mix = (c1 >> 8 & 0xFF) << 9 | (c3 >> 4 & 1) << 8 | c1 & 0xFF
    x = ((address >> (c3 >> 8 & 3)) & 0x1FFFF) ^ np.uint32(mix)
    rotated = ((x & 0x3FF) << 7) | (x >> 10)
    nibble = (x >> 1 & 1) << 3 | (x >> 5 & 1) << 2 | (x >> 9 & 1) << 1 | (x >> 13 & 1)
    mask = ((x >> 4 & 1) << 16 | nibble * np.uint32(0x1111)) & np.uint32(0x13659)
    # The generator is 17 bits wide, the hardware uses its low 16.
    return np.asarray((rotated ^ mask) & 0xFFFF, np.uint32)


def _pn32(address: Words, key: CodeKey) -> Words:
    c0, _, _, c3 = key.coefficients
    shift = 8 * (c3 >> 11 & 3)
    turned = address if shift == 0 else (address >> shift) | (address << (32 - shift))
    x = turned ^ np.uint32(c0)
    rotated = (x << 17) | (x >> 15)
    mask = ((x >> 2) & 0xF) * np.uint32(0x11111111) & np.uint32(0xE519A4F1)
    return np.asarray(rotated ^ mask, np.uint32)


def key_stream(key: CodeKey, address: int, words: int) -> Words:
    """The key stream for ``words`` 32-bit words from a logical byte address (a multiple of 4)."""
    if key.bypassed:
        return np.zeros(words, np.uint32)
    _, _, c2, c3 = key.coefficients
    addresses = np.arange(words, dtype=np.uint32) * np.uint32(4) + np.uint32(address)
    stream = np.full(words, 0 if c3 & BYPASS_RANDOM else c2, np.uint32)
    if not c3 & BYPASS_PN32:
        stream ^= _pn32(addresses, key)
    if not c3 & BYPASS_PN15:
        stream ^= _pn15(addresses, key) << 16
    if not c3 & BYPASS_PN16:
        stream ^= _pn16(addresses, key)
    return stream


def apply(data: bytes | memoryview, address: int, key: CodeKey) -> bytes:
    """Encrypt or decrypt logical bytes that start at a logical address.

    Neither address nor length need be a multiple of four.
    """
    if key.bypassed or not len(data):
        return bytes(data)
    view = memoryview(data)
    return b"".join(
        _mixed(view[at : at + _PIECE], address + at, key) for at in range(0, len(view), _PIECE)
    )


def _mixed(data: memoryview, address: int, key: CodeKey) -> bytes:
    lead = address & 3
    words = (lead + len(data) + 3) // 4
    padded = np.zeros(words * 4, np.uint8)
    padded[lead : lead + len(data)] = np.frombuffer(data, np.uint8)
    mixed = padded.view("<u4") ^ key_stream(key, address - lead, words)
    return mixed.astype("<u4").tobytes()[lead : lead + len(data)]
