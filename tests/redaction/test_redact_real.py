"""Real dumps without their secrets, checked by a search of this test's own."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from amounts import one_in
from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.boot_model import BootOptions
from bekenlab.analysis.inputs import InputFile
from bekenlab.analysis.model import Analysis
from bekenlab.image import read_image
from bekenlab.jobs.boot import boot_file
from bekenlab.redaction.redact import Redaction, redact
from bekenlab.tuya.boot_log.redact import redact_log
from shared import dump, dump_names

MASTER = b"qwertyuiopasdfgh"
BASE = [b"8710"[i % 4] + b"HHRRQbyemofrtytf"[i] & 0xFF for i in range(16)]
MASK = bytes.fromhex("55aa5a55a54d637f")
NAMES = (
    b"uuid|auth_key|psk_key|psk30_key|psk21_key|lckey|key|id|ssid|passwd|pwsd|token|reg_key|pin|"
    b"bt_mac|local_key"
)
FIELD = re.compile(rb'"(' + NAMES + rb')":"([^"\x00-\x1f\x7f-\xff]{4,128})"')
CODED = re.compile(rb'"wfb64":1')


@cache
def redacted(name: str) -> Redaction:
    return redact(InputFile(name, Path(name), dump(name)))


@cache
def report(name: str, *, after: bool) -> Analysis:
    data = redacted(name).data if after else dump(name)
    return analyze(InputFile(name, Path(name), data), boot=BootMode.NEVER)


def opened(key: bytes, data: bytes) -> bytes:
    cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305
    return cipher.decryptor().update(data[: len(data) // 16 * 16])


def layers(data: bytes, keys: list[bytes]) -> dict[str, bytes]:
    """The file in every way it can be read; sectors of all real dumps are aligned."""
    image = read_image(data)
    masked = bytes(a ^ b for a, b in zip(data, MASK * (len(data) // 8 + 1), strict=False))
    found = {"stored": data, "mask": masked, "code": image.logical}
    outer = opened(MASTER, data)
    for key in keys:
        found[f"storage {key[:2].hex()}"] = opened(key, data)
        found[f"protected {key[:2].hex()}"] = opened(key, outer)
    return found


def data_keys(name: str) -> list[bytes]:
    storage = report(name, after=False).tuya.storage
    if storage is None:
        return []
    return [bytes((a + b) & 0xFF for a, b in zip(storage.inner_key.reveal(), BASE, strict=True))]


def secrets(name: str) -> Iterator[tuple[str, bytes]]:
    """Every secret this test can find, also in remains: (field, bytes)."""
    data = dump(name)
    before = report(name, after=False)
    for layer, text in layers(data, data_keys(name)).items():
        if layer == "code":
            continue
        for match in FIELD.finditer(text):
            field, value = match[1].decode(), match[2]
            yield field, value
            around = text[max(0, match.start() - 200) : match.end() + 200]
            if field in ("ssid", "passwd") and CODED.search(around) and len(value) % 4 == 0:
                yield field, base64.b64decode(value)
    if before.image and before.image.rf and before.image.rf.mac:
        mac = bytes.fromhex(before.image.rf.mac.replace(":", ""))
        yield "mac", mac
        yield "mac reversed", mac[::-1]
        yield "mac tail", mac.hex()[6:].encode()
    for value in (before.tuya.storage.values if before.tuya.storage else {}).values():
        if value.name == "tuya_seed":
            yield "tuya_seed", value.value
    yield from fast_connect(data)


def fast_connect(data: bytes) -> Iterator[tuple[str, bytes]]:
    image = read_image(data)
    for at in (0x1D1000, 0x1E2000):
        stored = image.physical[at : at + 171]
        unmasked = bytes(a ^ b for a, b in zip(stored, MASK * 22, strict=False))
        for record in (stored, unmasked):
            if re.fullmatch(rb"[0-9a-f]{64}\x00", record[41:106]):
                yield "wifi key", record[41:105]
                yield "bssid", record[33:39]
                yield "ssid", record[:33].rstrip(b"\x00")
                yield "passwd", record[106:].rstrip(b"\x00")


def spelt(secret: bytes) -> Iterator[bytes]:
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    # Other bytes may stand before it: three alignments, each without the characters it shares.
    for before in range(3):
        coded = base64.b64encode(bytes(before) + secret)
        yield coded[-(-before * 8 // 6) : (before + len(secret)) * 8 // 6]
    if secret.isascii():
        yield secret.decode().encode("utf-16-le")


def is_left(text: bytes, data: bytes) -> bool:
    if len(text) >= 6:
        return text in data
    return re.search(rb"(?<![0-9A-Za-z])" + re.escape(text) + rb"(?![0-9A-Za-z])", data) is not None


@pytest.mark.no_cover
@pytest.mark.parametrize("name", one_in(6, dump_names()))
def test_no_secret_is_left_in_any_layer(name: str) -> None:
    after = layers(redacted(name).data, data_keys(name))
    assert left_over(wanted(name), after) == []


def test_the_search_finds_secrets_in_the_originals() -> None:
    """The tests here would pass as well if they looked for nothing."""
    found = {name: left_over(wanted(name), layers(dump(name), data_keys(name))) for name in NAMED}
    assert all(len({field for field, _, _ in left}) >= 4 for left in found.values())
    assert any(layer == "mask" for left in found.values() for _, _, layer in left)


NAMED = (
    "bk7231n-lspa9-clone-first-bydarkman-topic3887748",
    "bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz",
    "bk7231n-tuya-10gang-wallswitch-tuyamcu-3.1.28",
)


def wanted(name: str) -> set[tuple[str, bytes]]:
    """Secrets worth looking for: what also stands in the code is the firmware's own word."""
    image = report(name, after=False).image
    code = image.logical if image else b""
    return {
        (field, value)
        for field, value in secrets(name)
        if len(value) >= 4 and any(value) and not (len(value) < 16 and value in code)
    }


