"""Loads ``data/storage.toml``: keys, magics and names of Tuya's storage."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.data import read_table
from bekenlab.secrecy.names import any_of

if TYPE_CHECKING:
    import re


@dataclass(frozen=True, slots=True)
class Base:
    """A constant from which data keys are derived, together with the device's own inner key.

    Attributes:
        name: Tuya's name of the platform, e.g. ``"8710_2M"``.
        addend: Sixteen bytes that are added to the inner key, byte by byte.
    """

    name: str
    addend: bytes


@dataclass(frozen=True, slots=True)
class PsmFacts:
    """Facts about the PSM format: magic, the known parts of its key, and strings found in it."""

    magic: bytes
    key_head: bytes
    key_tail: bytes
    markers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class StorageFacts:
    """The rows of ``data/storage.toml``, which names the source of each.

    Attributes:
        master_key: AES key of the key block.
        key_magic: First word of key blocks and of protected blocks.
        data_magics: First words of data blocks.
        bases: Bases of data keys, most likely first.
        inner_keys: Inner keys shared by many devices.
        psm: Facts about the PSM format.
        plain_names: Matches the whole names of values that are not secret.
        secret_names: Matches the whole names of secret values.
    """

    master_key: bytes
    key_magic: int
    data_magics: tuple[int, ...]
    bases: tuple[Base, ...]
    inner_keys: tuple[bytes, ...]
    psm: PsmFacts
    plain_names: re.Pattern[str]
    secret_names: re.Pattern[str]


@cache
def storage_facts() -> StorageFacts:
    """Return the facts about the storage, read once."""
    table = read_table("tuya", "storage.toml")
    part_2 = table["part_2"].encode()
    psm = table["psm"]
    return StorageFacts(
        master_key=table["master_key"].encode(),
        key_magic=table["magic"]["key_block"],
        data_magics=tuple(table["magic"]["data_blocks"]),
        bases=tuple(
            Base(row["name"], _addend(row["text"].encode(), part_2, whole=row.get("whole", False)))
            for row in table["base"]
        ),
        inner_keys=tuple(bytes.fromhex(row["hex"]) for row in table["inner_key"]),
        psm=PsmFacts(
            magic=psm["magic"].encode(),
            key_head=psm["key_head"].encode(),
            key_tail=psm["key_tail"].encode(),
            markers=tuple(word.encode() for word in psm["markers"]),
        ),
        plain_names=any_of(table["names"]["plain"]),
        secret_names=any_of(table["names"]["secret"]),
    )


def _addend(text: bytes, part_2: bytes, *, whole: bool) -> bytes:
    if whole:
        # EF: K[i] = DK[i] + base[i]; NULL is PART_2 added to itself.
        return text or bytes(2 * b & 0xFF for b in part_2)
    return bytes((text[i & 3] + part_2[i]) & 0xFF for i in range(16))
