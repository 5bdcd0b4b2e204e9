"""The code cipher, against a bit-by-bit model of the hardware description and known words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.image import cipher
from bekenlab.image.cipher import PLAIN_KEY, TUYA_KEY, CodeKey

# From bytes, since integers are mostly drawn small: of such keys nine in ten bypass the cipher.
WORD = st.binary(min_size=4, max_size=4).map(int.from_bytes)
LAST = st.builds(
    lambda head, middle, bypass: head << 24 | int.from_bytes(middle) << 4 | bypass,
    st.integers(0x01, 0xFE),
    st.binary(min_size=2, max_size=2),
    st.integers(0, 0xE),
)
KEYS = st.tuples(WORD, WORD, WORD, LAST).map(CodeKey)


def bits(value: int, high: int, low: int) -> int:
    return value >> low & (1 << high - low + 1) - 1


def cat(*parts: tuple[int, int]) -> int:
    result = 0
    for value, width in parts:
        result = result << width | value
    return result


def model(key: CodeKey, addr: int) -> int:
    """One key stream word as the Verilog in the reference spells it, one bit field at a time."""
    c0, c1, c2, c3 = key.coefficients
    if bits(c3, 31, 24) in (0, 0xFF) or bits(c3, 3, 0) == 0xF:
        return 0
    b3, b2, b1, b0 = (bits(addr, 8 * i + 7, 8 * i) for i in (3, 2, 1, 0))
    mixes = (
        cat((b3, 8), (b2, 8)) ^ cat((b1, 8), (b0, 8)),
        cat((b3, 8), (b2, 8)) ^ cat((b0, 8), (b1, 8)),
        cat((b2, 8), (b3, 8)) ^ cat((b1, 8), (b0, 8)),
        cat((b2, 8), (b3, 8)) ^ cat((b0, 8), (b1, 8)),
    )
    x = mixes[bits(c3, 6, 5)] ^ bits(c1, 31, 16)
    pn15 = cat((bits(x, 6, 0), 7), (bits(x, 15, 7), 9)) ^ 0x6371 & cat(*[(bits(x, 8, 5), 4)] * 4)
    shift = bits(c3, 9, 8)
    x = bits(addr, 16 + shift, shift) ^ cat(
        (bits(c1, 15, 8), 8), (bits(c3, 4, 4), 1), (bits(c1, 7, 0), 8)
    )
    odd = cat(*((bits(x, i, i), 1) for i in (1, 5, 9, 13)))
    pn16 = cat((bits(x, 9, 0), 10), (bits(x, 16, 10), 7)) ^ 0x13659 & cat(
        (bits(x, 4, 4), 1), *[(odd, 4)] * 4
    )
    turn = 8 * bits(c3, 12, 11)
    x = ((addr >> turn | addr << 32 - turn) & 0xFFFFFFFF) ^ c0
    pn32 = cat((bits(x, 14, 0), 15), (bits(x, 31, 15), 17)) ^ 0xE519A4F1 & cat(
        *[(bits(x, 5, 2), 4)] * 8
    )
    on15, on16, on32, on_random = (not bits(c3, i, i) for i in range(4))
    return (
        (pn32 if on32 else 0)
        ^ (pn15 << 16 if on15 else 0)
        ^ (pn16 & 0xFFFF if on16 else 0)
        ^ (c2 if on_random else 0)
    )


@given(KEYS | st.tuples(WORD, WORD, WORD, WORD).map(CodeKey), st.integers(0, 0x3FFFFFF))
def test_every_selector_and_bypass_matches_the_hardware_description(
    key: CodeKey, word: int
) -> None:
    assert int(cipher.key_stream(key, word * 4, 1)[0]) == model(key, word * 4)


@pytest.mark.parametrize(
    ("stored", "plain"),
    [("2f07b59435ff2a9b", "0e0000ea14f09fe5"), ("3907b59435ff2a9b", "180000ea14f09fe5")],
)
def test_the_vectors_of_real_apps_under_the_tuya_key(stored: str, plain: str) -> None:
    assert cipher.apply(bytes.fromhex(stored), 0x10000, TUYA_KEY).hex() == plain


@given(st.binary(max_size=200), st.integers(0, 1 << 24), KEYS)
def test_encryption_is_decryption(data: bytes, address: int, key: CodeKey) -> None:
    assert cipher.apply(cipher.apply(data, address, key), address, key) == data


@given(st.binary(min_size=20, max_size=80), st.integers(0, 1 << 20), st.integers(0, 19))
def test_any_part_decrypts_like_the_whole(data: bytes, address: int, cut: int) -> None:
    whole = cipher.apply(data, address, TUYA_KEY)
    assert cipher.apply(data[cut:], address + cut, TUYA_KEY) == whole[cut:]


def test_an_erased_key_leaves_code_in_plain() -> None:
    assert cipher.apply(b"code", 0, PLAIN_KEY) == b"code"


def test_a_key_is_read_from_and_written_to_hexadecimal() -> None:
    assert CodeKey.parse(str(TUYA_KEY)) == TUYA_KEY
    with pytest.raises(ValueError, match="32 hexadecimal digits"):
        CodeKey.parse("1234")


@pytest.mark.parametrize("address", [0x10000, 0x10003])
def test_a_long_stretch_is_what_its_words_are(address: int) -> None:
    data = bytes(range(251)) * 600
    whole = cipher.apply(data, address, TUYA_KEY)
    parts = [cipher.apply(data[i : i + 999], address + i, TUYA_KEY) for i in range(0, 150600, 999)]
    assert whole == b"".join(parts)
