"""Local control of Tuya's firmware, protocol 3.3: frames between a device and an app.

A frame has a prefix, a serial number, a command, a length, the content, a CRC-32 and a suffix. The
content is JSON, encrypted with the device's local key (announcements: with one all devices share).
Source: https://github.com/jasonacox/tinytuya (core of its protocol 3.3).
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bekenlab.errors import CorruptInputError
from bekenlab.json_text import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.secret import Secret

PORT, ANNOUNCED = 6668, 6667
CONTROL, STATUS, QUERY = 7, 8, 10
_HEAD, _TAIL = struct.Struct(">IIII"), struct.Struct(">II")
_PREFIX, _SUFFIX = 0x55AA, 0xAA55
_VERSION = b"3.3"
_VERSION_SIZE = 15
_RESULT_SIZE = 4
_BLOCK = 16
_LONGEST = 1 << 16
ANNOUNCEMENT_KEY = hashlib.md5(b"yGAdlopoPVldABfn", usedforsecurity=False).digest()


@dataclass(frozen=True, slots=True)
class LocalFrame:
    """A frame.

    Attributes:
        serial: Serial number.
        command: For example ``CONTROL``.
        content: What it carries, as it is on the wire.
    """

    serial: int
    command: int
    content: bytes

    def encode(self) -> bytes:
        """As bytes."""
        size = len(self.content) + _TAIL.size
        whole = _HEAD.pack(_PREFIX, self.serial, self.command, size) + self.content
        return whole + _TAIL.pack(zlib.crc32(whole), _SUFFIX)


def control(key: Secret, device: str, points: Mapping[str, Any], serial: int = 1) -> LocalFrame:
    """A frame that sets data points.

    Args:
        key: The local key, 16 bytes.
        device: The device's id, as it announces it.
        points: Values by number, e.g. ``{"20": True}``.
        serial: Serial number.
    """
    told = {"devId": device, "uid": device, "t": "0", "dps": dict(points)}
    text = json.dumps(told, separators=(",", ":")).encode()
    head = _VERSION.ljust(_VERSION_SIZE, b"\0")
    return LocalFrame(serial, CONTROL, head + _encrypt(key.reveal(), text))


def decode(data: bytes) -> tuple[LocalFrame, bytes]:
    """The first frame in bytes, and what follows it.

    Raises:
        CorruptInputError: There is no complete, intact frame.
    """
    if len(data) < _HEAD.size:
        raise CorruptInputError("a frame of local control is incomplete")
    prefix, serial, command, size = _HEAD.unpack_from(data)
    end = _HEAD.size + size
    if prefix != _PREFIX or not _TAIL.size <= size <= _LONGEST or len(data) < end:
        raise CorruptInputError("a frame of local control is incomplete or something else")
    code, suffix = _TAIL.unpack_from(data, end - _TAIL.size)
    if suffix != _SUFFIX or code != zlib.crc32(data[: end - _TAIL.size]):
        raise CorruptInputError("a frame of local control is damaged")
    return LocalFrame(serial, command, data[_HEAD.size : end - _TAIL.size]), data[end:]


def content_of(frame: LocalFrame, key: bytes) -> Any:
    """The JSON that a device has sent.

    Raises:
        CorruptInputError: It is encrypted with another key, or not JSON.
    """
    body = frame.content
    if len(body) % _BLOCK == _RESULT_SIZE or body[_RESULT_SIZE:].startswith(_VERSION):
        body = body[_RESULT_SIZE:]
    if body.startswith(_VERSION):
        body = body[_VERSION_SIZE:]
    try:
        return read_json(_decrypt(key, body))
    except ValueError as error:
        raise CorruptInputError("a frame of local control has another key") from error


def _encrypt(key: bytes, data: bytes) -> bytes:
    padding = _BLOCK - len(data) % _BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305  its protocol
    return encryptor.update(data + bytes([padding]) * padding) + encryptor.finalize()


def _decrypt(key: bytes, data: bytes) -> bytes:
    if not data or len(data) % _BLOCK:
        raise ValueError("not whole blocks")
    decryptor = Cipher(algorithms.AES(key), modes.ECB()).decryptor()  # noqa: S305  its protocol
    plain = decryptor.update(data) + decryptor.finalize()
    if not 1 <= plain[-1] <= _BLOCK:
        raise ValueError("wrong padding")
    return plain[: -plain[-1]]
