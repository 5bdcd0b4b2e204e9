"""Frames of Tuya's local control, in the three forms that its protocols use.

======  ===================  =========================================  ===================
form    protocols            layout                                     what proves it whole
======  ===================  =========================================  ===================
CRC     3.1, 3.3, discovery  000055AA serial command length content     CRC-32
HMAC    3.4                  the same                                   HMAC-SHA-256
GCM     3.5                  00006699 0000 serial command length nonce  AES-GCM over header
                             content (encrypted)                        and content
======  ===================  =========================================  ===================

The code and a suffix follow the content; numbers are big-endian. Source:
https://github.com/jasonacox/tinytuya (tinytuya/core/message_helper.py, MIT).
"""

from __future__ import annotations

import hmac
import struct
import zlib
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bekenlab.errors import CorruptInputError

if TYPE_CHECKING:
    from collections.abc import Callable

_HEAD, _GCM_HEAD = struct.Struct(">IIII"), struct.Struct(">IHIII")
_PREFIX, _SUFFIX = 0x55AA, b"\x00\x00\xaa\x55"
_GCM_PREFIX, _GCM_SUFFIX = 0x6699, b"\x00\x00\x99\x66"
_BEGIN, _GCM_BEGIN = _PREFIX.to_bytes(4, "big"), _GCM_PREFIX.to_bytes(4, "big")
_NONCE, _TAG = 12, 16
_LONGEST = 1 << 16
_UNAUTHENTICATED = 4  # the prefix is not covered by GCM


class Form(Enum):
    """How a frame is protected."""

    CRC = "crc"
    HMAC = "hmac"
    GCM = "gcm"


@dataclass(frozen=True, slots=True)
class LocalFrame:
    """A frame.

    Attributes:
        serial: Serial number.
        command: For example ``CONTROL``.
        content: What it carries: as it is on the wire, or decrypted if the form is GCM.
    """

    serial: int
    command: int
    content: bytes = field(repr=False)

    def encode(
        self, form: Form = Form.CRC, key: bytes = b"", nonce: bytes = bytes(_NONCE)
    ) -> bytes:
        """As bytes.

        Args:
            form: The form.
            key: Key of HMAC and GCM.
            nonce: For GCM: 12 bytes that were not used with this key before.
        """
        if form is Form.GCM:
            size = len(nonce) + len(self.content) + _TAG
            head = _GCM_HEAD.pack(_GCM_PREFIX, 0, self.serial, self.command, size)
            sealed = AESGCM(key).encrypt(nonce, self.content, head[_UNAUTHENTICATED:])
            return head + nonce + sealed + _GCM_SUFFIX
        code = _code(form, key)
        size = len(self.content) + len(code(b"")) + len(_SUFFIX)
        whole = _HEAD.pack(_PREFIX, self.serial, self.command, size) + self.content
        return whole + code(whole) + _SUFFIX


def is_gcm(data: bytes) -> bool:
    """Whether bytes begin with a frame of the form GCM."""
    return data.startswith(_GCM_BEGIN)


def frame_length(data: bytes) -> int | None:
    """Length of the first frame in bytes; None if they end before it can be known.

    Raises:
        CorruptInputError: They do not begin with a frame.
    """
    if not any(begin.startswith(data[:4]) for begin in (_BEGIN, _GCM_BEGIN)):
        raise CorruptInputError("this is not a frame of local control")
    head = _GCM_HEAD if is_gcm(data) else _HEAD
    if len(data) < head.size:
        return None
    size = int(head.unpack_from(data)[-1])
    if size > _LONGEST:
        raise CorruptInputError("a frame of local control is too long")
    return head.size + size + (len(_GCM_SUFFIX) if head is _GCM_HEAD else 0)


def decode(data: bytes, form: Form = Form.CRC, key: bytes = b"") -> tuple[LocalFrame, bytes]:
    """The first frame in bytes, and what follows it.

    Raises:
        CorruptInputError: There is no complete, intact frame of this form and key.
    """
    length = frame_length(data)
    if length is None or len(data) < length:
        raise CorruptInputError("a frame of local control is incomplete")
    whole, rest = data[:length], data[length:]
    if is_gcm(whole) != (form is Form.GCM):
        raise CorruptInputError("a frame of local control has another form")
    if form is Form.GCM:
        return _opened(whole, key), rest
    code = _code(form, key)
    end = length - len(_SUFFIX) - len(code(b""))
    if end < _HEAD.size or not whole.endswith(code(whole[:end]) + _SUFFIX):
        raise CorruptInputError("a frame of local control is damaged or has another key")
    _, serial, command, _ = _HEAD.unpack_from(whole)
    return LocalFrame(serial, command, whole[_HEAD.size : end]), rest


def _opened(whole: bytes, key: bytes) -> LocalFrame:
    _, _, serial, command, size = _GCM_HEAD.unpack_from(whole)
    at = _GCM_HEAD.size
    sealed = whole[at + _NONCE : at + size]
    if size < _NONCE + _TAG or not whole.endswith(_GCM_SUFFIX):
        raise CorruptInputError("a frame of local control is damaged")
    try:
        plain = AESGCM(key).decrypt(whole[at : at + _NONCE], sealed, whole[_UNAUTHENTICATED:at])
    except InvalidTag as error:
        raise CorruptInputError("a frame of local control is damaged or has another key") from error
    return LocalFrame(serial, command, plain)


def _code(form: Form, key: bytes) -> Callable[[bytes], bytes]:
    if form is Form.HMAC:
        return lambda data: hmac.digest(key, data, "sha256")
    return lambda data: zlib.crc32(data).to_bytes(4, "big")
