"""Which product a device is, and its data points, as its firmware stored them.

The schema's key is the schema id, which ``gw_di`` names as ``s_id``; removing a device from the app
deletes that value, but leaves its pages. Sources: public dumps of paired and removed devices.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.mcu.schema import read_schema
from bekenlab.tuya.storage.deleted import deleted_values

if TYPE_CHECKING:
    from bekenlab.mcu.schema import SchemaPoint
    from bekenlab.tuya.storage.model import Storage

_DEVICE, _IDENTITY = "gw_di", "gw_bi"
_PRODUCT, _SCHEMA, _PIN = "pk", "s_id", "fac_pin"
_SCHEMA_NAME = re.compile(r"[0-9a-z]{6,10}")
# What could be the name of a schema, and is none.
_OTHER = frozenset({"is_stride", "timer_arr", "tls_ca_cnt", "baud_cfg"})


@dataclass(frozen=True, slots=True)
class StoredSchema:
    """The data points of a device, as stored.

    Attributes:
        id: Schema id.
        text: The value.
        points: The data points in it; never empty.
        recovered: Whether it had been deleted.
    """

    id: str
    text: bytes
    points: tuple[SchemaPoint, ...]
    recovered: bool


@dataclass(frozen=True, slots=True)
class StoredProduct:
    """What storage says about the product.

    Attributes:
        id: Product id, or an empty string. A device that is no second controller's has the key of
            its firmware here.
        factory_pin: Another id that some products are registered under, or an empty string.
        schema: Its data points, or None.
    """

    id: str = ""
    factory_pin: str = ""
    schema: StoredSchema | None = None


def stored_product(data: bytes, storage: Storage) -> StoredProduct:
    """Product and data points according to a storage.

    Args:
        data: The whole file.
        storage: Its storage, read without a base.
    """
    return StoredProduct(
        id=_text(storage.fields(_DEVICE).get(_PRODUCT)),
        factory_pin=_text(storage.fields(_IDENTITY).get(_PIN)),
        schema=stored_schema(data, storage),
    )


def stored_schema(data: bytes, storage: Storage) -> StoredSchema | None:
    """The schema that the device uses, or used last; the one that ``gw_di`` names counts most.

    Args:
        data: The whole file.
        storage: Its storage, read without a base.
    """
    wanted = _text(storage.fields(_DEVICE).get(_SCHEMA))
    current = {name: value.value for name, value in storage.values.items() if value.ok}
    live = _schemas(current, recovered=False)
    if wanted in live or (live and not wanted):
        return live.get(wanted) or next(iter(live.values()))
    deleted = _schemas(deleted_values(data, storage), recovered=True)
    if wanted in deleted:
        return deleted[wanted]
    return next(iter((live or deleted).values()), None)


def _schemas(values: dict[str, bytes], *, recovered: bool) -> dict[str, StoredSchema]:
    names = [name for name in sorted(values) if _SCHEMA_NAME.fullmatch(name) and name not in _OTHER]
    found = {}
    for name in names:
        points = read_schema(values[name])
        if points:
            found[name] = StoredSchema(name, values[name], points, recovered)
    return found


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
