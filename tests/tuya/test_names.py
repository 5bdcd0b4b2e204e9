"""What counts as a secret."""

import pytest

from bekenlab.tuya import is_secret

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
