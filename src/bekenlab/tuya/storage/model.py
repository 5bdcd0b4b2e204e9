"""The contents of Tuya's storage: values, blocks, and where they were found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from bekenlab.json_text import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.errors import Notice
    from bekenlab.secret import Secret

_PADDING = b"\x00\xff"
KeyOrigin = Literal["key-block", "protected-block", "well-known"]


@dataclass(frozen=True, slots=True)
class StorageBlock:
    """One 4 KiB data block.

    Attributes:
        address: File offset plus the caller's base.
        magic: ``0x98761234`` (older SDKs) or ``0x135726AB`` (TuyaOS).
        id: Logical number; several blocks may share it.
        generation: The block with the highest one for its id is current.
        ok: Whether the block's checksum is correct.
    """

    address: int
    magic: int
    id: int
    generation: int
    ok: bool


@dataclass(frozen=True, slots=True)
class StoredValue:
    """One value of the storage.

    Attributes:
        name: Its name without the NUL; may be empty.
        value: Its bytes, padding included. Not shown by ``repr``: it may be a secret.
        ok: Whether its checksum is correct.
        secret: Whether reports must redact it.
        address: Address of the block that holds its index page.
        page: Number of the index page in that block, 1..31.
        generation: Generation of that block.
        stale: Whether it comes from an older generation because the newest is damaged.
    """

    name: str
    value: bytes = field(repr=False)
    ok: bool
    secret: bool
    address: int
    page: int
    generation: int
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Storage:
    """Tuya's key-value storage as found in a file.

    Addresses are file offsets plus the caller's base; the range is half open.

    Attributes:
        start: Start of the key block, or without one, of the longest run of data blocks.
        end: End of the run of data blocks that follows.
        key_address: Address of the key block; None if it is unusable.
        key_origin: Where the key that decrypts the data blocks came from.
        inner_key: The device's 16-byte key.
        base_name: Base of the key derivation, e.g. ``"8710_2M"``.
        blocks: All data blocks in order of address.
        values: Current values by name.
        notices: Warnings about damage and how it was handled.
    """

    start: int
    end: int
    key_address: int | None
    key_origin: KeyOrigin
    inner_key: Secret
    base_name: str
    blocks: tuple[StorageBlock, ...]
    values: Mapping[str, StoredValue]
    notices: tuple[Notice, ...]

    @property
    def good_blocks(self) -> int:
        """Number of data blocks with a correct checksum."""
        return sum(block.ok for block in self.blocks)

    @property
    def bad_blocks(self) -> tuple[int, ...]:
        """Addresses of data blocks with a wrong checksum."""
        return tuple(block.address for block in self.blocks if not block.ok)

    @property
    def magics(self) -> tuple[int, ...]:
        """The magics found, in ascending order."""
        return tuple(sorted({block.magic for block in self.blocks}))

    def value(self, name: str) -> bytes | None:
        """Return the bytes stored under a name, or None; see ``StoredValue.ok``."""
        stored = self.values.get(name)
        return None if stored is None else stored.value

    def fields(self, name: str) -> dict[str, Any]:
        """Return the fields of a value that is a JSON object; empty if it is none, or missing."""
        try:
            told = read_json((self.value(name) or b"{}").rstrip(_PADDING))
        except ValueError:
            return {}
        return dict(told) if isinstance(told, dict) else {}
