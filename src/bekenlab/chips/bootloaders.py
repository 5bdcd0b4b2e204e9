"""Lookups in the table of boot loaders: by CRC, by strings in the code, and for a missing one."""

from __future__ import annotations

import re
import zlib
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.chips import _toml
from bekenlab.chips.catalog import chip
from bekenlab.chips.protocol import CRC_EXCLUSIVE, CRC_INCLUSIVE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.chips.models import BootLoader, NoLoader
    from bekenlab.data import Table


@cache
def bootloaders() -> tuple[BootLoader, ...]:
    """All known boot loaders."""
    rows = _table()["bootloaders"].splitlines()
    return tuple(_toml.bootloader_from(row, _crc_length) for row in rows)


def find_bootloader(head: bytes, code: bytes | None = None) -> BootLoader | None:
    """The boot loader at the start of flash, or None if it is not in the table.

    Args:
        head: The first bytes of flash, as read (physical). With fewer than 257, only boot loaders
            known by a shorter length can be found.
        code: The boot loader's code, decrypted and without CRC bytes, to tell apart those whose
            first bytes are the same. Without it the first match is taken if all are for one chip.
    """
    for length in (CRC_INCLUSIVE, CRC_EXCLUSIVE):
        if len(head) < length:
            continue
        crc = zlib.crc32(head[:length])
        found = [b for b in bootloaders() if b.length == length and b.crc32 == crc]
        if found:
            return _agreed(found) if code is None else _with_texts(found, code)
    return None


def find_bootloader_by_crc(crc: int) -> BootLoader | None:
    """The boot loader with the CRC that a chip reports for 0 to 256.

    Args:
        crc: Standard CRC-32 of 257 or 256 bytes, whichever the chip reports.

    Returns:
        The first match, or None without one or where the matches are for different chips.
    """
    return _agreed([b for b in bootloaders() if crc in (b.crc257, b.crc256)])


def find_bootloader_by_texts(code: bytes) -> BootLoader | None:
    """The boot loader whose strings are in its code (``BK7238_1.0.15``); the longest match wins.

    Args:
        code: The code, decrypted and without CRC bytes.
    """
    return _with_texts([b for b in bootloaders() if b.texts], code)


@cache
def no_loaders() -> tuple[NoLoader, ...]:
    """Contents of flash that mean there is no boot loader to be read."""
    rows = _table()["no_loader"]
    return tuple(_toml.no_loader_from(key, row) for key, row in rows.items())


def find_no_loader(crc: int) -> NoLoader | None:
    """What the CRC from 0 to 256 means if it is not a boot loader's: erased, or not readable."""
    return next((row for row in no_loaders() if crc in (row.crc257, row.crc256)), None)


@cache
def bootloader_ends() -> tuple[int, ...]:
    """Physical addresses at which boot loader partitions end."""
    return tuple(_table()["ends"])


@cache
def _table() -> Table:
    return _toml.read("bootloaders.toml")


def _crc_length(name: str) -> int:
    return chip(name).protocol.crc_length


def _agreed(found: list[BootLoader]) -> BootLoader | None:
    """The first of several boot loaders, if all are for one chip."""
    return found[0] if len({loader.chip for loader in found}) == 1 else None


def _with_texts(found: Iterable[BootLoader], code: bytes) -> BootLoader | None:
    r"""The one whose strings are all in the code; of several, the one with the most text.

    Zero bytes are removed first, since they split a tag such as ``BK7238\0\0_1.0.15`` in two. One
    name may be a prefix of another, so a match must not be followed by a digit.
    """
    plain = code.replace(b"\0", b"")
    fits = [b for b in found if all(_contains(plain, text) for text in b.texts)]
    return max(fits, key=lambda b: sum(map(len, b.texts)), default=None)


def _contains(plain: bytes, text: str) -> bool:
    return re.search(re.escape(text.encode()) + rb"(?!\d)", plain) is not None
