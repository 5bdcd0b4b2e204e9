"""Reads the code key in a ROM chip's eFuse: 16 bytes, one at a time, through two registers.

Source of registers, bits and order: docs/formats.md, "eFuse"; the chip's manual is not public.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import LoaderKind, download_protocol
from bekenlab.link import commands
from bekenlab.link.errors import ChipRefusedError

if TYPE_CHECKING:
    from bekenlab.chips import HostRegisters
    from bekenlab.link.session.session import Session

_CLEAR = 0x1F02
_START = 1
_VALID = 0x100
_POLLS = 50
# Bit of the last byte, the control byte: the key cannot be read, so what is read is not the key.
_KEY_HIDDEN = 1 << 4


def read_key(session: Session) -> tuple[int, int, int, int] | None:
    """The four 32-bit words of the key; None if the chip does not reveal them."""
    where = download_protocol(LoaderKind.ROM).registers
    if where is None:
        return None
    try:
        control = _byte(session, where, where.efuse_size - 1)
        raw = [_byte(session, where, index) for index in range(where.efuse_key)]
    except ChipRefusedError:
        return None
    if None in raw or control is None or control & _KEY_HIDDEN:
        return None
    key = bytes(byte for byte in raw if byte is not None)
    words = [int.from_bytes(key[at : at + 4], "little") for at in range(0, len(key), 4)]
    return words[0], words[1], words[2], words[3]


def _byte(session: Session, where: HostRegisters, index: int) -> int | None:
    control = _register(session, where.efuse_control) & ~_CLEAR
    session.ask(commands.write_register(where.efuse_control, control | index << 8 | _START))
    for _ in range(_POLLS):
        if not _register(session, where.efuse_control) & _START:
            # Twice: identifying the chip may depend on it, and replies carry no checksum.
            value = _number(session.ask_twice(commands.read_register(where.efuse_data)))
            return value & 0xFF if value & _VALID else None
    return None


def _register(session: Session, address: int) -> int:
    return _number(session.ask(commands.read_register(address)))


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")
