"""Inputs to begin with, built by our own builders: no dump of anybody's device is in them."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import struct
import zipfile
import zlib
from functools import cache
from typing import TYPE_CHECKING

import boot_logs
import chip_files
from bekenlab.image import framing, rf
from bekenlab.openbeken.config.defaults import new_config
from bekenlab.openbeken.settings import PinSetting
from bekenlab.samples import build_sample
from bekenlab.samples.plug import PARAMETERS
from bekenlab.secret import Secret
from bekenlab.tuya.crypto import encrypt
from bekenlab.tuya.facts import storage_facts
from bekenlab.tuya.fast_connect import masked
from bekenlab.tuya.parameters.format import format_parameters
from bekenlab.tuya.psm import psm_key
from bekenlab.tuya.storage.encode import encode_protected, encode_storage

if TYPE_CHECKING:
    from bekenlab.openbeken.config import Value

SECTOR = 0x1000
KEY = bytes(range(0x30, 0x40))
PINS = format_parameters(PARAMETERS, crc=True).encode()
WIFI_NAME, WIFI_PASSWORD = b"My Home Net", b"correct horse"
UUID, AUTH_KEY = b"tuya9f8e7d6c5b4a", b"Zq8Lm2Xc5Vb7Nn1Ka4Js6Hd9Gf3Ee0Wp"
_STORAGE, _PROTECTED, _FREE, _SETTINGS, _RF = 0x1EE000, 0x1ED000, 0x1E0000, 0x1D1000, 0x1D0000


def wifi(name: bytes = WIFI_NAME, password: bytes = WIFI_PASSWORD) -> bytes:
    """The value ``gw_wsm``."""
    texts = {"ssid": base64.b64encode(name).decode(), "passwd": base64.b64encode(password).decode()}
    whole = {"nc_tp": 9, **texts, "md": 0, "wfb64": 1, "token": "AZ12Kd93", "region": "EU"}
    return json.dumps(whole, separators=(",", ":")).encode() + b"\0"


def identity() -> bytes:
    """The value ``gw_bi``."""
    whole = {"uuid": UUID.decode(), "auth_key": AUTH_KEY.decode(), "ap_ssid": "SmartLife"}
    return json.dumps(whole, separators=(",", ":")).encode() + b"\0"


def values() -> dict[str, bytes]:
    """What a storage holds."""
    schema = '[{"mode":"rw","property":{"type":"bool"},"id":1,"type":"obj"}]'
    return {
        "gw_bi": identity(),
        "gw_wsm": wifi(),
        "user_param_key": PINS + b"\0",
        "em_sys_env": b"bk7231n".ljust(20, b"\0"),
        "gw_di": json.dumps({"abi": 0, "id": "", "pk": "keyabcdefghijklm", "v": "3.3"}).encode(),
        "a9b8c7d6.schema": schema.encode(),
        "baud_cfg": b'{"baud":9600,"mode":1}\0',
    }


@cache
def storages() -> tuple[bytes, ...]:
    """Regions of Tuya's storage, small, under every base and magic."""
    found = [
        encode_storage(values(), inner_key=KEY, blocks=4, base_name=base.name)
        for base in storage_facts().bases
    ]
    old = encode_storage(values(), inner_key=KEY, blocks=4, magic=0x98761234)
    older = encode_storage(
        values(), inner_key=KEY, blocks=6, older=[{"gw_wsm": wifi(b"Old", b"x")}]
    )
    known = [
        encode_storage(values(), inner_key=key, blocks=4)[SECTOR:]
        for key in storage_facts().inner_keys
    ]
    return (*found, old, older, older[:-100], *known)


@cache
def protected_blocks() -> tuple[bytes, ...]:
    """Protected blocks, old and new."""
    records = {"gw_bi": identity(), "gw_wsm": wifi()}
    old = encode_protected(records, inner_key=KEY)
    return (old, encode_protected(records, inner_key=KEY, writes=3), old + old)


