"""Which parts of a stored value are secret, and how the fast connect record is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.secrecy.text import byte_spans
from bekenlab.tuya.fast_connect import SIZE, find_fast_connect, masked
from bekenlab.tuya.secret_fields import secret_spans


def parts(name: str, value: bytes) -> list[tuple[str, bytes, str]]:
    return [(s.kind, value[s.start : s.end], s.form) for s in secret_spans(name, value)]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("user_param_key", b"{rl1_pin:26,ssid:x}", []),
        ("kv.ccode.active", b"DE", []),
        ("gw_di", b'{"id":"bf12","pk":"k1","swv":"1.0.0"}\0', [("device-id", b"bf12", "raw")]),
        ("gw_ai", b'{"h_url":"http://a1.tuyaeu.com/gw.json","h_ip":"1.2.3.4"}', []),
        ("gw_ai", b'{"h_url":"not a host!"}', [("other", b"not a host!", "raw")]),
        ("gw_wsm", b'{"token":12345678,"md":3}', [("token", b"12345678", "number")]),
        ("gw_wsm", b'{"ssid":"QUJD","wfb64":1}', [("wifi-name", b"QUJD", "base64")]),
        ("gw_wsm", b'{"ssid":"QUJDR","wfb64":1}', [("wifi-name", b"QUJDR", "raw")]),
        ("gw_wsm", b'{"ssid":"QUJD","wfb64":0}', [("wifi-name", b"QUJD", "raw")]),
        ("gw_wsm", b'{"passwd":"a\\"b","x":null}', [("wifi-password", b'a\\"b', "raw")]),
        ("wf_pt", b'{"ap_item":[{"ssid":"n","pwsd":"p"}]}',
         [("wifi-name", b"n", "raw"), ("wifi-password", b"p", "raw")]),
        ("gw_bi", b'{"ap_ssid":"SmartLife"}', []),
        ("gw_bi", b'{"ap_ssid":"SmartLife-12AB"}', [("mac", b"12AB", "raw")]),
        ("ble_beaconkey", b'"00ff"\0', [("key", b"00ff", "raw")]),
        ("tuya_seed", b"\x01\x02\x03\x00", [("key", b"\x01\x02\x03", "raw")]),
        ("rcs.active", b"\x01\x01\x00\x07\x08\x00account\x00\x01", [("key", b"account", "raw")]),
        ("never_seen", b"whatever", [("other", b"whatever", "raw")]),
        ("never_seen", b"what?\0", [("other", b"what?", "raw")]),
        ("never_seen", b'["whatever",{"ssid":"n"}]',
         [("other", b"whatever", "raw"), ("wifi-name", b"n", "raw")]),
        ("never_seen", b'{"ssid":"n","pas', [("other", b'{"ssid":"n","pas', "raw")]),
        ("never_seen", b"{half a secret", [("other", b"{half a secret", "raw")]),
        ("never_seen", b'half":"of it"}', [("other", b'half":"of it"}', "raw")]),
        ("never_seen", b"true", []),
        ("never_seen", b"12", []),
        ("never_seen", b"123", [("other", b"123", "raw")]),
    ],
)  # fmt: skip
def test_secret_parts(name: str, value: bytes, expected: list[tuple[str, bytes, str]]) -> None:
    assert parts(name, value) == expected


@pytest.mark.parametrize(
    "odd", [b'"' + b'\\"' * 30000 + b"\\", b'{"' * 30000 + b"}", b"[" + b'"' * 60000]
)
def test_odd_text_costs_no_more_than_its_length(odd: bytes) -> None:
    assert secret_spans("gw_bi", odd + b'"}') is not None


def test_texts_after_known_names() -> None:
    text = b'{"ssid":"My Net"} uuid=abcd1234 passwd:"%s" Password: hunter22\x00 grid=5555'
    found = [(s.kind, text[s.start : s.end]) for s in byte_spans(text, shortest=4)]
    assert found == [
        ("wifi-name", b"My Net"),
        ("uuid", b"abcd1234"),
        ("wifi-password", b"hunter22"),
    ]


def test_a_format_is_no_value() -> None:
    text = b'ssid:"%s, %d" passwd:"-%s-" passwd:"ab%s" passwd:"100%sure"'
    found = [text[s.start : s.end] for s in byte_spans(text, shortest=4)]
    assert found == [b"ab%s", b"100%sure"]


@given(st.text(max_size=20), st.binary(max_size=400))
def test_any_value_gives_spans_inside_it_without_overlaps(name: str, value: bytes) -> None:
    at = 0
    for span in secret_spans(name, value):
        assert at <= span.start < span.end <= len(value)
        at = span.end


@given(st.binary(min_size=SIZE, max_size=0x2100), st.integers(0, 4095))
def test_any_bytes_may_or_may_not_hold_a_record(data: bytes, phase: int) -> None:
    for found in find_fast_connect(data, phase=phase):
        assert all(found.offset <= span.start < span.end <= len(data) for span in found.spans)


def test_a_record_must_start_a_sector_and_stand_alone() -> None:
    record = b"network".ljust(33, b"\0") + bytes(8) + b"0f" * 32 + b"\0" + b"pass".ljust(65, b"\0")
    sector = masked(record).ljust(0x1000, b"\xff")
    (found,) = find_fast_connect(b"\xff" * 0x1000 + sector)
    assert (found.offset, found.masked) == (0x1000, True)
    assert [(s.kind, s.end - s.start) for s in found.spans] == [
        ("wifi-name", 7), ("wifi-key", 64), ("wifi-password", 4),
    ]  # fmt: skip
    assert find_fast_connect(b"\xff" * 8 + sector, phase=8)[0].offset == 8
    assert find_fast_connect(b"\xff" * 8 + sector) == ()
    assert find_fast_connect(record.ljust(0x1000, b"x")) == ()


def test_of_a_stored_record_each_secret_is_named_by_its_kind() -> None:
    record = b"network".ljust(33, b"\0") + bytes(8) + b"0f" * 32 + b"\0" + b"pass".ljust(65, b"\0")
    record = record[:SIZE].ljust(SIZE, b"\0")
    found = parts("never_seen", len(record).to_bytes(4, "little") + record)
    assert found == [
        ("wifi-name", b"network", "raw"),
        ("wifi-key", b"0f" * 32, "raw"),
        ("wifi-password", b"pass", "raw"),
    ]


@given(st.binary(max_size=64), st.integers(0, 4095))
def test_the_mask_undoes_itself(data: bytes, phase: int) -> None:
    assert masked(masked(data, phase), phase) == data
