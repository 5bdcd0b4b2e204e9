"""Which key code is stored under, place by place, and whether two keys are the same in effect.

A chip has one key, so loader, app and eFuse ought to agree. A key worked out from code is not the
chip's own but decrypts the same (``recovery``): keys are compared by what they do.
"""

from __future__ import annotations

from dataclasses import dataclass

from bekenlab.chips import APP_START
from bekenlab.image import cipher, framing
from bekenlab.image.cipher import TUYA_KEY, CodeKey
from bekenlab.image.encryption import APP_ADDRESS, BOOTLOADER_ADDRESS, decide, opens

# Where key streams are compared: loader, app, and addresses with other high bits.
_PLACES = (0x0, 0x4320, 0x10000, 0x2468C, 0x8ACE0, 0xFEDC0)
_WORDS = 64
# So much code is enough to tell several possible keys apart.
_CODE = 0x8000 // framing.DATA_SIZE * framing.FRAME_SIZE


def same_key(one: CodeKey, other: CodeKey) -> bool:
    """Whether two keys decrypt alike."""
    return all(
        bool((cipher.key_stream(one, at, _WORDS) == cipher.key_stream(other, at, _WORDS)).all())
        for at in _PLACES
    )


def key_name(key: CodeKey) -> str:
    """A key in words: ``"Tuya's key"``, ``"no key"`` (plain code), ``"another key"``."""
    if key.bypassed:
        return "no key"
    return "Tuya's key" if same_key(key, TUYA_KEY) else "another key"


def stored_as(key: CodeKey) -> str:
    """How code under a key is stored, in words."""
    return "not encrypted" if key.bypassed else f"encrypted with {key_name(key)}"


@dataclass(frozen=True, slots=True)
class CodeKeys:
    """The keys of the code in flash.

    Attributes:
        loader: Key of the boot loader; None without one, or if its key is not known.
        app: The same of the application.
    """

    loader: CodeKey | None = None
    app: CodeKey | None = None

    @property
    def first(self) -> CodeKey | None:
        """The loader's key, else the app's."""
        return self.loader or self.app


NO_KEYS = CodeKeys()
"""Where there is no code, or its keys are not known."""


@dataclass(frozen=True, slots=True)
class KeyWitnesses:
    """What says which key a chip has.

    Attributes:
        efuse: The key in the chip's eFuse; None if it cannot be read, or the chip does not use it.
        code: The keys of the code in flash.
        usual: The key that chips of this kind have; None if unknown.
    """

    efuse: CodeKey | None = None
    code: CodeKeys = NO_KEYS
    usual: CodeKey | None = None

    @property
    def key(self) -> CodeKey | None:
        """The chip's key, by the best witness."""
        return self.efuse or self.code.first or self.usual

    @property
    def conflict(self) -> str:
        """How the witnesses contradict each other, in words; empty if they do not."""
        heard = [key for key in (self.efuse, self.code.loader, self.code.app) if key is not None]
        if all(same_key(heard[0], key) for key in heard[1:]):
            return ""
        texts = [
            *([f"the eFuse holds {key_name(self.efuse)}"] if self.efuse else []),
            *([f"the boot loader is {stored_as(self.code.loader)}"] if self.code.loader else []),
            *([f"the app is {stored_as(self.code.app)}"] if self.code.app else []),
        ]
        return f"{texts[0]}, but {' and '.join(texts[1:])}"


def keys_of(physical: bytes) -> CodeKeys:
    """The keys of the code in flash.

    Args:
        physical: Flash from address 0; what is missing or blank has no key.
    """
    return CodeKeys(
        key_at(physical, 0, BOOTLOADER_ADDRESS), key_at(physical, APP_START, APP_ADDRESS)
    )


def key_at(physical: bytes, offset: int, address: int) -> CodeKey | None:
    """The key of code that begins with a vector table, or None.

    Args:
        physical: Bytes with their CRC bytes.
        offset: Where the code starts in them.
        address: Its logical address.
    """
    stored = framing.strip(physical[offset : offset + _CODE])
    if len(stored) < framing.DATA_SIZE or not _is_framed(physical, offset):
        return None
    return decide({address: stored}).key


def _is_framed(physical: bytes, offset: int) -> bool:
    frame = physical[offset : offset + framing.FRAME_SIZE]
    return framing.add(framing.strip(frame)) == frame


def runs_under(physical: bytes, offset: int, address: int, key: CodeKey) -> bool:
    """Whether a key opens code that begins with a vector table; arguments as of ``key_at``."""
    return opens(framing.strip(physical[offset : offset + framing.FRAME_SIZE]), address, key)
