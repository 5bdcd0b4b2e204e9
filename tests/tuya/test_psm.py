"""The PSM form, on regions made here: no real one is at hand."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bekenlab.tuya.crypto import encrypt
from bekenlab.tuya.psm import psm_key, read_psm

ENTRIES = b"\x00".join(
    [
        b"PSM1\x01\x02\x03",
        b"\x05gw_bi={uuid}",
        b"ssid=home",
        b"ty_ws_mod=1",
        b"ESP.x=1",
        b"ssid=newer",
        b"user_param_key={rl1_pin:4,}",
    ]
)
REGION = ENTRIES.ljust(0x1000, b"\xff") + b"device_mod=2\x00".ljust(0x1000, b"\xff")


def test_a_plain_region_is_read() -> None:
    store = read_psm(bytes(0x2000) + REGION + bytes(0x3000), base=0x10)
    assert store is not None
    assert (store.start, store.end, store.encrypted) == (0x2010, 0x4010, False)
    assert {name: value.value for name, value in store.values.items()} == {
        "gw_bi": b"{uuid}",
        "ssid": b"newer",
        "ty_ws_mod": b"1",
        "ESP.x": b"1",
        "user_param_key": b"{rl1_pin:4,}",
        "device_mod": b"2",
    }
    assert store.values["gw_bi"].secret
    assert store.values["ssid"].secret
    assert not store.values["user_param_key"].secret
    assert "newer" not in repr(store)


def test_an_encrypted_region_is_read_with_any_key_byte() -> None:
    for byte in (0, 0x41, 0xFF):
        store = read_psm(bytes(0x1000) + encrypt(psm_key(byte), REGION))
        assert store is not None
        assert store.encrypted
        assert store.values["ssid"].value == b"newer"


def test_too_little_is_not_a_region() -> None:
    assert read_psm(b"") is None
    assert read_psm(b"PSM1\x00a=1\x00b=2\x00c=3".ljust(0x1000, b"\xff")) is None


@given(st.binary(max_size=600))
@settings(max_examples=50)
def test_any_bytes_are_read_without_error(junk: bytes) -> None:
    read_psm(junk)
    read_psm((b"PSM1" + junk).ljust(0x2000, b"\xff"))
    read_psm(encrypt(psm_key(7), (ENTRIES[:60] + junk).ljust(0x2000, b"\xff")))
