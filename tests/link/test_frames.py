"""Frames are found however the stream is split and whatever else is in it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bekenlab.link.frames import MOST_LONG, Frame, FrameReader, long_request, short_request

SHORT = bytes.fromhex("040e0501e0fc0100")
READ = bytes.fromhex("040effo1e0fcf4".replace("o", "0")) + bytes.fromhex("0610") + b"\x09\x00"


def reply(frame: Frame) -> bytes:
    """The bytes of a reply, written down from the protocol's description."""
    if frame.status is None:
        body = b"\x01\xe0\xfc" + bytes([frame.code]) + frame.payload
        return b"\x04\x0e" + bytes([len(body)]) + body
    body = bytes([frame.code, frame.status]) + frame.payload
    return b"\x04\x0e\xff\x01\xe0\xfc\xf4" + len(body).to_bytes(2, "little") + body


codes = st.integers(0, 255)
short_frames = st.builds(Frame, codes, st.binary(max_size=40))
long_frames = st.builds(Frame, codes, st.binary(max_size=300), codes)
frames = st.one_of(short_frames, long_frames)
# What cannot begin a frame, so that what comes after it must be found.
noise = st.binary(max_size=60).map(lambda data: data.replace(b"\x04", b"\x05"))


def test_known_requests() -> None:
    assert short_request(0x00) == bytes.fromhex("01e0fc0100")
    assert short_request(0x0E, b"\xa5") == bytes.fromhex("01e0fc020ea5")
    assert long_request(0x09, b"\x00\x10\x01\x00") == bytes.fromhex("01e0fcfff405000900100100")


def test_link_check_reply() -> None:
    assert FrameReader().feed(SHORT) == [Frame(1, b"\x00")]


def test_sector_reply() -> None:
    address, data = b"\x00\x10\x01\x00", bytes(range(256)) * 16
    assert FrameReader().feed(READ + address + data) == [Frame(9, address + data, 0)]


@given(st.lists(st.tuples(noise, frames), max_size=5), st.data())
def test_any_cut_gives_the_same_frames(
    parts: list[tuple[bytes, Frame]], data: st.DataObject
) -> None:
    stream = b"".join(junk + reply(frame) for junk, frame in parts)
    reader = FrameReader()
    found: list[Frame] = []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        found += reader.feed(stream[:cut])
        stream = stream[cut:]
    assert found == [frame for _, frame in parts]


@given(st.lists(st.tuples(noise, frames), max_size=5))
def test_noise_is_counted(parts: list[tuple[bytes, Frame]]) -> None:
    reader = FrameReader()
    for junk, frame in parts:
        reader.feed(junk + reply(frame))
    assert reader.skipped == sum(len(junk) for junk, _ in parts)


@given(st.binary(max_size=3000))
@settings(max_examples=300)
def test_arbitrary_bytes_never_fail(data: bytes) -> None:
    reader = FrameReader()
    for frame in reader.feed(data) + reader.give_up():
        assert len(frame.payload) <= MOST_LONG
    assert reader.give_up() == []


@given(st.binary(min_size=200, max_size=300), short_frames, st.data())
def test_a_torn_frame_does_not_hide_what_it_swallowed(
    payload: bytes, swallowed: Frame, data: st.DataObject
) -> None:
    raw = reply(Frame(9, payload.replace(b"\x04", b"\x05"), 0))
    kept = data.draw(st.integers(9, len(raw) - 100))
    reader = FrameReader()
    assert reader.feed(raw[:kept] + reply(swallowed)) == []
    assert swallowed in reader.give_up()


def test_the_hosts_own_echo_is_not_a_reply() -> None:
    reader = FrameReader()
    assert reader.feed(short_request(0) + long_request(9, bytes(4)) + SHORT) == [Frame(1, b"\x00")]


def test_a_partial_frame_knows_how_many_bytes_are_missing() -> None:
    reader = FrameReader()
    reader.feed(READ + b"\x00\x10\x01\x00" + bytes(96))
    assert reader.missing == 4000