@cache
def psm_regions() -> tuple[bytes, ...]:
    """The older form of storage, plain and encrypted."""
    texts = [b"PSM1\x01\x02\x03", b"\x05gw_bi={uuid}", b"ESP.ssid=" + WIFI_NAME, b"ty_ws_mod=1",
             b"passwd=" + WIFI_PASSWORD, b"local_key=kk", b"user_param_key=" + PINS]  # fmt: skip
    plain = b"\0".join(texts).ljust(2 * SECTOR, b"\xff")
    return (plain, encrypt(psm_key(0x51), plain), bytes(SECTOR) + encrypt(psm_key(0), plain))


def fast_connect(*, hide: bool) -> bytes:
    """The sector with the record of the last network."""
    key = b"0123456789abcdef" * 4
    bssid = bytes.fromhex("84d81b112233")
    whole = WIFI_NAME.ljust(33, b"\0") + bssid + b"\x05\x06" + key + b"\0"
    whole += WIFI_PASSWORD.ljust(65, b"\0")
    return (masked(whole) if hide else whole).ljust(SECTOR, b"\xff")


@cache
def configs() -> tuple[bytes, ...]:
    """OpenBeken's configuration sector, of several chips."""
    given: dict[str, Value] = {
        "wifi_ssid": WIFI_NAME.decode(),
        "wifi_password": Secret(WIFI_PASSWORD),
        "startup_command": 'startDriver NTP; MqttPassword "other pass"; setStartValue 1 0',
    }
    pins = (PinSetting(26, "Rel", 1), PinSetting(10, "Btn", 1), PinSetting(8, "WifiLED_n"))
    made = [
        new_config(chip=chip, unique=b"\x1a\x2b\x3c\x4d", pins=pins, values=given).encode()
        for chip in ("BK7231N", "BK7231T", "BK7252")
    ]
    return tuple(made)


def easyflash(name: bytes = b"MqttPassword", value: bytes = b"secret words here") -> bytes:
    """A sector of EasyFlash with two records."""
    checked = bytes([len(name)]) + b"\xff" * 3 + len(value).to_bytes(4, "little") + name + value
    node = b"KV40" + (len(checked) + 12).to_bytes(4, "little")
    node += zlib.crc32(checked).to_bytes(4, "little") + checked
    return (b"\x03\xff\xff\xff" + node + b"\x03\xff\xff\xff" + node).ljust(SECTOR, b"\xff")


def little_fs() -> bytes:
    """The beginning of a file system with a script in it."""
    head = struct.pack("<II", 1, 0xF0000FFE) + b"\x00\x00\x00\x08littlefs" + bytes(24)
    script = b"autoexec.bat\0startDriver MQTTServer\nMqttPassword hunter2secret\n"
    return (head + script).ljust(SECTOR, b"\xff") * 2


@cache
def flash() -> bytes:
    """Two MiB with everything that Tuya, OpenBeken and a bootloader leave in flash."""
    data = bytearray(build_sample())
    for at, content in (
        (_RF, rf.build(bytes.fromhex("1c90ffa1b2c3"))),
        (_SETTINGS, configs()[0]),
        (_SETTINGS + 2 * SECTOR, easyflash()),
        (_SETTINGS + 4 * SECTOR, fast_connect(hide=True)),
        (_FREE, little_fs()),
        (_PROTECTED, protected_blocks()[0]),
        (_STORAGE, encode_storage(values(), inner_key=KEY)),
    ):
        data[at : at + len(content)] = content
    return bytes(data)


