"""Recover a working code key from a few words of known plain text.

The cipher's generators are linear over bits: the key stream at an address is
``G(address) ^ F(key)``, where ``G`` depends only on the selectors and bypass bits. There are 125
combinations of those; two words of known plain text rule out nearly all, and the constant
``F(key)`` then fits into coefficient 2. The result is not the chip's key but decrypts the same.
The idea is that of https://github.com/mildsunrise/bk7231_key_calculator.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from bekenlab.image import cipher
from bekenlab.image.cipher import CodeKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LOAD_PC = 0xE59FF014
"""``ldr pc, [pc, #0x14]``: words 1 to 7 of the vector table of every Beken loader and app seen."""

VECTOR_WORDS = 8
_BRANCH = 0xEA
_VECTORS: tuple[int | None, ...] = (None, *(LOAD_PC,) * 7)
# Neither 00 nor FF in the top byte, which would bypass the cipher altogether.
_ACTIVE = 0x01 << 24


def _modes() -> Iterator[int]:
    """All selector and bypass combinations of coefficient 3 that can matter."""
    for pn15, pn16, pn32 in product((None, 0, 1, 2, 3), repeat=3):
        bits = _ACTIVE
        bits |= cipher.BYPASS_PN15 if pn15 is None else pn15 << 5
        bits |= cipher.BYPASS_PN16 if pn16 is None else pn16 << 8
        bits |= cipher.BYPASS_PN32 if pn32 is None else pn32 << 11
        yield bits


def keys_for(stored: bytes, address: int, known: Sequence[int | None]) -> tuple[CodeKey, ...]:
    """All keys under which ``stored`` decrypts to the known words.

    Args:
        stored: Encrypted bytes, at least four for each known word.
        address: Their logical address, a multiple of 4.
        known: Plain 32-bit words in order; None where a word is not known.

    Returns:
        At most 125 equivalent keys; several when the known words do not tell them apart, none when
        fewer than two words are known or nothing fits.
    """
    words = np.frombuffer(stored[: min(len(stored) // 4, len(known)) * 4], "<u4")
    places = [i for i, word in enumerate(known[: len(words)]) if word is not None]
    if len(places) < 2:
        return ()
    plain = np.array([known[i] for i in places], np.uint32)
    wanted = words[places] ^ plain
    keys = []
    for mode in _modes():
        stream = cipher.key_stream(CodeKey((0, 0, 0, mode)), address, len(known))[places]
        constant = wanted ^ stream
        if (constant == constant[0]).all():
            keys.append(CodeKey((0, 0, int(constant[0]), mode)))
    return tuple(keys)


def from_vectors(stored: bytes, address: int) -> CodeKey | None:
    """Recover a key from code that starts with an ARM vector table.

    Args:
        stored: Encrypted code, the vector table first; more code gives a more reliable result.
        address: Logical address of the vector table.

    Returns:
        The key whose plain text looks most like code, or None when none fits the vectors.
    """
    keys = [
        key
        for key in keys_for(stored, address, _VECTORS)
        if _starts_with_branch(stored, address, key)
    ]
    return max(keys, key=lambda key: _code_score(cipher.apply(stored, address, key)), default=None)


def _starts_with_branch(stored: bytes, address: int, key: CodeKey) -> bool:
    return cipher.apply(stored[:4], address, key)[3] == _BRANCH


def _code_score(plain: bytes) -> int:
    """How many words are zero: many in code and tables, hardly any under a wrong key."""
    words = np.frombuffer(plain[: len(plain) // 4 * 4], "<u4")
    return int((words == 0).sum())
