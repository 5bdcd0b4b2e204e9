"""WPA2: published vectors, and a handshake with a station that is computed here."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.machine.air.frames import elements
from bekenlab.machine.air.handshake import Handshake
from bekenlab.machine.air.wpa import (
    ACK,
    ENCRYPTED,
    INSTALL,
    MIC,
    PAIRWISE,
    SECURE,
    BadKeyFrameError,
    KeyFrame,
    decode_key_frame,
    is_genuine,
    master_key,
    pairwise_keys,
    unwrap_key_data,
)

ACCESS_POINT, STATION = b"\2\0\0\0\0\1", b"\2\0\0\0\0\2"
NONCE, STATION_NONCE = bytes(range(32)), bytes(range(32, 64))
GROUP_KEY = b"0123456789abcdef"


@pytest.mark.parametrize(
    ("passphrase", "ssid", "key"),
    [
        ("password", "IEEE", "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"),
        (
            "ThisIsAPassword",
            "ThisIsASSID",
            "0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af",
        ),
        ("a" * 32, "Z" * 32, "becb93866bb8c3832cb777c2f559807c8c59afcb6eae734885001300a981cc62"),
    ],
)
def test_the_master_key_is_that_of_the_standard(passphrase: str, ssid: str, key: str) -> None:
    """The vectors of IEEE 802.11-2016, annex J.4.2."""
    assert master_key(passphrase.encode(), ssid.encode()).hex() == key


def shaken(passphrase: str) -> tuple[Handshake, list[KeyFrame], list[bytes]]:
    """A handshake up to the second message of a station with this passphrase."""
    sent: list[bytes] = []
    handshake = Handshake(
        master_key(b"the right one", b"net"),
        (ACCESS_POINT, NONCE),
        STATION,
        (1, GROUP_KEY),
        sent.append,
    )
    handshake.start()
    first = decode_key_frame(sent[0])
    keys = pairwise_keys(
        master_key(passphrase.encode(), b"net"), (STATION, STATION_NONCE), (ACCESS_POINT, NONCE)
    )
    answer = KeyFrame(PAIRWISE | MIC, first.replay, STATION_NONCE).signed(keys)
    handshake.hear(answer.encode())
    return handshake, [decode_key_frame(each) for each in sent], sent


def test_a_station_with_the_passphrase_gets_the_group_key() -> None:
    handshake, (first, third), raw = shaken("the right one")
    assert first.flags == PAIRWISE | ACK
    assert third.flags == PAIRWISE | INSTALL | ACK | MIC | SECURE | ENCRYPTED
    keys = pairwise_keys(
        master_key(b"the right one", b"net"), (ACCESS_POINT, NONCE), (STATION, STATION_NONCE)
    )
    assert is_genuine(raw[1], keys)
    data = elements(unwrap_key_data(keys, third.data))
    assert data[221][:6] == bytes.fromhex("000fac010100")
    assert data[221][6:] == GROUP_KEY
    assert handshake.keys is None, "not before the station has confirmed"
    handshake.hear(KeyFrame(PAIRWISE | MIC | SECURE, third.replay).signed(keys).encode())
    assert handshake.keys == keys


def test_another_passphrase_is_noticed() -> None:
    handshake, sent, _ = shaken("the wrong one")
    assert handshake.wrong_key
    assert len(sent) == 1
    assert handshake.keys is None


def test_a_confirmation_that_is_forged_or_late_does_not_count() -> None:
    handshake, (_, third), _ = shaken("the right one")
    other = pairwise_keys(bytes(32), (ACCESS_POINT, NONCE), (STATION, STATION_NONCE))
    handshake.hear(KeyFrame(PAIRWISE | MIC | SECURE, third.replay).signed(other).encode())
    assert handshake.keys is None
    keys = pairwise_keys(
        master_key(b"the right one", b"net"), (ACCESS_POINT, NONCE), (STATION, STATION_NONCE)
    )
    handshake.hear(KeyFrame(PAIRWISE | MIC | SECURE, third.replay - 1).signed(keys).encode())
    assert handshake.keys is None


@given(st.binary(max_size=150))
def test_any_bytes_are_a_key_frame_or_an_error(data: bytes) -> None:
    with contextlib.suppress(BadKeyFrameError):
        decode_key_frame(data)
    handshake = Handshake(bytes(32), (ACCESS_POINT, NONCE), STATION, (1, GROUP_KEY), lambda _: None)
    handshake.start()
    handshake.hear(data)
    assert handshake.keys is None
