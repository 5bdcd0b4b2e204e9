"""Look-ups in the table of boot loaders: by CRC, by texts in the code, and where there is none."""

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
    """The boot loader that flash starts with.

    Args:
        head: The first bytes of flash, as read (physical). With fewer than 257, only boot loaders
            known by a shorter length can be found.
        code: The boot loader's code, decrypted and without CRC bytes, to tell apart those whose
            first bytes are the same. Without it the first of them is taken if all are of one chip.
    """
    for length in (CRC_INCLUSIVE, CRC_EXCLUSIVE):
        if len(head) < length:
            continue
        crc = zlib.crc32(head[:length])
        found = [b for b in bootloaders() if b.length == length and b.crc32 == crc]
        if found:
            return _agreed(found) if code is None else _told_by_texts(found, code)
    return None


def find_bootloader_by_crc(crc: int) -> BootLoader | None:
    """The boot loader by what a chip answers when asked for the CRC from 0 to 256.

    Args:
        crc: Standard CRC-32 of 257 or 256 bytes, whichever the chip gives.

    Returns:
        The first of those that share it, or None where they are of several chips.
    """
    return _agreed([b for b in bootloaders() if crc in (b.crc257, b.crc256)])


def find_bootloader_by_texts(code: bytes) -> BootLoader | None:
    """The boot loader whose texts are in its code, e.g. ``BK7238_1.0.15``; the most telling wins.

    Args:
        code: The code, decrypted and without CRC bytes.
    """
    return _told_by_texts([b for b in bootloaders() if b.texts], code)


@cache
def no_loaders() -> tuple[NoLoader, ...]:
    """What stands where a boot loader should be, and is none."""
    rows = _table()["no_loader"]
    return tuple(_toml.no_loader_from(key, row) for key, row in rows.items())


def find_no_loader(crc: int) -> NoLoader | None:
    """What the CRC from 0 to 256 says where there is no boot loader: erased, or not readable."""
    return next((row for row in no_loaders() if crc in (row.crc257, row.crc256)), None)


@cache
def bootloader_ends() -> tuple[int, ...]:
    """Physical addresses where boot-loader partitions end."""
    return tuple(_table()["ends"])


@cache
def _table() -> Table:
    return _toml.read("bootloaders.toml")


def _crc_length(name: str) -> int:
    return chip(name).protocol.crc_length


def _agreed(found: list[BootLoader]) -> BootLoader | None:
    """The first of several boot loaders, if all are of one chip."""
    return found[0] if len({loader.chip for loader in found}) == 1 else None


def _told_by_texts(found: Iterable[BootLoader], code: bytes) -> BootLoader | None:
    r"""The one whose texts are all there; among several the one with the most text.

    A tag such as ``BK7238\0\0_1.0.15`` is in two parts, hence without zero bytes. One name may be
    the beginning of another, so a digit must not follow.
    """
    plain = code.replace(b"\0", b"")
    fits = [b for b in found if all(_contains(plain, text) for text in b.texts)]
    return max(fits, key=lambda b: sum(map(len, b.texts)), default=None)


def _contains(plain: bytes, text: str) -> bool:
    return re.search(re.escape(text.encode()) + rb"(?!\d)", plain) is not None
