"""A connection of local control, protocols 3.1 to 3.5, as bytes in and bytes out.

Protocols 3.4 and 3.5 begin with agreeing on a key: each end sends a nonce, and proves with an HMAC
that it knows the local key; the two nonces, combined and encrypted, are the key of the session.
Source: https://github.com/jasonacox/tinytuya (tinytuya/core/XenonDevice.py, MIT).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bekenlab.errors import CorruptInputError
from bekenlab.json_text import read_json
from bekenlab.tuya.crypto import AES_BLOCK, decrypt, encrypt
from bekenlab.tuya.local_frames import Form, LocalFrame, decode, frame_length

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.secret import Secret

PORT = 6668
NONCE, KEY = 16, 16
START, ANSWER, FINISH = 3, 4, 5
CONTROL, STATUS, BEAT, QUERY = 7, 8, 9, 10
CONTROL_NEW, QUERY_NEW = 13, 16
_HEADLESS = {START, ANSWER, FINISH, BEAT, QUERY, QUERY_NEW}
_HEAD, _SIGN = 15, 16
_RESULT = 4
_PROOF = 32
_GCM_NONCE = 12


class Protocol(StrEnum):
    """A protocol of local control."""

    V31 = "3.1"
    V33 = "3.3"
    V34 = "3.4"
    V35 = "3.5"

    @property
    def form(self) -> Form:
        """The form of its frames."""
        return {Protocol.V34: Form.HMAC, Protocol.V35: Form.GCM}.get(self, Form.CRC)

    @property
    def agrees_on_key(self) -> bool:
        """Whether both ends agree on a key first."""
        return self in (Protocol.V34, Protocol.V35)


@dataclass(frozen=True, slots=True)
class LocalMessage:
    """What a device has sent.

    Attributes:
        command: Number of the command.
        text: What it says, decrypted: JSON, or why it refuses.
    """

    command: int
    text: bytes = field(repr=False)

    @property
    def points(self) -> dict[str, Any]:
        """Values of data points by number; empty if it tells none."""
        try:
            told = read_json(self.text)
        except ValueError:
            return {}
        for inner in (told, told.get("data") if isinstance(told, dict) else None):
            if isinstance(inner, dict) and isinstance(inner.get("dps"), dict):
                return dict(inner["dps"])
        return {}


class LocalSession:
    """Our end of a connection.

    Args:
        protocol: The protocol.
        key: The local key, 16 bytes.
        device: The device's id.
        nonce: 16 bytes, for protocols that agree on a key.

    Attributes:
        ready: Whether commands may be sent.
        messages: What the device has sent.
    """

    def __init__(self, protocol: Protocol, key: Secret, device: str, nonce: bytes) -> None:
        if len(key.reveal()) != KEY or len(nonce) != NONCE:
            raise ValueError("a local key and a nonce have 16 bytes")
        self.protocol = protocol
        self.ready = not protocol.agrees_on_key
        self.messages: list[LocalMessage] = []
        self._local_key = self._key = key.reveal()
        self._device = device
        self._nonce = nonce
        self._serial = 0
        self._rest = b""

    def hello(self) -> bytes:
        """What has to be sent first; may be nothing."""
        return b"" if self.ready else self._frame(START, self._nonce)

    def control(self, points: Mapping[str, Any]) -> bytes:
        """A command that sets data points, e.g. ``{"20": True}``."""
        if self.protocol.agrees_on_key:
            return self._frame(CONTROL_NEW, _json(protocol=5, t=0, data={"dps": dict(points)}))
        told = _json(devId=self._device, uid=self._device, t="0", dps=dict(points))
        return self._frame(CONTROL, told)

    def query(self) -> bytes:
        """A question for the values of all data points."""
        if self.protocol.agrees_on_key:
            return self._frame(QUERY_NEW, b"{}")
        told = _json(gwId=self._device, devId=self._device, uid=self._device, t="0")
        return self._frame(QUERY, told)

    def beat(self) -> bytes:
        """A heartbeat: devices close a connection on which nothing is heard for some time."""
        return self._frame(BEAT, _json(gwId=self._device, devId=self._device))

    def receive(self, data: bytes) -> bytes:
        """Take what the device sends; returns what has to be sent back.

        Raises:
            CorruptInputError: It speaks another protocol, or has another key.
        """
        self._rest += data
        back = b""
        while self._rest:
            length = frame_length(self._rest)
            if length is None or len(self._rest) < length:
                break
            frame, self._rest = decode(self._rest, self.protocol.form, self._key)
            back += self._take(frame)
        return back

    def _take(self, frame: LocalFrame) -> bytes:
        if not self.ready:
            return self._agree(frame)
        self.messages.append(LocalMessage(frame.command, self._opened(frame.content)))
        return b""

    # encryption -------------------------------------------------------------------------------

    def _frame(self, command: int, text: bytes) -> bytes:
        self._serial += 1
        protocol, head = self.protocol, self.protocol.encode().ljust(_HEAD, b"\0")
        if command in _HEADLESS:
            head = b""
        if protocol is Protocol.V31:
            content = self._signed(text) if command == CONTROL else text
        elif protocol is Protocol.V33:
            content = head + encrypt(self._key, _padded(text))
        elif protocol is Protocol.V34:
            content = encrypt(self._key, _padded(head + text))
        else:
            content = head + text
        nonce = self._nonce[: _GCM_NONCE - 4] + self._serial.to_bytes(4, "big")
        return LocalFrame(self._serial, command, content).encode(protocol.form, self._key, nonce)

    def _signed(self, text: bytes) -> bytes:
        coded = base64.b64encode(encrypt(self._key, _padded(text)))
        whole = b"data=" + coded + b"||lpv=3.1||" + self._key
        digest = hashlib.md5(whole, usedforsecurity=False).hexdigest().encode()
        return self.protocol.encode() + digest[8 : 8 + _SIGN] + coded

    def _opened(self, content: bytes) -> bytes:
        """The text in a device's frame, which may begin with a result and a head."""
        body = content[_RESULT:] if content.startswith(bytes(_RESULT - 1)) else content
        head = self.protocol.encode()
        if self.protocol is Protocol.V31:
            if not body.startswith(head):
                return body
            return self._decrypted(_from_base64(body[len(head) + _SIGN :]))
        if self.protocol is Protocol.V33:
            return self._decrypted(body[_HEAD:] if body.startswith(head) else body)
        if self.protocol is Protocol.V34:
            body = self._decrypted(body)
        return body[_HEAD:] if body.startswith(head) else body

    def _decrypted(self, data: bytes) -> bytes:
        if len(data) % AES_BLOCK:
            return data  # some refusals are in plain
        plain = decrypt(self._key, data)
        if data and not 1 <= plain[-1] <= AES_BLOCK:
            raise CorruptInputError("a frame of local control has another key")
        return plain[: -plain[-1]] if data else b""

    # the key of the session -------------------------------------------------------------------

    def _agree(self, frame: LocalFrame) -> bytes:
        body = self._answer(frame.content)
        theirs, proof = body[:NONCE], body[NONCE : NONCE + _PROOF]
        known = hmac.digest(self._local_key, self._nonce, "sha256")
        if frame.command != ANSWER or not hmac.compare_digest(proof, known):
            raise CorruptInputError("the device does not know this local key")
        last = self._frame(FINISH, hmac.digest(self._local_key, theirs, "sha256"))
        mixed = bytes(one ^ other for one, other in zip(self._nonce, theirs, strict=True))
        if self.protocol is Protocol.V34:
            self._key = encrypt(self._local_key, mixed)
        else:
            sealed = AESGCM(self._local_key).encrypt(self._nonce[:_GCM_NONCE], mixed, None)
            self._key = sealed[:KEY]
        self.ready = True
        return last

    def _answer(self, content: bytes) -> bytes:
        size = NONCE + _PROOF
        if self.protocol is Protocol.V34:
            return self._decrypted(content[len(content) % AES_BLOCK :])
        return content[-size:] if len(content) in (size, size + _RESULT) else b""


def _json(**values: object) -> bytes:
    return json.dumps(values, separators=(",", ":")).encode()


def _padded(text: bytes) -> bytes:
    padding = AES_BLOCK - len(text) % AES_BLOCK
    return text + bytes([padding]) * padding


def _from_base64(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise CorruptInputError("a frame of local control is damaged") from error
