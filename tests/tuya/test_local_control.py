"""Local control: its frames and protocols, judged by another program's, tinytuya."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import peers
from bekenlab.errors import CorruptInputError
from bekenlab.secret import Secret
from bekenlab.tuya.local_discovery import read_announcement
from bekenlab.tuya.local_frames import Form, LocalFrame, decode
from bekenlab.tuya.local_session import (
    ANSWER,
    BEAT,
    CONTROL,
    CONTROL_NEW,
    FINISH,
    QUERY,
    QUERY_NEW,
    START,
    STATUS,
    LocalSession,
    Protocol,
)

if TYPE_CHECKING:
    from types import ModuleType

KEY, NONCE, THEIRS = b"0123456789abcdef", b"our nonce, 16 by", b"their nonce, 16b"
POINTS = {"20": True, "24": "000003e803e8"}
OLD = (Protocol.V31, Protocol.V33)
DISCOVERY_KEY = hashlib.md5(b"yGAdlopoPVldABfn", usedforsecurity=False).digest()


@given(st.binary(max_size=80), st.integers(0, 79), st.sampled_from(Form))
def test_any_bytes_are_a_frame_or_an_error(data: bytes, place: int, form: Form) -> None:
    whole = bytearray(LocalFrame(1, STATUS, data).encode(form, KEY))
    assert decode(bytes(whole) + b"more", form, KEY) == (LocalFrame(1, STATUS, data), b"more")
    whole[place % len(whole)] ^= 1
    for damaged in (bytes(whole), bytes(whole[:-1]), data):
        with pytest.raises(CorruptInputError):
            decode(damaged, form, KEY)


@given(st.binary(max_size=120), st.sampled_from(Protocol))
def test_any_bytes_from_a_device_are_taken_or_an_error(data: bytes, protocol: Protocol) -> None:
    session = LocalSession(protocol, Secret(KEY), "device", NONCE)
    frames = (data, LocalFrame(1, ANSWER, data).encode(protocol.form, KEY))
    for received in frames:
        try:
            session.receive(received)
        except CorruptInputError:
            continue
        assert all(isinstance(message.points, dict) for message in session.messages)


def tiny(
    module: ModuleType, command: int, payload: bytes, *, gcm: bool = False, result: bool = False
) -> Any:
    """A message of tinytuya's."""
    return module.TuyaMessage(
        seqno=7,
        cmd=command,
        retcode=0 if result else None,
        payload=payload,
        crc=0,
        prefix=0x6699 if gcm else 0x55AA,
        iv=b"devicenonce!" if gcm else None,
    )


class TinyTuyaDevice:
    """A device whose frames are made and read by tinytuya's code."""

    def __init__(self, protocol: Protocol) -> None:
        peers.needs("tinytuya")
        from tinytuya.core import crypto_helper, message_helper

        self.messages: ModuleType = message_helper
        self.cipher = crypto_helper.AESCipher
        self.protocol, self.key = protocol, KEY

    @property
    def _seal(self) -> bytes | None:
        return None if self.protocol in OLD else self.key

    def read(self, data: bytes) -> Any:
        """What an app has sent: a message whose payload is decrypted and without its head."""
        told = self.messages.unpack_message(data, hmac_key=self._seal, no_retcode=True)
        assert told.crc_good
        payload = told.payload
        if self.protocol is Protocol.V33:
            payload = payload[15:] if payload.startswith(b"3.3") else payload
        if self.protocol in (Protocol.V33, Protocol.V34):
            payload = self.cipher(self.key).decrypt(payload, use_base64=False, decode_text=False)
        if payload.startswith(self.protocol.encode()) and self.protocol is not Protocol.V31:
            payload = payload[15:]
        return told._replace(payload=payload)

    def send(self, command: int, payload: bytes, *, result: bool = True) -> bytes:
        """A device's frame."""
        if self.protocol in (Protocol.V33, Protocol.V34):
            payload = self.cipher(self.key).encrypt(payload, use_base64=False)
        if self.protocol is not Protocol.V35 and result:
            payload = bytes(4) + payload
        gcm = self.protocol is Protocol.V35
        message = tiny(self.messages, command, payload, gcm=gcm, result=gcm and result)
        packed: bytes = self.messages.pack_message(message, hmac_key=self._seal)
        return packed

    def agree(self, session: LocalSession) -> None:
        """Agree on a key, as tinytuya computes it."""
        start = self.read(session.hello())
        assert (start.cmd, start.payload) == (START, NONCE)
        proof = hmac.digest(KEY, NONCE, "sha256")
        finish = self.read(session.receive(self.send(ANSWER, THEIRS + proof)))
        assert (finish.cmd, finish.payload) == (FINISH, hmac.digest(KEY, THEIRS, "sha256"))
        mixed = bytes(one ^ other for one, other in zip(NONCE, THEIRS, strict=True))
        cipher = self.cipher(KEY)
        if self.protocol is Protocol.V34:
            self.key = cipher.encrypt(mixed, use_base64=False, pad=False)
        else:
            self.key = cipher.encrypt(mixed, use_base64=False, pad=False, iv=NONCE[:12])[12:28]


