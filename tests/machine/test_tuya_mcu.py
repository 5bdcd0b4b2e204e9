"""The simulated TuyaMCU: frames, answers, data points."""

import time

from hypothesis import given
from hypothesis import strategies as st

from bekenlab.machine.peers.battery_mcu import BatteryMcu
from bekenlab.machine.peers.controller_wire import ControllerWire
from bekenlab.machine.peers.tuya_mcu import ProductForm, TuyaMcu
from bekenlab.mcu.capture import read_capture
from bekenlab.mcu.frames import DataPoint, DpType, Frame, Protocol, split_frames, split_points

HEARTBEAT = bytes.fromhex("55aa00000000ff")
FRAMES = st.builds(Frame, st.integers(0, 3), st.integers(0, 255), st.binary(max_size=60))


def test_answers_the_frame_of_the_reference() -> None:
    assert Frame(0, 0, b"").encode() == HEARTBEAT
    mcu = TuyaMcu("keyabcdefghijklm")
    assert mcu.receive(HEARTBEAT) == Frame(3, 0, b"\0").encode(), "just restarted"
    assert mcu.receive(HEARTBEAT) == Frame(3, 0, b"\1").encode()


def test_gives_its_product_in_both_forms() -> None:
    query = Frame(0, 1, b"").encode()
    json = Frame(3, 1, b'{"p":"keyabcdefghijklm","v":"1.0.0","m":0}').encode()
    assert TuyaMcu("keyabcdefghijklm").receive(query) == json
    raw = TuyaMcu("keyabcdefghijklm", form=ProductForm.RAW).receive(query)
    assert raw == Frame(3, 1, b"keyabcdefghijklm1.0.0").encode()


def test_lists_and_confirms_what_was_set() -> None:
    mcu = TuyaMcu("p" * 16, points=(DataPoint(1, DpType.BOOL, b"\0"),))
    on = DataPoint(1, DpType.BOOL, b"\1")
    level = DataPoint(2, DpType.VALUE, b"\0\0\0\x64")
    answer = mcu.receive(Frame(0, 6, on.encode() + level.encode()).encode())
    assert split_frames(answer)[0] == [Frame(3, 7, on.encode()), Frame(3, 7, level.encode())]
    assert mcu.was_set == [on, level]
    assert mcu.points == {1: on, 2: level}
    reports = split_frames(mcu.receive(Frame(0, 8, b"").encode()))[0]
    assert [frame.command for frame in reports] == [7, 7]


@given(st.lists(FRAMES, max_size=5), st.integers(1, 9))
def test_frames_survive_any_cutting(frames: list[Frame], piece: int) -> None:
    stream = b"".join(frame.encode() for frame in frames)
    found: list[Frame] = []
    rest = b""
    for at in range(0, len(stream), piece):
        new, rest = split_frames(rest + stream[at : at + piece])
        found += new
    assert found == frames
    assert rest == b""


def test_a_stream_of_beginnings_of_long_frames_is_read_in_time() -> None:
    stream = bytes.fromhex("55aa03070d0a") * 100_000
    began = time.process_time()
    frames, rest = split_frames(stream)
    assert time.process_time() - began < 1.2  # each of them is 3 kB long; together 5 seconds
    assert not frames
    assert 0 < len(rest) < 4096


@given(st.binary(max_size=300))
def test_any_bytes_are_taken(data: bytes) -> None:
    mcu = TuyaMcu("p" * 16)
    mcu.receive(data)
    assert all(isinstance(point, DataPoint) for point in split_points(data))
    assert mcu.receive(bytes(5000) + HEARTBEAT).endswith(Frame(3, 0, b"\0").encode()) or mcu.frames


def test_a_battery_controller_reports_once_the_module_is_in_the_cloud() -> None:
    """The order of OpenBeken's own test of such a device."""
    points = (DataPoint(1, 1, b"\1"), DataPoint(3, 4, b"\2"))
    wire = ControllerWire(BatteryMcu("e7dny8zvmiyhqerw", points=points), 9600)
    assert b'"p":"e7dny8zvmiyhqerw"' in say(wire, "55AA0001000000")
    assert say(wire, "55AA000200010305") == bytes.fromhex("55AA0002000001")
    answer = say(wire, "55AA000200010406")
    assert [frame.command for frame in split_frames(answer)[0]] == [2, 5, 5]
    found = read_capture(answer)
    assert found.protocol is Protocol.BATTERY
    assert [point.number for _, point in found.all_points()] == [1, 3]
    assert say(wire, "55AA000500010005") == b""


def test_a_module_at_another_rate_is_not_understood() -> None:
    wire = ControllerWire(TuyaMcu("e7dny8zvmiyhqerw"), 9600)
    wire.feed(bytes.fromhex("55AA0001000000"), 115200)
    assert wire.advance(wire.now + 1) == ()
    assert say(wire, "55AA0001000000") != b""
    assert (wire.baud, wire.flash) == (9600, b"")
    wire.feed(bytes.fromhex("55AA0001000000"), 9600)
    wire.reset()
    assert wire.advance(wire.now + 1) == ()


def say(wire: ControllerWire, frame: str) -> bytes:
    """Send a frame in hexadecimal; return the answer."""
    wire.feed(bytes.fromhex(frame), wire.baud)
    return b"".join(sent.data for sent in wire.advance(wire.now + 1))
