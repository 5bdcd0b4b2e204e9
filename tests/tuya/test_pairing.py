"""A paired copy: what its firmware needs is in its storage, and nothing of its owner's is."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from amounts import one_in
from bekenlab.errors import UnsupportedError
from bekenlab.mcu.schema import read_schema
from bekenlab.tuya.crypto import base_named, byte_sum, data_key, decrypt, encrypt
from bekenlab.tuya.pairing import Origin, Pairing, paired_copy
from bekenlab.tuya.product import stored_product
from bekenlab.tuya.protected import find_protected
from bekenlab.tuya.storage.edit import open_storages
from bekenlab.tuya.storage.encode import OLD_MAGIC, encode_protected, encode_storage
from bekenlab.tuya.storage.read import read_storage
from shared import dump, dump_names

KEY = bytes(range(16))
SECTOR, PAGE = 0x1000, 128
PARAMETERS = b"{rl1_pin:6,rl1_lv:1,Jsonver:1.1.0,crc:0,}\0"
FACTORY = {"gw_bi": b'{"uuid":"u","ap_ssid":"SmartLife"}\0', "user_param_key": PARAMETERS}
SCHEMA = (
    b'[{"mode":"rw","property":{"type":"bool"},"id":1,"type":"obj"},'
    b'{"mode":"ro","property":{"min":0,"max":50,"type":"value"},"id":18,"type":"obj"},'
    b'{"mode":"rw","type":"raw","id":101}]\0'
)
CODE = b"\0key0123456789abc\0001.1.2\0"
OWNER = b"owners network"
OWNED = {
    "gw_wsm": json.dumps(
        {"nc_tp": 9, "ssid": base64.b64encode(OWNER).decode(), "passwd": "c2VjcmV0IQ==", "md": 3}
    ).encode(),
    "gw_ai": b'{"key":"owners key 12345","lckey":"owners lckey 123","time_z":"+01:00"}\0',
    "gw_di": b'{"id":"owners device","swv":"1.1.2","s_id":"0000012345"}\0',
    "0000012345": SCHEMA,
}


def pair(flash: bytes) -> tuple[bytes, Pairing]:
    return paired_copy(flash, CODE, b"bekenlab", b"virtual air")


def values(flash: bytes) -> dict[str, bytes]:
    storage = read_storage(flash)
    assert storage is not None
    assert not storage.notices
    assert all(value.ok and not value.stale for value in storage.values.values())
    return {name: value.value for name, value in storage.values.items()}


def fields(flash: bytes, name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(values(flash)[name].rstrip(b"\0"))
    return told


@pytest.mark.parametrize("magic", [OLD_MAGIC, 0x135726AB])
def test_what_a_device_lacks_that_was_never_paired_is_added(magic: int) -> None:
    flash, pairing = pair(encode_storage(FACTORY, inner_key=KEY, magic=magic))
    assert {name: values(flash)[name] for name in FACTORY} == FACTORY
    wifi = fields(flash, "gw_wsm")
    assert base64.b64decode(wifi["ssid"]) == b"bekenlab"
    assert base64.b64decode(wifi["passwd"]) == b"virtual air"
    assert fields(flash, "gw_ai")["lckey"].encode() == pairing.key.reveal()
    device = fields(flash, "gw_di")
    assert (device["id"], device["pk"]) == (pairing.device, "key0123456789abc")
    assert read_schema(values(flash)[fields(flash, "gw_di")["s_id"]]) == pairing.points
    assert pairing.origin is Origin.USUAL
    assert pairing.points[0].id == 1, "a switch's, as it has a relay"
    assert {"gw_ai", "gw_di", "gw_wsm"} < set(pairing.edited)


def test_a_lamp_without_a_schema_gets_that_of_a_lamp() -> None:
    lamp = FACTORY | {"user_param_key": b"{cmod:rgbcw,r_pin:8,crc:0,}\0"}
    points = pair(encode_storage(lamp, inner_key=KEY))[1].points
    assert [point.id for point in points][:2] == [20, 21]
    assert "colour" in points[1].words


@pytest.mark.parametrize(
    ("stored", "how"), [({"nc_tp": 0}, 3), ({"nc_tp": 4}, 4), ({"nc_tp": 10, "is_psk30_cfg": 0}, 9)]
)
def test_it_says_how_the_device_was_paired_in_the_words_of_its_firmware(
    stored: dict[str, int], how: int
) -> None:
    wifi = json.dumps(stored).encode()
    flash, _ = pair(encode_storage(FACTORY | {"gw_wsm": wifi}, inner_key=KEY))
    assert fields(flash, "gw_wsm")["nc_tp"] == how


def test_nothing_of_the_owners_pairing_is_left() -> None:
    older = {**FACTORY, **OWNED, "gw_ai": OWNED["gw_ai"].replace(b"owners", b"former")}
    flash = bytearray(encode_storage({**FACTORY, **OWNED}, inner_key=KEY, older=[older]))
    flash += encode_protected({"gw_wsm": OWNED["gw_wsm"], "other": b"stays"}, inner_key=KEY)
    copy, pairing = pair(bytes(flash))
    kept = [each.value for editor in open_storages(bytearray(copy)) for each in editor.values]
    (block,) = find_protected(copy)
    assert block.ok
    kept += [each.value for each in block.values.values()]
    assert block.values["gw_wsm"].value == values(copy)["gw_wsm"]
    assert block.values["other"].value == b"stays"
    for secret in (base64.b64encode(OWNER), b"owners", b"former"):
        assert not any(secret in value for value in kept)
    body = decrypt(data_key(KEY, base_named("8710_2M")), copy[SECTOR : 18 * SECTOR])
    assert b"owners" not in body
    maps = [body[at + 15] & 1 for at in range(0, len(body), SECTOR)]
    assert not any(maps), "the page of the head itself is none: old firmware reads nothing else"
    assert fields(copy, "gw_di")["swv"] == "1.1.2"
    assert pairing.origin is Origin.STORED
    assert pairing.edited == ("gw_ai", "gw_di", "gw_wsm")
    assert [(point.id, point.kind, point.writable, point.most) for point in pairing.points] == [
        (1, "bool", True, 0),
        (18, "value", False, 50),
        (101, "raw", True, 0),
    ]


def with_deleted_schema(stored: dict[str, bytes]) -> bytes:
    """A flash with these values, of which ``0000012345`` has been deleted."""
    flash = bytearray(encode_storage(stored, inner_key=KEY))
    key = data_key(KEY, base_named("8710_2M"))
    block = bytearray(decrypt(key, bytes(flash[SECTOR : 2 * SECTOR])))
    pages = [(each, block[each * PAGE :][:PAGE]) for each in range(1, 32)]
    page = next(each for each, data in pages if b"0000012345" in data and b"s_id" not in data)
    block[15 + page // 8] &= ~(1 << page % 8)
    block[4:8] = byte_sum(bytes(block[8:])).to_bytes(4, "little")
    flash[SECTOR : 2 * SECTOR] = encrypt(key, bytes(block))
    assert "0000012345" not in values(bytes(flash))
    return bytes(flash)


def test_the_schema_that_the_device_names_counts_though_it_was_deleted() -> None:
    older = b'[{"mode":"rw","type":"obj","property":{"type":"bool"},"id":7}]\0'
    flash = with_deleted_schema({**FACTORY, **OWNED, "0000054321": older})
    storage = read_storage(flash)
    assert storage is not None
    found = stored_product(flash, storage).schema
    assert found is not None
    assert (found.id, found.recovered) == ("0000012345", True)


def test_a_deleted_schema_is_found_again() -> None:
    copy, pairing = pair(with_deleted_schema({**FACTORY, "0000012345": SCHEMA}))
    assert pairing.origin is Origin.STORED
    assert values(copy)["0000012345"] == SCHEMA
    assert "0000012345" in pairing.edited


def test_without_a_storage_nothing_can_be_paired() -> None:
    with pytest.raises(UnsupportedError):
        pair(bytes(0x4000))


def test_schemas_that_make_no_sense_have_no_points() -> None:
    for text in (b"", b"{}", b"[1,{}]", b'[{"id":0}]', b'[{"id":1,"property":{"type":7}}]', b"[["):
        assert read_schema(text) == ()


@pytest.mark.parametrize("name", one_in(6, dump_names()))
def test_a_real_dump_keeps_everything_else(name: str) -> None:
    before = dump(name)
    if read_storage(before) is None:
        return
    copy, pairing = pair(before)
    old, new = values_of(before), values_of(copy)
    assert {each: new[each] for each in old if each not in pairing.edited} == {
        each: value for each, value in old.items() if each not in pairing.edited
    }
    assert set(pairing.edited) <= set(new)


def values_of(flash: bytes) -> dict[str, bytes]:
    storage = read_storage(flash)
    assert storage is not None
    return {name: value.value for name, value in storage.values.items() if value.ok}


def test_a_known_product_has_its_own_data_points() -> None:
    """A device that was never paired stores no schema, but its product is in the table."""
    known = {"gw_di": b'{"pk":"zcn1sye3spbycifv"}\0', **FACTORY}
    flash = bytearray(b"\xff" * 0x200000)
    content = encode_storage(known, inner_key=KEY)
    flash[0x1EE000 : 0x1EE000 + len(content)] = content
    _, pairing = pair(bytes(flash))
    assert pairing.origin is Origin.TABLE
    assert {point.id: point.kind for point in pairing.points}[4] == "enum"
