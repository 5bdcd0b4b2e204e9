"""The code key in a ROM chip's eFuse: 16 bytes, read one by one through two registers.

Source: bk7231tools and BK7231 GUI Flash Tool (registers, bits, order); the chip's manual is not
public.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.link import commands
from bekenlab.link.errors import ChipRefusedError

if TYPE_CHECKING:
    from bekenlab.link.session.session import Session

_CONTROL, _DATA = 0x800074, 0x800078
_CLEAR = 0x1F02
_START = 1
_VALID = 0x100
_KEY_BYTES = 16
_POLLS = 50


def read_key(session: Session) -> tuple[int, int, int, int] | None:
    """The four 32-bit words of the key; None where the chip does not give them."""
    try:
        raw = [_byte(session, index) for index in range(_KEY_BYTES)]
    except ChipRefusedError:
        return None
    if None in raw:
        return None
    key = bytes(byte for byte in raw if byte is not None)
    words = [int.from_bytes(key[at : at + 4], "little") for at in range(0, _KEY_BYTES, 4)]
    return words[0], words[1], words[2], words[3]


def _byte(session: Session, index: int) -> int | None:
    control = _register(session, _CONTROL) & ~_CLEAR
    session.ask(commands.write_register(_CONTROL, control | index << 8 | _START))
    for _ in range(_POLLS):
        if not _register(session, _CONTROL) & _START:
            # Twice: which chip this is may depend on it, and nothing on the line has a checksum.
            value = _number(session.ask_twice(commands.read_register(_DATA)))
            return value & 0xFF if value & _VALID else None
    return None


def _register(session: Session, address: int) -> int:
    return _number(session.ask(commands.read_register(address)))


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")
