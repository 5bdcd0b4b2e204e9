"""128 KiB with everything that holds secrets: quick to redact."""

from __future__ import annotations

import base64
import json

from bekenlab.image import rf
from bekenlab.tuya.crypto import base_named, data_key, decrypt, encrypt
from bekenlab.tuya.storage.encode import encode_protected, encode_storage

KEY = bytes.fromhex("00112233445566778899aabbccddeeff")
DATA_KEY = data_key(KEY, base_named("8710_2M"))
MAC = bytes.fromhex("1c90ffa1b2c3")
NAME, PASSWORD = b"My Home Net", b"correct horse"
UUID, AUTH = b"tuya9f8e7d6c5b4a", b"Zq8Lm2Xc5Vb7Nn1Ka4Js6Hd9Gf3Ee0Wp"
PINS = b"{rl1_pin:26,rl1_lv:1,bt1_pin:10,module:CB2S,crc:66,}"
SECTOR = 0x1000
# At the start, so that it is seen at once that this is no log.
NO_TEXT = b"\1\0\0\2" * (SECTOR // 4)
RF, FAST, FREE, PROTECTED, STORAGE, SIZE = 0x1000, 0x2000, 0x4000, 0xD000, 0xE000, 0x20000


def wifi(name: bytes = NAME, password: bytes = PASSWORD) -> bytes:
    """The value ``gw_wsm`` as firmware writes it."""
    texts = {"ssid": base64.b64encode(name).decode(), "passwd": base64.b64encode(password).decode()}
    whole = {"nc_tp": 9, **texts, "md": 0, "wfb64": 1, "region": "EU"}
    return json.dumps(whole, separators=(",", ":")).encode() + b"\x00"


def identity() -> bytes:
    """The value ``gw_bi`` as firmware writes it."""
    whole = {"uuid": UUID.decode(), "auth_key": AUTH.decode(), "ap_ssid": "SmartLife"}
    return json.dumps(whole, separators=(",", ":")).encode() + b"\x00"


VALUES = {"gw_bi": identity(), "gw_wsm": wifi(), "user_param_key": PINS + b"\x00"}


def flash(
    *pieces: tuple[int, bytes],
    values: dict[str, bytes] = VALUES,
    protected: dict[str, bytes] | None = None,
) -> bytes:
    """Flash with storage, a protected block, RF data, and pieces put where they are wanted."""
    data = bytearray(NO_TEXT.ljust(SIZE, b"\xff"))
    parts = [(RF, rf.build(MAC)), (STORAGE, encode_storage(values, inner_key=KEY))]
    if protected:
        parts.append((PROTECTED, encode_protected(protected, inner_key=KEY)))
    for at, content in (*parts, *pieces):
        data[at : at + len(content)] = content
    return bytes(data)


def with_a_damaged_value(data: bytes) -> bytes:
    """The same flash with another byte in ``gw_wsm``, whose checksum then is wrong."""
    changed = bytearray(data)
    for at in range(STORAGE, len(data), SECTOR):
        block = bytearray(decrypt(DATA_KEY, data[at : at + SECTOR]))
        place = block.find(b'"region":"EU"')
        if place >= 0:
            block[place + 10] ^= 1
            block[4:8] = sum(block[8:]).to_bytes(4, "little")
            changed[at : at + SECTOR] = encrypt(DATA_KEY, bytes(block))
    return bytes(changed)