def left_over(words: set[tuple[str, bytes]], after: dict[str, bytes]) -> list[tuple[str, int, str]]:
    return [
        (field, len(value), layer)
        for field, value in words
        for layer, data in after.items()
        if any(is_left(text, data) for text in spelt(value))
    ]


@pytest.mark.parametrize("name", one_in(6, dump_names()))
def test_no_half_of_a_long_secret_is_left(name: str) -> None:
    """Values lie in pages of 128 bytes: a remaining page may hold half a key."""
    halves = {
        half
        for field, value in secrets(name)
        if len(value) >= 16 and field not in ("id", "ssid")
        for half in (value[:8], value[-8:])
        if len(set(half)) > 2
    }
    after = layers(redacted(name).data, data_keys(name))
    del after["code"]
    assert [layer for layer, data in after.items() for half in halves if half in data] == []


@pytest.mark.parametrize("name", one_in(6, dump_names()))
def test_pins_and_parameters_are_those_of_the_original(name: str) -> None:
    before, after = report(name, after=False), report(name, after=True)
    assert after.pins == before.pins
    assert after.template == before.template
    assert [s.parameters for s in after.tuya.statements] == [
        s.parameters for s in before.tuya.statements
    ]
    stored = [
        r.tuya.storage.value("user_param_key") if r.tuya.storage else None for r in (before, after)
    ]
    assert stored[0] == stored[1]


@pytest.mark.parametrize("name", one_in(6, dump_names()))
def test_storage_is_as_whole_as_before(name: str) -> None:
    before, after = report(name, after=False), report(name, after=True)
    assert [n.code for n in after.notices] == [n.code for n in before.notices]
    old, new = before.tuya.storage, after.tuya.storage
    assert (old is None) == (new is None)
    if old and new:
        assert new.blocks == old.blocks  # their checksums too: ``ok``
        assert {n: (v.ok, len(v.value)) for n, v in new.values.items()} == {
            n: (v.ok, len(v.value)) for n, v in old.values.items()
        }
        for value in new.values.values():
            text = value.value.rstrip(b"\x00\xff")
            if text.startswith(b"{") and '"' in text.decode("utf-8", "replace"):
                json.loads(text)
    assert [b.ok for b in after.tuya.protected] == [b.ok for b in before.tuya.protected]


@pytest.mark.parametrize("name", one_in(6, dump_names()))
def test_twice_is_the_same_as_once(name: str) -> None:
    once = redacted(name)
    twice = redact(InputFile(name, Path(name), once.data))
    assert len(once.data) == len(dump(name))
    assert hashlib.sha256(twice.data).digest() == hashlib.sha256(once.data).digest()
    assert twice.replacements == ()


@pytest.mark.parametrize("name", one_in(6, dump_names()))
def test_nothing_but_secrets_changes(name: str) -> None:
    """Code is untouched, and the vendor's half of the MAC address stays."""
    before, after = report(name, after=False).image, report(name, after=True).image
    assert before
    assert after
    assert after.logical == before.logical
    assert after.partitions == before.partitions
    if before.rf and before.rf.mac:
        assert after.rf
        assert after.rf.mac
        assert after.rf.mac[:9] == before.rf.mac[:9]
        assert after.rf.mac != before.rf.mac


def steady(line: str) -> str:
    """A log line without what may differ: redacted values, and what is computed from them."""
    line = redact_log(line)
    line = re.sub(r"\b(?:[0-9a-f]{2}[ -]){5,}[0-9a-f]{0,2}", "<bytes>", line)
    line = re.sub(r"(?:REDACTED|redacted|facade|REDACT|RED)\w*", "<redacted>", line)
    line = re.sub(r"\b(?:[0-9a-f ]{1,2}:){5}[0-9a-f ]{1,2}", "<mac>", line)
    return re.sub(r"serial_no:\S+|product_id type.*|in [0-9.]+ seconds|ssid:\S*", "<value>", line)


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "name",
    one_in(
        3,
        [
            "bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17",
            "bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz",
            "bk7231n-tuya-10gang-wallswitch-tuyamcu-3.1.28",
        ],
    ),
)
def test_it_boots_to_the_same_log(name: str, tmp_path: Path) -> None:
    options = BootOptions(device_seconds=8.0, wall_seconds=60.0, stop_at_pins=False)
    logs = []
    for title, data in (("before", dump(name)), ("after", redacted(name).data)):
        path = tmp_path / f"{title}.bin"
        path.write_bytes(data)
        run = boot_file(path, options=options)
        logs.append((run.stop, [steady(line) for line in run.text.splitlines()]))
    assert len(logs[0][1]) > 50
    assert logs[0] == logs[1]
