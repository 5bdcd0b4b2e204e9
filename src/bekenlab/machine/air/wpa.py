"""WPA2-PSK: keys, the messages of the four-way handshake, and their integrity.

Source: IEEE 802.11-2016, clause 12.7 (key hierarchy, EAPOL-Key frames), annex J.4 (passphrase).
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

from bekenlab.machine.air.frames import RSN, element

EAPOL = 0x888E
#: The RSN element for CCMP with a pre-shared key: version, group cipher, one pairwise cipher, one
#: way of authentication, no capabilities.
RSN_ELEMENT = element(RSN, bytes.fromhex("0100 000fac04 0100 000fac04 0100 000fac02 0000"))
_ITERATIONS = 4096
_VERSION, _KEY_TYPE, _RSN_DESCRIPTOR = 2, 3, 2
PAIRWISE, INSTALL, ACK, MIC, SECURE, ENCRYPTED = 1 << 3, 1 << 6, 1 << 7, 1 << 8, 1 << 9, 1 << 12
_HMAC_SHA1_AES = 2
_HEAD = struct.Struct(">BBHBHH8s32s16s8s8s16sH")
_MIC_PLACE = 4 + 77
_MIC_SIZE = 16


class BadKeyFrameError(ValueError):
    """Bytes that are no EAPOL-Key frame of WPA2."""


def master_key(passphrase: bytes, ssid: bytes) -> bytes:
    """The pairwise master key of a passphrase, 32 bytes."""
    return hashlib.pbkdf2_hmac("sha1", passphrase, ssid, _ITERATIONS, 32)


@dataclass(frozen=True, slots=True)
class PairwiseKeys:
    """The keys of one association.

    Attributes:
        confirmation: For the integrity of key frames.
        encryption: For what key frames carry.
        temporal: For data.
    """

    confirmation: bytes = field(repr=False)
    encryption: bytes = field(repr=False)
    temporal: bytes = field(repr=False)


def pairwise_keys(
    master: bytes, one: tuple[bytes, bytes], other: tuple[bytes, bytes]
) -> PairwiseKeys:
    """The keys that both sides derive.

    Args:
        master: The pairwise master key.
        one: MAC address and nonce of one side.
        other: Those of the other; the order does not matter.
    """
    addresses, nonces = sorted((one[0], other[0])), sorted((one[1], other[1]))
    data = b"".join((*addresses, *nonces))
    stream = b""
    for count in range(3):
        block = b"Pairwise key expansion\0" + data + bytes((count,))
        stream += hmac.new(master, block, hashlib.sha1).digest()
    return PairwiseKeys(stream[:16], stream[16:32], stream[32:48])


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """An EAPOL-Key frame.

    Attributes:
        flags: ``PAIRWISE``, ``ACK`` and so on.
        replay: Replay counter.
        nonce: 32 bytes.
        data: Key data, encrypted if the flag says so.
        mic: Integrity code; zero while it is not computed.
        length: Length of the key that is being agreed on.
        counter: Packet number of the group key.
    """

    flags: int
    replay: int
    nonce: bytes = bytes(32)
    data: bytes = b""
    mic: bytes = bytes(_MIC_SIZE)
    length: int = 0
    counter: int = 0

    def encode(self) -> bytes:
        """As the payload of an EAPOL frame."""
        head = _HEAD.pack(
            _VERSION,
            _KEY_TYPE,
            _HEAD.size - 4 + len(self.data),
            _RSN_DESCRIPTOR,
            self.flags | _HMAC_SHA1_AES,
            self.length,
            self.replay.to_bytes(8, "big"),
            self.nonce,
            bytes(16),
            self.counter.to_bytes(8, "little"),
            bytes(8),
            self.mic,
            len(self.data),
        )
        return head + self.data

    def signed(self, keys: PairwiseKeys) -> KeyFrame:
        """With its integrity code."""
        bare = replace(self, mic=bytes(_MIC_SIZE))
        return replace(bare, mic=_code(keys, bare.encode()))


def decode_key_frame(data: bytes) -> KeyFrame:
    """An EAPOL-Key frame from its bytes.

    Raises:
        BadKeyFrameError: Something else.
    """
    if len(data) < _HEAD.size:
        raise BadKeyFrameError("too short")
    _, kind, _, descriptor, flags, length, replay, nonce, _, counter, _, mic, size = (
        _HEAD.unpack_from(data)
    )
    if kind != _KEY_TYPE or descriptor != _RSN_DESCRIPTOR or len(data) < _HEAD.size + size:
        raise BadKeyFrameError("not a key frame of WPA2")
    return KeyFrame(
        flags & ~7,
        int.from_bytes(replay, "big"),
        nonce,
        data[_HEAD.size : _HEAD.size + size],
        mic,
        length,
        int.from_bytes(counter, "little"),
    )


def is_genuine(data: bytes, keys: PairwiseKeys) -> bool:
    """Whether the integrity code of a frame, as it arrived, is right."""
    size = 4 + int.from_bytes(data[2:4], "big")
    bare = data[:_MIC_PLACE] + bytes(_MIC_SIZE) + data[_MIC_PLACE + _MIC_SIZE : size]
    return hmac.compare_digest(data[_MIC_PLACE : _MIC_PLACE + _MIC_SIZE], _code(keys, bare))


def _code(keys: PairwiseKeys, data: bytes) -> bytes:
    return hmac.new(keys.confirmation, data, hashlib.sha1).digest()[:_MIC_SIZE]


def wrap_group_key(keys: PairwiseKeys, elements: bytes, number: int, group_key: bytes) -> bytes:
    """Key data of the third message: the access point's elements and the group key, encrypted."""
    key = (
        b"\xdd" + bytes((6 + len(group_key),)) + b"\0\x0f\xac\x01" + bytes((number, 0)) + group_key
    )
    plain = elements + key
    if len(plain) % 8 or len(plain) < 16:
        plain += b"\xdd"
        plain += bytes(-len(plain) % 8)
    return aes_key_wrap(keys.encryption, plain)


def unwrap_key_data(keys: PairwiseKeys, data: bytes) -> bytes:
    """What :func:`wrap_group_key` encrypted."""
    return aes_key_unwrap(keys.encryption, data)
