"""Captures between a module and its controller, in the forms people post."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.mcu.capture import read_capture
from bekenlab.mcu.frames import Frame, Protocol, Sender, frame_name
from bekenlab.mcu.values import value_of

REPORT = "55AA0307000802020004000000647D"
PRODUCT = b'{"p":"zcn1sye3spbycifv","v":"1.0.3","m":0}'


def spaced(text: str, between: str = " ", before: str = "") -> str:
    pairs = [text[at : at + 2] for at in range(0, len(text), 2)]
    return between.join(before + pair for pair in pairs)


@pytest.mark.parametrize(
    "text",
    [
        REPORT,
        REPORT.lower(),
        spaced(REPORT),
        spaced(REPORT, ","),
        spaced(REPORT, ", ", "0x"),
        spaced(REPORT, ":"),
        f"Info:TuyaMCU:TUYAMCU received: {spaced(REPORT)} ",
        f"[UART1/MCU] 55 {spaced(REPORT)[3:]}",
        f"{spaced(REPORT[:14])}\n{spaced(REPORT[14:])}",
        f"12:30:01 RX <- {REPORT}",
        spaced(REPORT, "        "),
        spaced(REPORT, "."),
        'b"' + spaced(REPORT, "", "\\x") + '"',
        "[V][tuya]: Received Tuya: CMD=0x07 VERSION=3 DATA=[02.02.00.04.00.00.00.64]",
        "[V][tuya]: Received: CMD=0x07 VERSION=3 DATA=[02:02:00:04:00:00:00:64 (8)]",
    ],
)
def test_one_report_in_many_forms(text: str) -> None:
    found = read_capture(text.encode())
    (sent,) = found.frames
    assert (sent.sender, sent.frame.command) == (Sender.MCU, 7)
    assert [(point.number, value_of(point).raw) for point in sent.points] == [(2, 100)]
    assert (found.protocol, found.version, found.skipped) == (Protocol.MAINS, 3, 0)


def test_raw_bytes_and_what_lies_between_frames() -> None:
    data = b"\x00\x01" + bytes.fromhex(REPORT) + b"\xff" * 3
    found = read_capture(data)
    assert len(found.frames) == 1
    assert found.skipped == 5


def test_battery_devices_have_other_commands() -> None:
    """Frames of OpenBeken's own test: a record with a time, and a report."""
    text = "55AA0008000C00020202020202010100010123\n55AA00050005030400010213\n55AA000200010406"
    found = read_capture(text.encode())
    assert found.protocol is Protocol.BATTERY
    said = [
        (each.sender, [(p.number, value_of(p).raw) for p in each.points]) for each in found.frames
    ]
    assert said == [(Sender.MCU, [(1, 1)]), (Sender.MCU, [(3, 2)]), (Sender.MODULE, [])]


@pytest.mark.parametrize(
    ("frame", "sender", "name", "points"),
    [
        ("55AA000200010305", Sender.MODULE, "network state", []),
        ("55AA0010001201021102000400000001120200040000000155", Sender.MODULE, "cached", [17, 18]),
        ("55AA00100002010012", Sender.MODULE, "cached", []),
        ("55AA001000010010", Sender.MCU, "cached", []),
    ],
)
def test_frames_that_only_battery_devices_have(
    frame: str, sender: Sender, name: str, points: list[int]
) -> None:
    """Frames of OpenBeken's own test; without a report, they alone tell the protocol."""
    found = read_capture(frame.encode())
    assert found.protocol is Protocol.BATTERY
    (sent,) = found.frames
    assert (sent.sender, [point.number for point in sent.points]) == (sender, points)
    assert frame_name(sent.frame, found.protocol).startswith(name)


def test_an_exchange_of_a_battery_device() -> None:
    """Without words, each frame's sender comes from what it holds."""
    product = Frame(0, 1, PRODUCT).encode().hex()
    text = f"55AA00010000 00 {product} 55AA000200010305 55AA000200000 1 55AA000200010406"
    found = read_capture(text.replace(" ", "").encode())
    senders = [sent.sender for sent in found.frames]
    us, it = Sender.MODULE, Sender.MCU
    assert senders == [us, it, us, it, us]


def test_a_report_with_a_time_stamp() -> None:
    payload = b"\x0b" + bytes(7) + bytes.fromhex("0101000101")
    found = read_capture(Frame(3, 0x34, payload).encode())
    assert [point.number for _, point in found.all_points()] == [1]


def test_the_product_is_in_its_answer() -> None:
    found = read_capture(Frame(3, 1, PRODUCT).encode())
    assert (found.product, found.firmware) == ("zcn1sye3spbycifv", "1.0.3")
    bare = read_capture(Frame(3, 1, b"zcn1sye3spbycifv1.0.0").encode())
    assert (bare.product, bare.firmware) == ("zcn1sye3spbycifv", "1.0.0")


def test_words_in_a_line_say_who_sent_it() -> None:
    beat = spaced("55AA00000000FF")
    sent = read_capture(f"Sending {beat}\nReceived {beat}".encode()).frames
    assert [each.sender for each in sent] == [Sender.MODULE, Sender.MCU]


def test_openbekens_words_for_a_data_point() -> None:
    log = "Info:TuyaMCU:ParseState: id 125 type 2-val len 4\nInfo:TuyaMCU:ParseState: int32 401\n"
    (point,) = read_capture(log.encode()).points
    assert (point.number, value_of(point).raw) == (125, 401)


@given(st.binary(max_size=400) | st.text(alphabet="55Aa03 7\n,x", max_size=400).map(str.encode))
def test_any_bytes_give_a_capture(data: bytes) -> None:
    found = read_capture(data)
    assert found.skipped >= 0
    for _, point in found.all_points():
        value_of(point)


def test_esphomes_words_for_its_data_points() -> None:
    """Its component prints them when it is set up."""
    text = """[C][tuya:068]:   Datapoint 1: switch (value: ON)
[C][tuya:070]:   Datapoint 3: int value (value: 139)
[C][tuya:074]:   Datapoint 9: enum (value: 2)
[C][tuya:076]:   Datapoint 12: bitmask (value: a0)
[C][tuya:086]:   Product: '{"p":"zcn1sye3spbycifv","v":"1.0.3","m":0}'"""
    found = read_capture(text.encode())
    values = [(point.number, value_of(point).raw) for _, point in found.all_points()]
    assert values == [(1, 1), (3, 139), (9, 2), (12, 0xA0)]
    assert (found.product, found.firmware) == ("zcn1sye3spbycifv", "1.0.3")


def test_a_header_that_noise_made_hides_no_frames() -> None:
    """Its length reaches beyond the end of the capture."""
    data = bytes.fromhex("55AA03070500") + bytes.fromhex(REPORT) * 20
    assert len(read_capture(data).frames) == 20
