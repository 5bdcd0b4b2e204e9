"""Protected blocks: a second copy of a few values outside the storage.

Layout, derived from 13 dumps of BK7231N devices (usually at 0x1ED000; on TuyaOS mirrored at
0x1CF000). The 4 KiB sector is encrypted with the master key. Decrypted, little-endian:

======  ====================================================================
offset  meaning
======  ====================================================================
0       u32 magic 0x13579753
4       u32 checksum: sum of bytes 8..4095 (of this layer)
8       16-byte inner key, the same as in the key block of the storage
24      u32 length of the records, in bytes
28      u32 number of writes (TuyaOS); FFFFFFFF in older SDKs
32      records, encrypted a second time with the data key; the rest is FF,
        or the tail of an older, longer list
======  ====================================================================

A record is a u32 length, a 32-byte name padded with NUL, and the value; the next one follows
without padding.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import Notice
from bekenlab.secret import Secret
from bekenlab.tuya.crypto import data_key, decrypt
from bekenlab.tuya.facts import Base, storage_facts
from bekenlab.tuya.names import is_secret
from bekenlab.tuya.sectors import Sectors, byte_sums

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HEAD = struct.Struct("<II16sII")
RECORD = struct.Struct("<I32s")
_MAX_BLOCKS = 16
_PRINTABLE = range(0x20, 0x7F)


@dataclass(frozen=True, slots=True)
class ProtectedValue:
    """One record of a protected block.

    Attributes:
        name: Its name without padding.
        value: Its bytes. Not shown by ``repr``: it may be a secret.
        ok: Whether the block's checksum is correct; records have none of their own.
        secret: Whether reports must redact it.
    """

    name: str
    value: bytes = field(repr=False)
    ok: bool
    secret: bool


@dataclass(frozen=True, slots=True)
class ProtectedBlock:
    """A protected block and its records.

    Attributes:
        address: File offset plus the caller's base.
        ok: Whether its checksum is correct.
        inner_key: The device's 16-byte key, as in the key block.
        base_name: Base of the key that decrypts the records, e.g. ``"8710_2M"``.
        writes: Number of times it was written (TuyaOS), or None.
        values: Records by name.
        notices: Anomalies found.
    """

    address: int
    ok: bool
    inner_key: Secret
    base_name: str
    writes: int | None
    values: Mapping[str, ProtectedValue]
    notices: tuple[Notice, ...]


def find_protected(data: bytes, *, base: int = 0, phase: int = 0) -> tuple[ProtectedBlock, ...]:
    """Find the protected blocks in a file.

    Args:
        data: The whole file.
        base: Address of its first byte, added to every address reported.
        phase: Offset of the first sector, 0..4095; the same as for the storage (``start % 4096``).

    Returns:
        The blocks in order of address; at most 16.
    """
    facts = storage_facts()
    sectors = Sectors(data, phase % SECTOR)
    offsets = sectors.with_magic(facts.master_key, (facts.key_magic,))[: 4 * _MAX_BLOCKS]
    if not offsets:
        return ()
    rows = sectors.decrypted(facts.master_key, offsets)
    found = (
        parse_protected(row.tobytes(), base + offset, checksum=total)
        for offset, row, total in zip(offsets, rows, byte_sums(rows), strict=True)
    )
    return tuple(block for block in found if block is not None)[:_MAX_BLOCKS]


def parse_protected(sector: bytes, address: int, *, checksum: int) -> ProtectedBlock | None:
    """Parse a sector whose outer layer is decrypted; None if it is not a protected block.

    Args:
        sector: 4096 bytes, decrypted with the master key.
        address: Its address, for the report.
        checksum: The sum of its bytes 8..4095.
    """
    _, expected, inner_key, length, writes = HEAD.unpack_from(sector)
    if not 0 < length <= SECTOR - HEAD.size:
        return None  # the key block of the storage holds FF here
    ok = checksum == expected
    body = sector[HEAD.size :]
    best: tuple[Base, dict[str, bytes], bool] | None = None
    for candidate in storage_facts().bases:
        records, whole = _records(decrypt(data_key(inner_key, candidate), body), length)
        if best is None or len(records) > len(best[1]):
            best = (candidate, records, whole)
        if whole:
            break
    if best is None or not best[1]:
        return None
    return ProtectedBlock(
        address=address,
        ok=ok,
        inner_key=Secret(inner_key),
        base_name=best[0].name,
        writes=None if writes == 0xFFFFFFFF else writes,
        values={
            name: ProtectedValue(name, value, ok, is_secret(name, value))
            for name, value in best[1].items()
        },
        notices=tuple(_notices(address, ok=ok, whole=best[2])),
    )


def _records(body: bytes, length: int) -> tuple[dict[str, bytes], bool]:
    """Return the records, the first of each name, and whether they fill ``length`` exactly."""
    records: dict[str, bytes] = {}
    at = 0
    while at + RECORD.size <= length:
        size, padded = RECORD.unpack_from(body, at)
        name, _, rest = padded.partition(b"\x00")
        at += RECORD.size
        if at + size > length or rest.strip(b"\x00") or not all(c in _PRINTABLE for c in name):
            return records, False
        records.setdefault(name.decode("ascii"), body[at : at + size])
        at += size
    return records, at == length


def _notices(address: int, *, ok: bool, whole: bool) -> Iterator[Notice]:
    if not ok:
        yield Notice(
            "protected-block-damaged",
            f"The protected block at {address:#x} has a wrong checksum; do not trust its values.",
        )
    if not whole:
        yield Notice(
            "protected-block-cut",
            f"The records of the protected block at {address:#x} end early.",
        )