@cache
def small_flash() -> bytes:
    """What matters of a dump in a sixteenth of its size: loader, start of the app, storage."""
    whole = build_sample()
    parts = [whole[:0xB000], whole[0x11000:0x15000], whole[0x11F000:0x12A000][-SECTOR:]]
    parts += [configs()[0], easyflash(), protected_blocks()[0], fast_connect(hide=False)]
    parts += [rf.build(bytes.fromhex("1c90ffa1b2c3")).ljust(SECTOR, b"\xff"), storages()[0]]
    return b"".join(part.ljust(-(-len(part) // SECTOR) * SECTOR, b"\xff") for part in parts)


@cache
def packages() -> tuple[bytes, ...]:
    """Update packages: RBL plain and packed, UG, UF2."""
    plain = chip_files.ota_package()
    code = b"Built on Jan 1 2025 version 1.18.300 OpenBK7231N " * 40
    return (
        plain,
        chip_files.ota_package(code),
        b"\x55\xaa\x55\xaa" + bytes(28) + plain,
        framing.add(plain),
        _packed(code, 0x102),
        _packed(code, 0x100),
        _packed(code, 0x2),
        chip_files.uf2(chip_files.UF2_N, framing.add(code)),
        chip_files.uf2(chip_files.UF2_T, code[:700]),
    )


def _packed(code: bytes, algorithm: int) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    from bekenlab.image.fnv import fnv1a
    from bekenlab.image.rbl import RblHeader

    body = gzip.compress(code, mtime=0) if algorithm & 0x100 else code
    body += bytes([16 - len(body) % 16]) * (16 - len(body) % 16)
    if algorithm & 0xFF == 2:
        cipher = Cipher(
            algorithms.AES256(b"0123456789ABCDEF" * 2), modes.CBC(b"0123456789ABCDEF")
        ).encryptor()
        body = cipher.update(body) + cipher.finalize()
    header = RblHeader(
        algorithm=algorithm, timestamp=1_700_000_000, name="app", version="1.00", serial="0" * 23,
        body_crc32=zlib.crc32(body), raw_fnv1a=fnv1a(code), raw_size=len(code),
        package_size=len(body),
    )  # fmt: skip
    return header.encode() + body


@cache
def archives() -> tuple[bytes, ...]:
    """Packed files, one in the other too."""
    content = PINS * 3
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.txt", "folder/plug.bin", "notes.md", "..\\b.json", "c.bin"):
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr(zipfile.ZipInfo("one.bin", (2020, 1, 1, 0, 0, 0)), bytes(300))
    squeezed = io.BytesIO()
    with zipfile.ZipFile(squeezed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(zipfile.ZipInfo("one.bin", (2020, 1, 1, 0, 0, 0)), content)
    packed = gzip.compress(content, mtime=0)
    return (
        made.getvalue(),
        stored.getvalue(),
        squeezed.getvalue(),
        packed,
        packed + packed,
        gzip.compress(bytes(200_000), mtime=0),
        lzma.compress(content),
        lzma.compress(bytes(200_000)) + lzma.compress(b"x"),
        bz2.compress(content),
        content,
    )


@cache
def texts() -> tuple[bytes, ...]:
    """Configurations as people post them."""
    pins = PINS.decode()
    as_json = json.dumps(dict(PARAMETERS))
    quoted = "\n".join(f"> {line}" for line in as_json.split(", "))
    words = (
        "Device configuration, as extracted from Tuya: \n- Relay (channel 1) on P26\n"
        "- Button (channel 1) on P10\n- BL0937 SEL on P24\n- BL0937 VI on P6\n"
        "- WiFi LED on P8\nDevice seems to be using CB2S module, which is using BK7231N.\n"
    )
    wrapped = json.dumps({"device_configuration": dict(PARAMETERS), "user_param_key": pins})
    forms = [
        pins, as_json, quoted, words, wrapped, repr(dict(PARAMETERS)), pins.strip("{}"),
        f"text before `{pins}` and after {pins.replace('26', '24')}", f"[{pins},{as_json}]",
        as_json.replace('"', "&quot;"), as_json.replace('"', "\u201c"),
        f"json cfg:[,{pins[1:-1]},}}",
        f"<p>{pins}<br>{words}</p>", json.dumps([dict(PARAMETERS)] * 2),
        as_json.replace('"', '\\"'),
        "rl1_pin = 26\nrl1_lv = 1\nbt1_pin = 10\nbt1_lv = 0\n",
    ]  # fmt: skip
    coded = [form.encode() for form in forms]
    return (*coded, pins.encode("utf-16"), as_json.encode("utf-16-be"), b"\xe9 " + PINS)


OBK_LOG = (
    "Info:MAIN:Main_Init_Before_Delay\r\nInfo:CFG:####### Boot Count 3 #######\r\n"
    "Info:MAIN:Build on Jan 1 2025 12:00:00 version 1.18.300\r\nInfo:CFG:CFG_InitAndLoad: ok\r\n"
    "Info:MAIN:Registered for wifi changes, connecting to SSID My Home Net\r\n"
    "Info:CMD:[PW] MqttPassword hunter2secret\r\nInfo:MAIN:Time 12, idle 170/s, free 80000\r\n"
)


@cache
def logs() -> tuple[bytes, ...]:
    """Boot logs of Tuya's firmware in every form, of OpenBeken, and of a virtual chip."""
    whole = boot_logs.boot(*boot_logs.FAMILIES)
    secrets = (
        f'{boot_logs.STAMP}ssid:My Home Net passwd:correct horse\r\n{boot_logs.STAMP}{{"uuid":'
        f'"{UUID.decode()}","auth_key":"{AUTH_KEY.decode()}"}}\r\nmac: 1c:90:ff:a1:b2:c3\r\n'
    )
    other = (
        "[RELAY] - pin:6, io_drive:2\r\nch[0]\r\n[KEY] - pin:8, io_drive:1\r\n"
        "sg_pwm_list[0]=8\r\n<Light PWM> pin-6\r\njson cfg:[,rl1_pin:6,bt1_pin:8,}junk\r\n"
    )
    found = [boot_logs.boot(family) for family in boot_logs.FAMILIES]
    found += [whole, boot_logs.HEAD + secrets + boot_logs.TAIL, boot_logs.HEAD + other, OBK_LOG]
    found.append(whole + whole)
    coded = [text.encode() for text in found]
    return (*coded, whole.encode("utf-16"), bytes(whole.encode().translate(_GARBLED)))


_GARBLED = bytes(byte ^ (0x80 if byte % 29 == 0 else 0) for byte in range(256))


@cache
def templates() -> tuple[bytes, ...]:
    """OpenBeken templates."""
    template = {
        "vendor": "Maker", "bDetailed": "0", "name": "Plug", "model": "P1", "chip": "BK7231N",
        "board": "CB2S", "flags": "1024", "keywords": ["a"], "image": "", "wiki": "",
        "pins": {"26": "Rel;1", "10": "Btn;1", "8": "WifiLED_n;0", "7": "BL0937CF;0;1"},
        "command": "startDriver BL0937; setStartValue 1 -1; addChangeHandler Channel1 == 1 "
        "setChannel 2 0; backlog MqttUser u; MqttPassword p",
    }  # fmt: skip
    small = {"pins": {"P26": "Rel,1", "GPIO8": "relay;2"}, "command": "alias a backlog b"}
    return (json.dumps(template).encode(), json.dumps(small, indent=2).encode())


@cache
def device_list() -> bytes:
    """A list of known devices."""
    rows = [json.loads(text) for text in templates()]
    return json.dumps(
        {"devices": [*rows, rows[0] | {"name": "Lamp", "pins": {"6": "PWM;1"}}]}
    ).encode()


@cache
def reports() -> tuple[bytes, ...]:
    """Reports of ``analyze --json``."""
    from pathlib import Path

    from bekenlab.analysis.analyze import analyze
    from bekenlab.analysis.boot_findings import BootMode
    from bekenlab.analysis.inputs import InputFile
    from bekenlab.report.json_report import to_json

    of_dump = to_json(analyze(InputFile("a.bin", Path("a.bin"), flash()), boot=BootMode.NEVER))
    of_text = to_json(analyze(InputFile("a.txt", Path("a.txt"), PINS), boot=BootMode.NEVER))
    one, two = json.dumps(of_dump).encode(), json.dumps(of_text).encode()
    return (one, two, one + b"\n" + two + b"\n", b"[" + one + b"," + two + b"]")
