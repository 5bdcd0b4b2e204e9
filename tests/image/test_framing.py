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


def test_crc_bytes_count_as_the_end_of_their_frame() -> None:
    # So that a range that ends among CRC bytes ends with the frame's data, not inside the next one.
    ends = [framing.to_logical(34 * 3 + n) for n in (0, 1, 31, 32, 33, 34)]
    assert ends == [96, 97, 127, 128, 128, 128]


def test_eight_good_frames_are_code_and_seven_are_chance() -> None:
    rng = random.Random(5)
    code = framing.add(rng.randbytes(32 * 8))
    noise = rng.randbytes(34 * 80)
    (span,) = framing.find_spans(noise + code + noise)
    assert (span.start, span.end, span.bad) == (34 * 80, 34 * 88, ())
    for count in (1, 7):
        assert framing.find_spans(noise + code[: 34 * count] + noise) == ()
    # Nor do some elsewhere help those that stand alone.
    assert framing.find_spans(code[: 34 * 7] + noise + code[: 34 * 7]) == ()
    both = framing.find_spans(code[:34] + noise + code)
    assert [(span.start, span.end) for span in both] == [(34 * 81, 34 * 89)]


def test_a_stretch_goes_on_behind_64_damaged_frames_and_ends_before_65() -> None:
    rng = random.Random(6)
    code = framing.add(rng.randbytes(32 * 10))
    (joined,) = framing.find_spans(code + rng.randbytes(34 * 64) + code)
    assert joined.bad == tuple(range(340, 340 + 34 * 64, 34))
    assert len(framing.find_spans(code + rng.randbytes(34 * 65) + code)) == 2
    # Blank frames do not count among them.
    blank = b"\xff" * (34 * 100)
    (joined,) = framing.find_spans(code + blank + rng.randbytes(34 * 64) + code)
    assert joined.bad == tuple(range(340 + 3400, 340 + 3400 + 34 * 64, 34))
    assert len(framing.find_spans(code + blank + rng.randbytes(34 * 65) + code)) == 2


def test_what_is_cut_keeps_its_data_without_crc_bytes() -> None:
    data = random.Random(7).randbytes(32 * 2)
    framed = framing.add(data)
    assert framing.strip(framed[: 34 + 20]) == data[: 32 + 20]
    assert framing.strip(framed[: 34 + 33]) == data
    assert framing.add(data[:40])[34 : 34 + 32] == data[32:40] + b"\xff" * 24


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
