"""What counts as a secret."""

import pytest

from bekenlab.secrecy.names import is_secret_name
from bekenlab.tuya.names import is_schema, is_secret

SCHEMA = b'[{"mode":"rw","property":{"type":"bool"},"id":1,"type":"obj"}]\x00'


@pytest.mark.parametrize(
    "name",
    ["gw_bi", "gw_wsm", "tuya_seed", "ble_beaconkey", "bt_mesh", "ap_info_v2", "wf_pt", "new", ""],
)
def test_secrets(name: str) -> None:
    assert is_secret(name, b"x")


@pytest.mark.parametrize(
    "name", ["user_param_key", "baud_cfg", "em_sys_env", "wf_start_md", "fsw_cnt_key"]
)
def test_what_is_no_secret(name: str) -> None:
    assert not is_secret(name, b"x")


def test_a_schema_is_no_secret_unless_its_name_says_so() -> None:
    assert not is_secret("000004hybr", SCHEMA)
    assert is_secret("gw_bi", SCHEMA)
    assert is_secret("000004hybr", b'[{"ssid":"home"}]')
    assert is_secret("000004hybr", b"[{" * 5000 + b"}]")
    assert is_secret("000004hybr", b"[{\xff\xfe}]")


ROW = b'{"mode":"rw","type":"obj"}'


@pytest.mark.parametrize(
    "value",
    [
        b"[" + ROW + b',{"ssid":"home","passwd":"hunter22"}]',
        b'[{"ssid":"home","passwd":"hunter22"},' + ROW + b"]",
        b"[" + ROW + b',"hunter22",' + ROW + b"]",
        b'[{"mode":"rw"}]',
        b'[{"type":"obj"}]',
        b'[{"mode":"rw","type":7}]',
        b'[{"mode":null,"type":"obj"}]',
        b'[{"token":"x"}] [' + ROW + b"]",
        b'{"rows":[' + ROW + b"]}",
        ROW,
        b"[" + ROW + b"] and more",
        b"more and [" + ROW + b"]",
        b"[" + ROW + b"]x\x00",
        b"[" + ROW + b"]?",
    ],
)
def test_what_is_not_all_schema_is_a_secret(value: bytes) -> None:
    """One row that describes a data point does not vouch for what stands beside it."""
    assert not is_schema(value)
    assert is_secret("000004hybr", value)


@pytest.mark.parametrize("padding", [b"", b"\x00", b"\xff" * 3, b"\x00\xff\x00"])
def test_a_schema_may_have_many_rows_and_padding(padding: bytes) -> None:
    assert is_schema(b"[" + ROW + b"," + ROW + b"]" + padding)


@pytest.mark.parametrize("name", ["ssid", "SSID", "WiFi_Passwd", "local_key", "Token"])
def test_parameters_with_a_telling_name_are_hidden(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["rl1_pin", "module", "crc", "bt1_lv"])
def test_pins_are_shown(name: str) -> None:
    assert not is_secret_name(name)
