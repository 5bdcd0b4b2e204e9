"""Finds the values of a PSM region, and writes the region back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.tuya.crypto import AES_BLOCK, decrypt, encrypt
from bekenlab.tuya.facts import storage_facts
from bekenlab.tuya.psm import PSM_ENTRY, clean_name, psm_key, read_psm

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class PsmEditor:
    """A PSM region, decrypted.

    Attributes:
        offset: Where it starts in the bytes edited.
        body: Its plain bytes; may be changed, but not in length.
    """

    offset: int
    body: bytearray = field(repr=False)
    _key: bytes | None = field(repr=False)
    _data: bytearray = field(repr=False)

    def records(self) -> Iterator[tuple[str, int, int]]:
        """Yield (name, start, end) for the value of every ``key=value`` string in ``body``."""
        plain = bytes(self.body).replace(b"\xff", b"\x00")
        at = 0
        for piece in plain.split(b"\x00"):
            match = PSM_ENTRY.search(piece)
            if match:
                yield clean_name(match[1]), at + match.start(2), at + match.end(2)
            at += len(piece) + 1

    def save(self) -> None:
        """Encrypt and write the region."""
        body = bytes(self.body)
        stored = body if self._key is None else encrypt(self._key, body)
        self._data[self.offset : self.offset + len(stored)] = stored


def open_psm(data: bytearray) -> PsmEditor | None:
    """Open the PSM region that ``read_psm`` finds, if any."""
    store = read_psm(bytes(data))
    if store is None:
        return None
    raw = bytes(data[store.start : store.end])
    key = _key_of(raw) if store.encrypted else None
    return PsmEditor(store.start, bytearray(decrypt(key, raw) if key else raw), key, data)


def _key_of(raw: bytes) -> bytes | None:
    magic = storage_facts().psm.magic
    keys = (psm_key(byte) for byte in range(256))
    return next((key for key in keys if decrypt(key, raw[:AES_BLOCK]).startswith(magic)), None)
