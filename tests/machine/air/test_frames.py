"""Frames and packets: what is encoded is decoded, and no bytes break the decoder."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.machine.air import frames, packets
from bekenlab.machine.air.capture import Capture
from bekenlab.machine.air.frames import BadFrameError, Frame
from bekenlab.machine.air.packets import BadPacketError, Datagram, Packet, Segment
from bekenlab.machine.devices.mac.airtime import Rate, duration

macs = st.binary(min_size=6, max_size=6)
ips = st.binary(min_size=4, max_size=4)
ports = st.integers(0, 65535)
numbers = st.integers(0, (1 << 32) - 1)


@given(
    st.builds(
        Frame,
        kind=st.just(frames.DATA),
        subtype=st.sampled_from([0, 4, 8]),
        to=macs,
        sender=macs,
        third=macs,
        body=st.binary(max_size=100),
        flags=st.sampled_from([0, frames.TO_DS, frames.FROM_DS]),
        sequence=st.integers(0, 4095),
    ),
    st.booleans(),
    st.integers(0, (1 << 48) - 1),
    st.integers(0, 3),
)
def test_a_frame_is_what_was_encoded(frame: Frame, protected: bool, number: int, key: int) -> None:
    if protected:
        frame = Frame(
            frame.kind,
            frame.subtype,
            frame.to,
            frame.sender,
            frame.third,
            frame.body,
            frame.flags | frames.PROTECTED,
            frame.sequence,
            number,
            key,
        )
    assert frames.decode(frame.encode()) == frame


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_an_error(data: bytes) -> None:
    with contextlib.suppress(BadFrameError):
        frames.decode(data)
    frames.elements(data)
    frames.from_llc(data)


@given(ips, ips, ports, ports, numbers, numbers, st.binary(max_size=50), st.integers(0, 1460))
def test_a_segment_is_what_was_encoded(
    source: bytes, target: bytes, one: int, two: int, seq: int, ack: int, data: bytes, mss: int
) -> None:
    segment = Segment(one, two, seq, ack, packets.ACK, 1000, data, mss)
    packet = Packet(packets.TCP, source, target, segment.encode(source, target))
    assert packets.decode_segment(packets.decode_packet(packet.encode())) == segment


@given(ips, ips, ports, ports, st.binary(max_size=50))
def test_a_datagram_is_what_was_encoded(
    source: bytes, target: bytes, one: int, two: int, data: bytes
) -> None:
    datagram = Datagram(one, two, data)
    packet = Packet(packets.UDP, source, target, datagram.encode(source, target))
    assert packets.decode_datagram(packets.decode_packet(packet.encode())) == datagram


@given(ips, ips, st.binary(min_size=1, max_size=60), st.data())
def test_a_damaged_byte_is_noticed(
    source: bytes, target: bytes, body: bytes, data: st.DataObject
) -> None:
    whole = Packet(
        packets.TCP, source, target, Segment(1, 2, 3, 4, 16, 5, body).encode(source, target)
    ).encode()
    place = data.draw(st.integers(0, len(whole) - 1).filter(lambda n: n not in {6, 7}))
    damaged = bytearray(whole)
    damaged[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BadPacketError):
        packets.decode_segment(packets.decode_packet(bytes(damaged)))


@given(st.binary(max_size=100))
def test_any_bytes_are_a_packet_or_an_error(data: bytes) -> None:
    for decode in (packets.decode_packet, packets.decode_arp):
        with contextlib.suppress(BadPacketError):
            decode(data)
    for protocol, decode_inner in (
        (packets.TCP, packets.decode_segment),
        (packets.UDP, packets.decode_datagram),
    ):
        with contextlib.suppress(BadPacketError):
            decode_inner(Packet(protocol, bytes(4), bytes(4), data))


@pytest.mark.parametrize(
    ("rate", "length", "microseconds"),
    [(Rate(0), 14, 304), (Rate(3), 1528, 1304), (Rate(4), 14, 50), (Rate(11), 1528, 254)],
)
def test_the_time_on_air_is_that_of_the_standard(
    rate: Rate, length: int, microseconds: int
) -> None:
    """An acknowledgement at 1 Mbit/s takes 304, at 6 Mbit/s 44 and 6 of signal extension."""
    assert duration(rate, length) == microseconds


def test_a_capture_has_frames_in_plain() -> None:
    written: list[bytes] = []
    capture = Capture(written.append)
    frame = Frame(
        frames.DATA, 0, b"\1" * 6, b"\2" * 6, b"\3" * 6, b"plain", frames.PROTECTED, 5, 77
    )
    capture.add(3_000_001, frame.encode(), Rate(4), -40)
    data = b"".join(written)
    assert data[:4] == bytes.fromhex("d4c3b2a1")
    assert int.from_bytes(data[20:24], "little") == 127, "radiotap"
    seconds, rest, size, whole = (
        int.from_bytes(data[n : n + 4], "little") for n in (24, 28, 32, 36)
    )
    assert (seconds, rest, size, whole) == (3, 1, len(data) - 40, len(data) - 40)
    head = int.from_bytes(data[42:44], "little")
    assert frames.decode(data[40 + head :]) == frame.plain().__class__(
        frames.DATA, 0, b"\1" * 6, b"\2" * 6, b"\3" * 6, b"plain", 0, 5
    )
