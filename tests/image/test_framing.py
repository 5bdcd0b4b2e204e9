"""CRC-16 framing, against a byte-by-byte CRC written from its definition."""

import random

from hypothesis import given
from hypothesis import strategies as st

from bekenlab.image import framing


def crc16_cms(data: bytes) -> int:
    register = 0xFFFF
    for byte in data:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ 0x8005 if register & 0x8000 else register << 1) & 0xFFFF
    return register


def test_crc_of_the_catalogue_check_string() -> None:
    # CRC-16/CMS of "123456789" is 0xAEE7 in every CRC catalogue: the oracle itself is right.
    assert crc16_cms(b"123456789") == 0xAEE7


@given(st.binary(min_size=32, max_size=32))
def test_a_frame_ends_with_the_big_endian_crc_of_its_data(data: bytes) -> None:
    frame = framing.add(data)
    assert frame[:32] == data
    assert int.from_bytes(frame[32:], "big") == crc16_cms(data)


@given(st.binary(max_size=300))
def test_strip_undoes_add(data: bytes) -> None:
    assert framing.strip(framing.add(data))[: len(data)] == data
    assert len(framing.add(data)) % framing.FRAME_SIZE == 0


def test_logical_and_physical_addresses_of_the_app() -> None:
    assert framing.to_physical(0x10000) == 0x11000
    assert framing.to_logical(0x11000) == 0x10000
    assert framing.to_logical(framing.to_physical(0x12345)) == 0x12345


def test_finds_a_span_between_other_bytes_and_names_the_damaged_frame() -> None:
    rng = random.Random(1)
    framed = bytearray(framing.add(rng.randbytes(32 * 100)))
    framed[50 * 34 + 3] ^= 1
    data = rng.randbytes(34 * 7) + bytes(framed) + rng.randbytes(34 * 90)
    (span,) = framing.find_spans(data)
    assert (span.start, span.end) == (34 * 7, 34 * 107)
    assert span.bad == (34 * 57,)


def test_a_blank_gap_joins_two_stretches_and_is_not_called_damaged() -> None:
    code = framing.add(random.Random(2).randbytes(32 * 20))
    data = code + b"\xff" * (34 * 200) + code
    (span,) = framing.find_spans(data)
    assert (span.start, span.end, span.bad) == (0, len(data), ())


def test_two_stretches_with_much_else_between_stay_apart() -> None:
    rng = random.Random(3)
    code = framing.add(rng.randbytes(32 * 20))
    spans = framing.find_spans(code + rng.randbytes(34 * 100) + code)
    assert [(span.start, span.end) for span in spans] == [(0, 680), (4080, 4760)]


def test_a_phase_shifts_the_frames() -> None:
    code = framing.add(random.Random(4).randbytes(32 * 20))
    assert framing.find_spans(b"\0" * 5 + code, phase=5)[0].start == 5
    assert framing.find_spans(b"\0" * 5 + code) == ()


@given(st.binary(max_size=600), st.integers(0, 40))
def test_any_bytes_have_spans_inside_them(data: bytes, phase: int) -> None:
    for span in framing.find_spans(data, phase):
        assert 0 <= span.start < span.end <= len(data)
