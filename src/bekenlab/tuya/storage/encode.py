"""Builds storage regions and protected blocks, deterministically, for sample dumps and tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import CorruptInputError
from bekenlab.tuya import protected
from bekenlab.tuya.crypto import base_named, byte_sum, data_key, encrypt
from bekenlab.tuya.facts import storage_facts
from bekenlab.tuya.storage.blocks import BLOCK_HEAD, INDEX_HEAD, MAX_VALUE, PAGE, PAGES, PART

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OLD_MAGIC = 0x98761234
TUYAOS_MAGIC = 0x135726AB
_NAME_FIELD = 32


def encode_storage(
    values: Mapping[str, bytes],
    *,
    inner_key: bytes,
    magic: int = TUYAOS_MAGIC,
    blocks: int = 17,
    older: Sequence[Mapping[str, bytes]] = (),
    base_name: str = "8710_2M",
) -> bytes:
    """Build a storage region: a key block followed by data blocks.

    Args:
        values: The current values by name.
        inner_key: The device's 16-byte key.
        magic: Magic of the data blocks, ``OLD_MAGIC`` or ``TUYAOS_MAGIC``.
        blocks: Number of data blocks: 17 on BK7231T/N, 20 on BK7231Q.
        older: Earlier states, newest first, kept as blocks of lower generations.
        base_name: Base of the key derivation.

    Returns:
        ``(1 + blocks) * 4096`` bytes that ``read_storage`` reads back.

    Raises:
        CorruptInputError: The values do not fit, or a name or key has the wrong length.
    """
    if len(inner_key) != len(storage_facts().master_key):
        raise CorruptInputError("The inner key must have 16 bytes.")
    states = [_Writer.of(state) for state in (values, *older)]
    count = max(len(state.bodies) for state in states)
    if count * len(states) > blocks:
        raise CorruptInputError("The values do not fit into the blocks.", blocks=blocks)
    bodies = [
        _block(state, number, magic, generation=len(states) - age)
        for age, state in enumerate(states)
        for number in range(count)
    ]
    empty = _Writer()
    spare = range(count, blocks - count * len(older))
    bodies += [_block(empty, number, magic, generation=0) for number in spare]
    key = data_key(inner_key, base_named(base_name))
    return _key_block(inner_key) + encrypt(key, b"".join(bodies))


def encode_protected(
    values: Mapping[str, bytes],
    *,
    inner_key: bytes,
    writes: int | None = None,
    base_name: str = "8710_2M",
) -> bytes:
    """Build the 4096 bytes of a protected block that ``find_protected`` reads back.

    Args:
        values: Records by name (at most 32 ASCII bytes each); at least one.
        inner_key: The device's 16-byte key.
        writes: The write counter of TuyaOS, or None for older SDKs.
        base_name: Base of the key derivation.

    Raises:
        CorruptInputError: The records do not fit.
    """
    records = b"".join(
        protected.RECORD.pack(len(value), name.encode()) + value for name, value in values.items()
    )
    room = SECTOR - protected.HEAD.size
    too_long = any(len(name.encode()) > _NAME_FIELD for name in values)
    if not 0 < len(records) <= room or too_long:
        raise CorruptInputError("The records do not fit into a protected block.")
    key = data_key(inner_key, base_named(base_name))
    body = encrypt(key, records.ljust(room, b"\xff"))
    count = 0xFFFFFFFF if writes is None else writes
    magic = storage_facts().key_magic
    plain = protected.HEAD.pack(magic, 0, inner_key, len(records), count) + body
    plain = plain[:4] + byte_sum(plain[8:]).to_bytes(4, "little") + plain[8:]
    return encrypt(storage_facts().master_key, plain)


def block_bodies(
    values: Mapping[str, bytes], blocks: Sequence[tuple[int, int, int]]
) -> list[bytes]:
    """Lay values out in blocks that exist.

    Args:
        values: The values by name.
        blocks: Id, magic and generation of each block; blocks with one id get the same contents.

    Returns:
        The unencrypted blocks, in the same order.

    Raises:
        CorruptInputError: The values do not fit into blocks with these ids.
    """
    state = _Writer.of(values)
    if not {number for number, _, _ in blocks}.issuperset(range(len(state.bodies))):
        raise CorruptInputError("The values do not fit into the blocks.", blocks=len(blocks))
    return [_block(state, number, magic, generation=count) for number, magic, count in blocks]


def _key_block(inner_key: bytes) -> bytes:
    facts = storage_facts()
    head = facts.key_magic.to_bytes(4, "little") + byte_sum(inner_key).to_bytes(4, "little")
    return encrypt(facts.master_key, (head + inner_key).ljust(SECTOR, b"\xff"))


def _block(state: _Writer, number: int, magic: int, *, generation: int) -> bytes:
    """Return an unencrypted data block: its header and the pages of a state."""
    index_map, pages = 0, b""
    if number < len(state.bodies):
        index_map, pages = state.maps[number], state.bodies[number]
    head = BLOCK_HEAD.pack(magic, 0, number, generation, 4) + index_map.to_bytes(4, "little")
    plain = head.ljust(PAGE, b"\xff") + pages.ljust(SECTOR - PAGE, b"\xff")
    return plain[:4] + byte_sum(plain[8:]).to_bytes(4, "little") + plain[8:]


@dataclass(slots=True)
class _Writer:
    """Lays out values page by page; ``maps`` has one bit per index page."""

    bodies: list[bytes] = field(default_factory=list)
    maps: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, values: Mapping[str, bytes]) -> _Writer:
        writer = cls()
        for name, value in values.items():
            writer._add(name, value)
        return writer

    def _next_page(self) -> tuple[int, int]:
        """Return (block id, page) of the next free page."""
        if not self.bodies or len(self.bodies[-1]) == (PAGES - 1) * PAGE:
            self.bodies.append(b"")
            self.maps.append(0)
        return len(self.bodies) - 1, 1 + len(self.bodies[-1]) // PAGE

    def _add(self, name: str, value: bytes) -> None:
        if len(value) > MAX_VALUE:
            raise CorruptInputError("A value can have at most 64 KiB.", name=name)
        block, page = self._next_page()
        self.maps[block] |= 1 << page
        self.bodies[block] += bytes(PAGE)  # filled below, when the parts are known
        parts: list[list[int]] = []
        for at in range(0, len(value), PAGE):
            part_block, part_page = self._next_page()
            self.bodies[part_block] += value[at : at + PAGE].ljust(PAGE, b"\xff")
            if parts and parts[-1][0] == part_block:
                parts[-1][2] = part_page
            else:
                parts.append([part_block, part_page, part_page])
        start = (page - 1) * PAGE
        body = self.bodies[block]
        index = _index_page(name, value, block, page, parts)
        self.bodies[block] = body[:start] + index + body[start + PAGE :]


def _index_page(name: str, value: bytes, block: int, page: int, parts: list[list[int]]) -> bytes:
    text = name.encode() + b"\x00"
    head = INDEX_HEAD.pack(
        byte_sum(value), len(value), block, page, len(parts), 0, min(len(text), 0xFF)
    )
    raw = head + text + b"".join(PART.pack(*part) for part in parts)
    if len(raw) > PAGE or b"\x00" in text[:-1]:
        raise CorruptInputError("A name is too long for its index page.", name=name)
    return raw.ljust(PAGE, b"\xff")
