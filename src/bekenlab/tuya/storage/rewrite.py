"""Writes Tuya's storage anew, with values changed and added; blocks keep their places and ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import CorruptInputError
from bekenlab.tuya.crypto import base_named, data_key, encrypt
from bekenlab.tuya.protected import find_protected
from bekenlab.tuya.storage.encode import block_bodies, encode_protected
from bekenlab.tuya.storage.read import read_storage

if TYPE_CHECKING:
    from collections.abc import Mapping


def with_values(data: bytes, changes: Mapping[str, bytes]) -> bytes:
    """Change and add values in a copy of a dump.

    All values are laid out anew. Older generations of a block get the contents of the current one,
    so that nothing replaced is left; damaged values are left out. Protected blocks get the values
    that they hold copies of.

    Args:
        data: The flash.
        changes: New values by name, each of any length.

    Raises:
        CorruptInputError: There is no readable storage, or the values do not fit.
    """
    storage = read_storage(data)
    if storage is None or not storage.blocks:
        raise CorruptInputError("there is no storage that could be written")
    values = {name: value.value for name, value in storage.values.items() if value.ok}
    rows = [(block.id, block.magic, block.generation) for block in storage.blocks]
    key = data_key(storage.inner_key.reveal(), base_named(storage.base_name))
    written = bytearray(data)
    for block, body in zip(storage.blocks, block_bodies(values | dict(changes), rows), strict=True):
        _put(written, block.address, encrypt(key, body))
    for copy in find_protected(data, phase=storage.start % SECTOR):
        held = {
            name: changes.get(name, value.value) for name, value in copy.values.items() if value.ok
        }
        if any(name in changes for name in held):
            key, base = copy.inner_key.reveal(), copy.base_name
            sector = encode_protected(held, inner_key=key, writes=copy.writes, base_name=base)
            _put(written, copy.address, sector)
    return bytes(written)


def _put(data: bytearray, address: int, sector: bytes) -> None:
    room = len(data) - address
    data[address : address + SECTOR] = sector[:room]
