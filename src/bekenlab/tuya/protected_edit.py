"""Edits the records of a protected block in place, including both layers and the checksum."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.tuya.crypto import AES_BLOCK, ERASED, base_named, data_key, decrypt, encrypt
from bekenlab.tuya.facts import storage_facts
from bekenlab.tuya.protected import HEAD, RECORD, find_protected

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHECKSUM = slice(4, 8)


@dataclass(slots=True)
class ProtectedEditor:
    """One protected block, decrypted.

    Attributes:
        offset: Where it starts in the bytes edited.
        key: Key of the inner layer.
        body: The inner layer, decrypted; may be changed, but not in length.
        length: Number of bytes taken by records.
    """

    offset: int
    key: bytes = field(repr=False)
    body: bytearray = field(repr=False)
    length: int
    _data: bytearray = field(repr=False)
    _outer: bytes = field(repr=False)

    def records(self) -> Iterator[tuple[str, int, int]]:
        """Yield (name, start, end) of every record's value in ``body``."""
        at = 0
        while at + RECORD.size <= self.length:
            size, padded = RECORD.unpack_from(self.body, at)
            at += RECORD.size
            name = padded.partition(b"\x00")[0].decode("ascii", "replace")
            if at + size > self.length:
                return
            yield name, at, at + size
            at += size

    def erase_unused(self) -> bool:
        """Erase what an older, longer list left after the records; return whether there was any."""
        tail = bytes(self.body[self.length :])
        erased = self._outer[HEAD.size :]
        for at in range(self.length, len(self.body)):
            block = at // AES_BLOCK * AES_BLOCK
            if erased[block : block + AES_BLOCK] != ERASED:
                self.body[at] = 0xFF
        return bytes(self.body[self.length :]) != tail

    def save(self) -> None:
        """Encrypt and write the block; a wrong checksum stays wrong."""
        outer = bytearray(self._outer)
        stored = encrypt(self.key, bytes(self.body))
        outer[HEAD.size :] = stored
        before = int.from_bytes(self._outer[_CHECKSUM], "little")
        change = sum(outer[8:]) - sum(self._outer[8:])
        outer[_CHECKSUM] = (before + change & 0xFFFFFFFF).to_bytes(4, "little")
        whole = encrypt(storage_facts().master_key, bytes(outer))
        self._data[self.offset : self.offset + len(whole)] = whole


def open_protected(data: bytearray, phase: int) -> tuple[ProtectedEditor, ...]:
    """Open every protected block of flash bytes whose sectors start at ``phase``."""
    found = []
    for block in find_protected(bytes(data), phase=phase):
        sector = bytes(data[block.address : block.address + SECTOR])
        # The file may end within the sector.
        whole = sector[: len(sector) // AES_BLOCK * AES_BLOCK]
        outer = decrypt(storage_facts().master_key, whole)
        if len(outer) <= HEAD.size:
            continue
        key = data_key(block.inner_key.reveal(), base_named(block.base_name))
        body = bytearray(decrypt(key, outer[HEAD.size :]))
        length = HEAD.unpack_from(outer)[3]
        found.append(ProtectedEditor(block.address, key, body, length, data, outer))
    return tuple(found)
