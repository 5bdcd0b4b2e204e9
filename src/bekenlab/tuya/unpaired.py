"""A copy of a dump as it left the factory's line: not paired, its product test not locked.

Firmware that is paired looks for its owner's network, and skips the scan for the factory's. Which
fields and values say so: public dumps of paired and unpaired devices, and what their firmware does
in the virtual chip. Nothing else is changed, above all no pin parameters.
"""

from __future__ import annotations

import json

from bekenlab.tuya.storage.read import read_storage
from bekenlab.tuya.storage.rewrite import with_values

_WIFI, _LOCK = "gw_wsm", "mf_test_close"
_UNPAIRED = {"nc_tp": 0, "stat": 0, "md": 0}
_NOBODY = {"ssid": None, "passwd": None, "token": None, "region": None, "reg_key": None}
_UNLOCKED = b"null\0"
_PADDING = b"\x00\xff"


def unpaired_copy(flash: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Make firmware forget its owner's network, and open its product test again.

    Args:
        flash: The flash.

    Returns:
        The copy, and the names of what was changed in it: fields of ``gw_wsm``, and values.
    """
    storage = read_storage(flash)
    if storage is None or not storage.blocks:
        return flash, ()
    changes: dict[str, bytes] = {}
    edited: list[str] = []
    fields = storage.fields(_WIFI)
    other = {
        name: value for name, value in _UNPAIRED.items() if name in fields and fields[name] != value
    }
    if other:
        gone = {name: value for name, value in _NOBODY.items() if name in fields}
        text = json.dumps(fields | other | gone, separators=(",", ":"))
        changes[_WIFI] = text.encode() + b"\0"
        edited += sorted({*other, *(name for name in gone if fields[name] is not None)})
    lock = storage.value(_LOCK)
    if lock is not None and lock.rstrip(_PADDING) == b"true":
        changes[_LOCK] = _UNLOCKED
        edited.append(_LOCK)
    return (with_values(flash, changes) if changes else flash), tuple(edited)
