"""Real dumps: every value of every storage, protected blocks and plain configurations."""

import hashlib

import pytest

from bekenlab.tuya.oem_cfg import find_oem_cfg
from bekenlab.tuya.parameters.parser import parse_parameters
from bekenlab.tuya.protected import find_protected
from bekenlab.tuya.psm import read_psm
from bekenlab.tuya.storage.read import read_storage
from shared import dump, dump_names, expected

# Newer SDKs keep the protected block twice and count its writes.
TUYAOS_MIRRORED = [
    "bk7231n-tuya-10gang-wallswitch-tuyamcu-3.1.28",
    "bk7231n-tuya-a03cb3s-alarm-tuyamcu-2.1.17",
    "bk7231n-tuya-beok-tol47wifi-thermostat-tuyamcu-tuyaos-3.11.12",
]


@pytest.mark.parametrize("name", dump_names())
def test_every_expected_value_is_read(name: str) -> None:
    data = dump(name)
    facts = expected(name).get("storage")
    storage = read_storage(data)
    if facts is None:
        assert storage is None
        return
    assert storage is not None
    assert sorted(storage.values) == sorted(facts["keys"])
    for key, fact in facts["keys"].items():
        value = storage.values[key]
        assert value.ok, key
        assert len(value.value) == fact["length"], key
        assert hashlib.sha256(value.value).hexdigest() == fact["sha256"], key
        if "value" in fact:
            assert value.value.rstrip(b"\x00").decode() == fact["value"]
            assert not value.secret, key
    assert storage.start == storage.key_address == facts["offset"]
    assert storage.end == facts["offset"] + (1 + facts["blocks"]) * 0x1000
    assert (storage.good_blocks, storage.bad_blocks) == (facts["blocks"], ())
    assert [hex(magic) for magic in storage.magics] == facts["magics"]
    assert storage.base_name == "8710_2M"
    assert storage.notices == ()


@pytest.mark.parametrize("name", dump_names())
def test_secrets_are_marked(name: str) -> None:
    storage = read_storage(dump(name))
    for key, value in storage.values.items() if storage else ():
        if key.startswith(("gw_", "ble_", "tuya_seed", "ap_info", "wf_pt")):
            assert value.secret
        if value.value.startswith(b'[{"'):  # a data point schema
            assert not value.secret


@pytest.mark.parametrize("name", dump_names())
def test_protected_blocks_agree_with_the_storage(name: str) -> None:
    storage = read_storage(dump(name))
    blocks = find_protected(dump(name), phase=storage.start if storage else 0)
    for block in blocks:
        assert storage is not None
        assert block.ok
        assert block.notices == ()
        assert block.inner_key.reveal() == storage.inner_key.reveal()
        assert {"gw_bi", "gw_wsm"} <= set(block.values)
        assert block.values["gw_bi"].value == storage.value("gw_bi")
    expected_at = [0x1ED000] if blocks else []
    if name in TUYAOS_MIRRORED:
        expected_at = [0x1CF000, 0x1ED000]
        assert all(block.writes for block in blocks)
    assert [block.address for block in blocks] == expected_at


@pytest.mark.parametrize("name", dump_names())
def test_plain_configurations_agree_with_the_storage(name: str) -> None:
    storage = read_storage(dump(name))
    stored = storage.value("user_param_key") if storage else None
    for found in find_oem_cfg(dump(name)):
        assert stored is not None
        assert found.text == stored.decode()
        assert parse_parameters(found.text).crc_ok is True


def test_plain_configurations_are_found_where_they_are() -> None:
    places = {name: [cfg.address for cfg in find_oem_cfg(dump(name))] for name in dump_names()}
    assert places["bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17"] == [0x1D4000]
    assert places["globe-electric-37783-rgbct-bulb-v2.0.0"] == [0x1E5000, 0x1E6000]
    assert places["led-moon-18w-cct-kobi"] == [0x1DC000]  # a rotated dump
    assert sum(map(bool, places.values())) == 12


@pytest.mark.parametrize("name", dump_names())
def test_no_psm_is_seen_where_there_is_none(name: str) -> None:
    assert read_psm(dump(name)) is None


def test_a_dump_survives_a_damaged_key_block() -> None:
    name = "bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz"  # opened by a well-known key
    other = "bk7231n-tuya-10gang-wallswitch-tuyamcu-3.1.28"  # opened by its protected block
    for dumped, origin in ((name, "well-known"), (other, "protected-block")):
        data = bytearray(dump(dumped))
        data[0x1EE000:0x1EF000] = bytes(0x1000)
        storage = read_storage(bytes(data))
        whole = read_storage(dump(dumped))
        assert storage is not None
        assert whole is not None
        assert storage.key_origin == origin
        assert storage.values == whole.values


@pytest.mark.parametrize("shift", [1, 100, 0x555])
def test_a_dump_that_starts_anywhere_is_read(shift: int) -> None:
    whole = dump("bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17")
    storage = read_storage(whole[shift:], base=shift)
    assert storage == read_storage(whole)
    [protected] = find_protected(whole[shift:], base=shift, phase=0x1000 - shift)
    assert protected.address == 0x1ED000
    [cfg] = find_oem_cfg(whole[shift:], base=shift, phase=0x1000 - shift)
    assert cfg.address == 0x1D4000
