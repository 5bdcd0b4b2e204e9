"""A copy of a dump that is paired: with a network of ours, under a local key of ours.

What the firmware needs for it is in three values of its storage, and the product's schema in a
fourth. What a device that was never paired lacks of them is added. Source: dumps of paired and
unpaired devices, and what their firmware does with them in the virtual chip.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bekenlab.errors import UnsupportedError
from bekenlab.mcu.products import find_product
from bekenlab.mcu.schema import read_schema, schema_text
from bekenlab.secret import Secret
from bekenlab.tuya.parameters.parser import parse_parameters
from bekenlab.tuya.product import stored_product
from bekenlab.tuya.storage.read import read_storage
from bekenlab.tuya.storage.rewrite import with_values
from bekenlab.tuya.usual_schema import usual_schema

if TYPE_CHECKING:
    from bekenlab.mcu.schema import SchemaPoint
    from bekenlab.tuya.storage.model import Storage

#: The id and local key of every copy: they protect nothing.
DEVICE = "bekenlab00000000copy"
LOCAL_KEY = b"bekenlab-in-air-"
# Firmware that knows no address of the cloud does not count as paired. The name never resolves.
_OUR_CLOUD = {
    "key": "0" * 16,
    "lckey": LOCAL_KEY.decode(),
    "h_url": "http://cloud.invalid/d.json",
    "hs_psk": "https://cloud.invalid/d.json",
    "mq_url": "cloud.invalid:1883",
    "mq_psk": "cloud.invalid:8886",
    "lp_url": "cloud.invalid:443",
    "time_z": "+00:00",
    "s_time_z": "[]",
}
_SCHEMA_ID = "bekenlab00"
_WIFI, _CLOUD, _DEVICE = "gw_wsm", "gw_ai", "gw_di"
_PARAMETERS = "user_param_key"
_PAIRED = {"md": 0, "wfb64": 1, "stat": 2, "token": "00000000", "region": "EU", "reg_key": "0000"}
_FIRMWARE_KEY = re.compile(rb"(?<![0-9a-z])key[0-9a-z]{13}(?![0-9a-z])")
_NEW_DEVICE = {
    "abi": 0,
    "swv": "1.0.0",
    "bv": "40.00",
    "pv": "2.2",
    "lpv": "3.3",
    "cadv": "1.0.3",
    "cdv": "1.0.0",
    "dev_swv": "1.0.0",
    "dtp": 0,
    "sync": 0,
    "attr_num": 0,
}
# How the device got its network; other numbers mean that it has none and is waiting for one.
_HOW, _PAIRED_HOW = "nc_tp", (3, 4, 9)
_TUYAOS_3_11, _TUYAOS_3_11_HOW = "is_psk30_cfg", 9


class Origin(StrEnum):
    """Where the data points of a copy come from.

    ``USUAL`` are those that such devices usually have: neither the dump nor the table of products
    knows those of this one.
    """

    STORED = "stored"
    TABLE = "table"
    USUAL = "usual"


@dataclass(frozen=True, slots=True)
class Pairing:
    """How a copy is paired.

    Attributes:
        device: The device's id.
        key: Its local key.
        points: Its data points.
        origin: Where they come from.
        edited: Names of the values in the storage that were changed or added.
    """

    device: str
    key: Secret
    points: tuple[SchemaPoint, ...]
    origin: Origin
    edited: tuple[str, ...]


def paired_copy(
    flash: bytes, code: bytes, ssid: bytes, password: bytes | None
) -> tuple[bytes, Pairing]:
    """Pair a copy of a dump. Nothing of the owner's network and keys stays in those values.

    Args:
        flash: The flash.
        code: The app's code, which has the firmware's key.
        ssid: Name of the network.
        password: Its password; None if it is open.

    Raises:
        UnsupportedError: It has no storage that could be edited.
    """
    storage = read_storage(flash)
    if storage is None or not storage.blocks:
        raise UnsupportedError(
            "no storage of Tuya's firmware was found whose Wi-Fi settings could be changed",
            hint="let it open its own network instead",
        )
    name, schema, origin = _schema(flash, storage)
    wifi, cloud, device = (storage.fields(each) for each in (_WIFI, _CLOUD, _DEVICE))
    wifi |= {"ssid": _coded(ssid), "passwd": _coded(password or b""), **_PAIRED}
    if wifi.get(_HOW) not in _PAIRED_HOW:
        wifi[_HOW] = _TUYAOS_3_11_HOW if _TUYAOS_3_11 in wifi else _PAIRED_HOW[0]
    cloud |= _OUR_CLOUD
    device = _product(code) | device | {"id": DEVICE, "s_id": name}
    changes = {_WIFI: _text(wifi), _CLOUD: _text(cloud), _DEVICE: _text(device), name: schema}
    edited = tuple(sorted(each for each in changes if each != name or name not in storage.values))
    points = read_schema(schema)
    pairing = Pairing(DEVICE, Secret(LOCAL_KEY), points, origin, edited)
    return with_values(flash, changes), pairing


def _product(code: bytes) -> dict[str, Any]:
    """What firmware writes about itself at its first start; it wants to find that again."""
    keys = {match[0].decode() for match in _FIRMWARE_KEY.finditer(code)}
    if len(keys) != 1:
        return {}
    key = keys.pop()
    return {**_NEW_DEVICE, "pk": key, "firmk": key}


def _schema(flash: bytes, storage: Storage) -> tuple[str, bytes, Origin]:
    """Id and text of the schema, and where it comes from."""
    product = stored_product(flash, storage)
    if product.schema is not None:
        return product.schema.id, product.schema.text, Origin.STORED
    known = find_product(product.id) or find_product(product.factory_pin)
    if known:
        return _SCHEMA_ID, schema_text(known), Origin.TABLE
    parameters = storage.values.get(_PARAMETERS)
    keys = parse_parameters(parameters.value if parameters and parameters.ok else b"").flat()
    return _SCHEMA_ID, usual_schema(keys), Origin.USUAL


def _coded(text: bytes) -> str:
    return base64.b64encode(text).decode()


def _text(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode() + b"\0"