@pytest.mark.parametrize("protocol", Protocol)
def test_tinytuya_understands_us_and_we_understand_it(protocol: Protocol) -> None:
    device = TinyTuyaDevice(protocol)
    session = LocalSession(protocol, Secret(KEY), "device", NONCE)
    if protocol.agrees_on_key:
        assert not session.ready
        device.agree(session)
    assert session.ready
    told = device.read(session.control(POINTS))
    if protocol is Protocol.V31:
        assert told.payload.startswith(b"3.1")
        text = json.loads(device.cipher(KEY).decrypt(told.payload[19:]))
    else:
        text = json.loads(told.payload)
    assert told.cmd == (CONTROL if protocol in OLD else CONTROL_NEW)
    assert (text if protocol in OLD else text["data"])["dps"] == POINTS
    assert device.read(session.query()).cmd == (QUERY if protocol in OLD else QUERY_NEW)
    assert device.read(session.beat()).cmd == BEAT

    report = json.dumps({"dps": POINTS}).encode()
    wrapped = json.dumps({"protocol": 4, "t": 1, "data": {"dps": POINTS}}).encode()
    whole = device.send(QUERY, report) + device.send(STATUS, wrapped)
    session.receive(whole[:30])
    session.receive(whole[30:])
    assert [message.points for message in session.messages] == [POINTS, POINTS]
    assert [message.command for message in session.messages] == [QUERY, STATUS]


@pytest.mark.parametrize("protocol", [Protocol.V33, Protocol.V34, Protocol.V35])
def test_another_key_is_found_out(protocol: Protocol) -> None:
    device = TinyTuyaDevice(protocol)
    session = LocalSession(protocol, Secret(KEY[::-1]), "device", NONCE)
    answer = THEIRS + hmac.digest(KEY, NONCE, "sha256")
    try:
        session.receive(device.send(ANSWER, answer))
    except CorruptInputError:
        return
    assert not session.messages[0].points, "what is said in another key says nothing"


def test_an_announcement_tells_the_device_and_its_protocol() -> None:
    told = json.dumps({"gwId": "device", "ip": "192.168.77.2", "version": "3.4"}).encode()
    peers.needs("tinytuya")
    from tinytuya.core import crypto_helper, message_helper

    coded = crypto_helper.AESCipher(DISCOVERY_KEY).encrypt(told, use_base64=False)
    plain = told.replace(b"3.4", b"3.1")
    frames = [
        (tiny(message_helper, 0, bytes(4) + coded), None),
        (tiny(message_helper, 0, bytes(4) + plain), None),
        (tiny(message_helper, 0, told, gcm=True, result=True), DISCOVERY_KEY),
    ]
    read = [read_announcement(message_helper.pack_message(each, key)) for each, key in frames]
    assert [each.device for each in read] == ["device"] * 3
    assert [each.protocol for each in read] == [Protocol.V34, Protocol.V31, Protocol.V34]
    with pytest.raises(CorruptInputError):
        read_announcement(LocalFrame(0, 0, b"{}").encode())
