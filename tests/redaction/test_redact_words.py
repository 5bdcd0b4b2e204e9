"""Placeholders: length, alphabet, distinct, and known again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.redaction.placeholders import FoundSecrets, is_placeholder, make_placeholder


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("wifi-name", b"My Network", b"REDACTED07"),
        ("wifi-name", b"My Home Network 2", b"REDACTED07xxxxxxx"),
        ("uuid", b"tuya0123456789ab", b"redacted07xxxxxx"),
        ("key", b"0123456789abcdef", b"facade0700000000"),
        ("key", b"0123456789ABCDEF", b"FACADE0700000000"),
        ("pin", b"12345678", b"90000007"),
        ("pin", b"1234", b"9000"),
        ("key", b"QUJDRA==", b"REDA07=="),
        ("token", b"Ab1", b"R07"),
        ("wifi-name", b"AB", b"RE"),
        ("mac", b"12AB", b"FADE"),
        ("mac", bytes.fromhex("1c90ffa1b2c3"), bytes.fromhex("1c90ff000007")),
    ],
)
def test_shapes(kind: str, value: bytes, expected: bytes) -> None:
    made = make_placeholder(kind, value, 7)
    assert made == expected
    assert is_placeholder(kind, made)
    assert not is_placeholder(kind, value)


@given(
    st.sampled_from(["key", "mac", "wifi-name"]),
    st.binary(min_size=1, max_size=80),
    st.integers(1, 999),
)
def test_length_stays_and_it_is_known_again(kind: str, value: bytes, number: int) -> None:
    made = make_placeholder(kind, value, number)
    assert len(made) == len(value)
    assert is_placeholder(kind, made)


@given(st.lists(st.from_regex(rb"[ -~]{6,40}", fullmatch=True), unique=True, max_size=40))
def test_different_secrets_have_different_placeholders(values: list[bytes]) -> None:
    secrets = FoundSecrets()
    values = [value for value in values if not is_placeholder("key", value)]
    made = [secrets.placeholder("key", value) for value in values]
    by_size = [(len(value), text) for value, text in zip(values, made, strict=True)]
    assert len(set(by_size)) == len(values)
    assert [secrets.placeholder("key", value) for value in values] == made
    assert [secrets.placeholder("key", text) for text in made] == made


def test_an_address_with_a_large_number_is_somebodys_own() -> None:
    assert not is_placeholder("mac", bytes.fromhex("1c90ff010001"))
    assert is_placeholder("mac", bytes.fromhex("1c90ff000001"))
