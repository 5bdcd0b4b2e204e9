"""A copy that is not paired: its owner's network is forgotten, its product test open again."""

from __future__ import annotations

import json

from bekenlab.tuya.storage.encode import encode_storage
from bekenlab.tuya.storage.read import read_storage
from bekenlab.tuya.unpaired import unpaired_copy

KEY = bytes(range(16))
PARAMETERS = b"{rl1_pin:6,rl1_lv:1,Jsonver:1.1.0,crc:0,}\0"
WIFI = {"nc_tp": 9, "ssid": "b3duZXI=", "passwd": "c2VjcmV0IQ==", "md": 1, "stat": 2, "wfb64": 1}


def flash(**values: bytes) -> bytes:
    stored = {"user_param_key": PARAMETERS, **values}
    return encode_storage(stored, inner_key=KEY)


def stored(content: bytes, name: str) -> bytes:
    storage = read_storage(content)
    assert storage is not None
    value = storage.value(name)
    assert value is not None
    return value.rstrip(b"\0\xff")


def test_the_owners_network_is_forgotten_and_the_rest_stays() -> None:
    before = flash(gw_wsm=json.dumps(WIFI).encode() + b"\0")
    copy, edited = unpaired_copy(before)
    assert json.loads(stored(copy, "gw_wsm")) == {
        "nc_tp": 0,
        "ssid": None,
        "passwd": None,
        "md": 0,
        "stat": 0,
        "wfb64": 1,
    }
    assert edited == ("md", "nc_tp", "passwd", "ssid", "stat")
    assert stored(copy, "user_param_key") == stored(before, "user_param_key")
    assert b"c2VjcmV0IQ==" not in stored(copy, "gw_wsm")


def test_a_locked_product_test_is_opened() -> None:
    copy, edited = unpaired_copy(flash(mf_test_close=b"true\0"))
    assert stored(copy, "mf_test_close") == b"null"
    assert edited == ("mf_test_close",)


def test_a_device_as_from_the_factory_stays_as_it_is() -> None:
    fresh = {**WIFI, "nc_tp": 0, "stat": 0, "md": 0, "ssid": None, "passwd": None}
    before = flash(gw_wsm=json.dumps(fresh).encode() + b"\0", mf_test_close=b"null\0")
    assert unpaired_copy(before) == (before, ())


def test_without_a_storage_nothing_is_changed() -> None:
    assert unpaired_copy(b"\xff" * 0x200000) == (b"\xff" * 0x200000, ())


def test_a_damaged_value_is_left_alone() -> None:
    before = flash(gw_wsm=b"{nc_tp\0")
    assert unpaired_copy(before) == (before, ())
