"""Plain configurations: at sector starts, in text files, cut off, next to lookalikes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bekenlab.tuya.oem_cfg import MAX_TEXT, find_oem_cfg

TEXT = "{rl1_pin:6,module:CB2S,crc:5,}"


def sector(content: bytes, fill: bytes = b"\x00") -> bytes:
    return content.ljust(0x1000, fill)


def test_all_copies_at_sector_starts_are_found() -> None:
    data = sector(b"x") + sector(TEXT.encode()) + sector(b"") + sector(TEXT.encode(), b"\xff")
    found = find_oem_cfg(data, base=0x100)
    assert [(cfg.address, cfg.text) for cfg in found] == [(0x1100, TEXT), (0x3100, TEXT)]


def test_another_phase_is_searched_when_asked_for() -> None:
    data = bytes(0x20) + sector(b"x") + sector(TEXT.encode())
    assert find_oem_cfg(data) == ()
    assert [cfg.address for cfg in find_oem_cfg(data, phase=0x20)] == [0x1020]


def test_other_files_of_the_file_system_are_left_out() -> None:
    data = sector(b'{"max":0,"last":0,"first":0}') + sector(b'{"fsw_cnt_key":1}\xff')
    assert find_oem_cfg(data + sector(b"{\xcd\xb9@p_pin:\x01")) == ()


def test_a_file_that_is_only_a_text_is_a_configuration() -> None:
    for text in (TEXT, '\n  {"rl1_pin": 6,\n "crc": 5}\n', "\ufeff" + TEXT):
        [found] = find_oem_cfg(text.encode())
        assert found.text == text.strip("\ufeff \n")


def test_binary_after_the_text_is_cut_away() -> None:
    [found] = find_oem_cfg(sector(TEXT.encode() + b"\x01\x02}abc", b"\x03"))
    assert found.text == TEXT


def test_a_text_without_end_is_bounded() -> None:
    [found] = find_oem_cfg(b"{rl1_pin:6," + b"a" * 0x10000)
    assert len(found.text) <= MAX_TEXT


@given(st.binary(max_size=300), st.integers(0, 5000))
@settings(max_examples=100)
def test_any_bytes_are_read_without_error(junk: bytes, phase: int) -> None:
    find_oem_cfg(junk, phase=phase)
    find_oem_cfg(b"{crc:" + junk, phase=phase)
