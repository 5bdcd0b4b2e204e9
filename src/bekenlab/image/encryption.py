"""Whether an image's code is encrypted, and with which key: decided by evidence, not chip name.

The evidence is the ARM vector table at logical 0 (boot loader) and 0x10000 (app): a branch and
seven ``ldr pc, [pc, #0x14]`` under the right key, noise under any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from bekenlab.chips import APP_LOGICAL
from bekenlab.image import cipher, recovery
from bekenlab.image.cipher import PLAIN_KEY, TUYA_KEY, CodeKey

if TYPE_CHECKING:
    from collections.abc import Mapping

BOOTLOADER_ADDRESS = 0
APP_ADDRESS = APP_LOGICAL

_HANDLERS = slice(32, 60)
_MIN_HANDLERS = 4
_END_OF_CODE = 0x400000


class EncryptionState(StrEnum):
    """How an image's code is stored."""

    TUYA = "tuya"
    PLAIN = "plain"
    RECOVERED = "recovered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Encryption:
    """How an image's code is encrypted.

    Attributes:
        state: How the code is stored.
        key: Key to decrypt with; None when unknown.
        evidence: Sentences that say what this rests on.
    """

    state: EncryptionState
    key: CodeKey | None
    evidence: tuple[str, ...]


def looks_like_vectors(plain: bytes) -> bool:
    """Whether 32 bytes are an ARM vector table: a branch, then jumps to handlers.

    The loads are compared exactly: some keys change low bits only.
    """
    words = np.frombuffer(plain[: len(plain) // 4 * 4], "<u4")
    if len(words) < recovery.VECTOR_WORDS or words[0] >> 24 != 0xEA:
        return False
    rest = words[1 : recovery.VECTOR_WORDS]
    handlers = (rest == recovery.LOAD_PC) | (rest >> 24 == 0xEA)
    return int(handlers.sum()) >= 5


def handlers_in_app(plain: bytes) -> bool | None:
    """Whether the handlers that a vector table refers to are in the app, or in the boot loader.

    Args:
        plain: Code from the vector table on, at least 64 bytes; the addresses follow the table.

    Returns:
        None if they are in neither, or there are too few bytes.
    """
    handlers = np.frombuffer(plain[_HANDLERS], "<u4") if len(plain) >= _HANDLERS.stop else ()
    in_app = sum(APP_LOGICAL <= int(each) < _END_OF_CODE for each in handlers)
    in_loader = sum(0 < int(each) < APP_LOGICAL for each in handlers)
    if max(in_app, in_loader) < _MIN_HANDLERS:
        return None
    return in_app > in_loader


def opens(stored: bytes, address: int, key: CodeKey) -> bool:
    """Whether a key turns stored bytes at a logical address into a vector table."""
    return looks_like_vectors(cipher.apply(stored[: 4 * recovery.VECTOR_WORDS], address, key))


def decide(code: Mapping[int, bytes]) -> Encryption:
    """Decide how code is encrypted.

    Args:
        code: Logical address of each vector table, mapped to the stored bytes from there on.
    """
    for state, key in ((EncryptionState.PLAIN, PLAIN_KEY), (EncryptionState.TUYA, TUYA_KEY)):
        places = [
            address for address, stored in sorted(code.items()) if opens(stored, address, key)
        ]
        if places:
            label = "as stored" if state is EncryptionState.PLAIN else "under the Tuya key"
            found = ", ".join(f"0x{address:x}" for address in places)
            return Encryption(state, key, (f"vector table at logical {found} {label}",))
    for address, stored in sorted(code.items(), reverse=True):
        recovered = recovery.from_vectors(stored, address)
        if recovered:
            text = f"vector table at logical 0x{address:x} under a key worked out from it"
            return Encryption(EncryptionState.RECOVERED, recovered, (text,))
    return Encryption(EncryptionState.UNKNOWN, None, ())
