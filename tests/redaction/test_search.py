"""Spellings of secrets: each that is promised, none that would hit by chance."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.redaction.placeholders import FoundSecret, make_placeholder
from bekenlab.redaction.search import Spelling, spellings

MAC = bytes.fromhex("1c90ffa1b2c3")


def word(value: bytes, kind: str = "key", number: int = 7) -> FoundSecret:
    return FoundSecret(kind, value, make_placeholder(kind, value, number), number)


def table(*words: FoundSecret) -> dict[bytes, bytes]:
    return {spelling.text: spelling.instead for spelling in spellings(words)}


def places(text: bytes, data: bytes, *, alone: bool = False) -> list[int]:
    return list(Spelling("key", text, b"x" * len(text), alone).places(data))


def test_places_do_not_overlap() -> None:
    """Or what was written over the first would be written over again in the middle."""
    assert places(b"abab", b"abababab") == [0, 4]
    assert places(b"aa", b"aaaaa") == [0, 2]
    assert places(b"abab", b"-ababab-abab") == [1, 8]
    assert places(b"abab", b"") == []


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"wxyz", [0]),
        (b"wxyz wxyz", [0, 5]),
        (b"wxyza", []),
        (b"awxyz", []),
        (b"9wxyz", []),
        (b"wxyz9", []),
        (b"Zwxyz", []),
        (b".wxyz_", [1]),
        (b"wxyzwxyz.wxyz", [9]),
    ],
)
def test_a_short_secret_counts_as_a_word_of_its_own(data: bytes, found: list[int]) -> None:
    assert places(b"wxyz", data, alone=True) == found
    assert len(places(b"wxyz", data)) >= max(len(found), 1)


def test_a_text_in_all_its_writings() -> None:
    secret = word(b"tuya9f8e7d6c5b4a")
    instead = secret.placeholder
    found = table(secret)
    assert found[secret.value] == instead
    assert found[secret.value.hex().encode()] == instead.hex().encode()
    assert found[secret.value.hex().upper().encode()] == instead.hex().upper().encode()
    for encoding in ("utf-16-le", "utf-16-be"):
        assert found[secret.value.decode().encode(encoding)] == instead.decode().encode(encoding)
    for before in (b"", b"a", b"ab"):
        coded = base64.b64encode(before + secret.value + b"!")
        assert any(text in coded for text in found)


def test_base64_for_addresses_is_another_alphabet() -> None:
    secret = word(b"\xfb\xff\xfe\xfb\xff\xfe?>?>")
    coded = base64.urlsafe_b64encode(secret.value)
    assert coded.startswith(b"-__-")
    assert any(coded.startswith(text) for text in table(secret))


def test_escapes_of_json() -> None:
    value = 'Café "Roma"'
    secret = word(value.encode())
    found = table(secret)
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only)[1:-1].encode()
        assert len(found[text]) == len(text)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_what_is_too_short_is_not_looked_for(length: int) -> None:
    assert table(word(b"wxyz"[:length])) == {}


def test_four_and_five_characters_count_as_words_six_anywhere() -> None:
    for value, alone in ((b"wxyz", True), (b"vwxyz", True), (b"uvwxyz", False)):
        [plain] = [s for s in spellings([word(value)]) if s.text == value]
        assert plain.word is alone


def test_coded_spellings_have_eight_characters_at_least() -> None:
    """Fewer would be found by chance."""
    for value in (b"wxyz", b"vwxyz", b"uvwxyz"):
        coded = [s for s in spellings([word(value)]) if s.text != value]
        assert coded
        assert min(len(s.text) for s in coded) >= 8
    assert b"wxyz".hex().encode() in table(word(b"wxyz"))


def test_a_mac_in_any_order_and_writing() -> None:
    secret = word(MAC, "mac")
    found = table(secret)
    instead = secret.placeholder
    assert found[MAC] == instead
    assert found[MAC[::-1]] == instead[::-1]
    assert found[MAC[:5]] == instead[:5]
    assert found[MAC[4::-1]] == instead[4::-1]
    for separator in (":", "-"):
        assert found[MAC.hex(separator).encode()] == instead.hex(separator).encode()
        assert found[MAC[3:].hex(separator).upper().encode()]
    assert found[MAC.hex().upper().encode()] == instead.hex().upper().encode()
    assert MAC[3:] not in found, "three bytes stand anywhere"
    [tail] = [s for s in spellings([secret]) if s.text == b"a1b2c3"]
    assert tail.word
    assert not any(s.word for s in spellings([secret]) if b":" in s.text or len(s.text) > 6)
    assert base64.b64encode(MAC) not in found


def test_a_mac_as_text_is_a_text() -> None:
    assert b"1c90ff-a1b2c3" in table(word(b"1c90ff-a1b2c3", "mac"))
    assert b"12AB" in table(word(b"12AB", "mac"))


def test_the_longest_is_looked_for_first() -> None:
    """So that a password that begins with the name is not cut in two."""
    found = spellings([word(b"My Home Net"), word(b"My Home Net 2 password")])
    sizes = [len(spelling.text) for spelling in found]
    assert sizes == sorted(sizes, reverse=True)
    assert len({spelling.text for spelling in found}) == len(found)


@given(st.binary(min_size=1, max_size=40), st.sampled_from(["key", "mac", "wifi-name"]))
def test_what_is_written_is_as_long_and_something_else(value: bytes, kind: str) -> None:
    for spelling in spellings([word(value, kind)]):
        assert len(spelling.text) == len(spelling.instead)
        assert spelling.text != spelling.instead


def test_what_a_debugger_shows_of_a_spelling_is_no_secret() -> None:
    assert all("hunter22" not in repr(each) for each in spellings([word(b"hunter22")]))
