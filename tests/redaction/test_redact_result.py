"""What a person is told of a redaction: what was replaced, and what could not be checked."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bekenlab.analysis.inputs import InputFile
from bekenlab.errors import NotADumpError, RefusedError
from bekenlab.image import cipher, framing
from bekenlab.redaction.redact import Redaction, redact, redact_file
from bekenlab.tuya.crypto import encrypt
from bekenlab.tuya.psm import psm_key
from image.code import arm_code
from redaction.small_flash import (
    AUTH,
    FREE,
    NAME,
    NO_TEXT,
    PASSWORD,
    PINS,
    RF,
    SECTOR,
    SIZE,
    STORAGE,
    UUID,
    VALUES,
    flash,
    wifi,
)

if TYPE_CHECKING:
    from bekenlab.image.cipher import CodeKey


def run(data: bytes) -> Redaction:
    return redact(InputFile("dump.bin", Path("dump.bin"), data))


def warned(result: Redaction) -> str:
    return "\n".join(notice.message for notice in result.notices)


def code(extra: bytes = b"", key: CodeKey = cipher.TUYA_KEY) -> bytes:
    """An application alone, as a file from 0x11000 on."""
    plain = (arm_code(0x2000) + extra).ljust(0x3000, b"\0")
    return framing.add(cipher.apply(plain, 0x10000, key))


def behind_code(data: bytes, extra: bytes = b"", key: CodeKey = cipher.TUYA_KEY) -> bytes:
    head = code(extra, key)
    return head + data[len(head) :]


def test_the_result_counts_what_was_replaced_and_not_what_was_derived() -> None:
    data = flash((FREE, b"see " + AUTH))
    result = run(data)
    assert result.file.size == len(data) == len(result.data)
    assert result.file.sha256 == hashlib.sha256(data).hexdigest()
    assert result.sha256 == hashlib.sha256(result.data).hexdigest()
    assert [(row.kind, row.place, row.count) for row in result.replacements] == [
        ("key", "elsewhere, as stored", 1),
        ("key", "storage, gw_bi", 1),
        ("mac", "RF data 0x1018", 1),
        ("uuid", "storage, gw_bi", 1),
        ("wifi-name", "storage, gw_wsm", 1),
        ("wifi-password", "storage, gw_wsm", 1),
    ]
    assert result.secrets == 5
    assert result.spellings > 5 * 5
    assert result.erased == 0
    assert result.searched[0] == "as stored"
    assert result.notices == ()


def test_storage_that_does_not_begin_at_a_sector_of_the_file() -> None:
    data = flash()
    result = run(data[SECTOR - 100 :])
    assert UUID not in result.data
    assert result.data[: STORAGE - SECTOR] != b""
    assert {row.kind for row in result.replacements} >= {"uuid", "wifi-name"}


def test_a_word_of_the_pin_configuration_is_said_to_have_stayed() -> None:
    result = run(flash(values=VALUES | {"gw_wsm": wifi(b"rl1_pin")}))
    [notice] = result.notices
    assert notice.code == "redact-common-word"
    assert "pin configuration: 1 (wifi-name)" in notice.message


def test_a_secret_in_the_pin_configuration_is_named_and_not_shown() -> None:
    odd = b"{rl1_pin:26,ssid:HomeSweet,module:CB2S,passwd:hunter22}\x00"
    result = run(flash(values=VALUES | {"user_param_key": odd}))
    [notice] = result.notices
    assert "replaced: passwd, ssid. " in notice.message
    assert "HomeSweet" not in notice.message
    assert "rl1_pin" not in notice.message


def test_known_storage_makes_guesses_unnecessary() -> None:
    token = b"\x009876543210123-abcdef98:765\x00"
    assert token in run(flash((FREE, token))).data
    unknown = NO_TEXT.ljust(SIZE, b"\xff")
    unknown = unknown[:RF] + flash()[RF : RF + SECTOR] + unknown[RF + SECTOR :]
    assert token not in run(unknown[:FREE] + token + unknown[FREE + len(token) :]).data


def test_unknown_firmware_is_said_to_be_unchecked() -> None:
    data = bytearray(b"\xff" * SIZE)
    data[:SECTOR] = NO_TEXT
    data[RF : RF + SECTOR] = flash()[RF : RF + SECTOR]
    data[FREE : FREE + 40] = b'{"ssid":"My Home Net","passwd":"secret"}'
    result = run(bytes(data))
    assert NAME not in result.data
    [notice] = result.notices
    assert "does not know this firmware" in notice.message


def test_code_under_an_unknown_key_is_said_to_be_unsearched() -> None:
    data = bytearray(behind_code(flash()))
    noise = framing.add(hashlib.shake_256(b"noise").digest(0x3000))
    data[: len(noise)] = noise
    assert "encrypted with an unknown key" in warned(run(bytes(data)))
    assert "unknown key" not in warned(run(behind_code(flash())))


def test_the_older_form_of_storage_is_said_to_have_unknown_checksums() -> None:
    texts = [b"PSM1\x01\x02\x03", b"ESP.ssid=" + NAME, b"passwd=" + PASSWORD, b"ty_ws_mod=1",
             b"user_param_key=" + PINS]  # fmt: skip
    region = b"\x00".join(texts).ljust(2 * SECTOR, b"\xff")
    data = bytearray(b"\xff" * SIZE)
    data[:SECTOR] = NO_TEXT
    data[STORAGE : STORAGE + len(region)] = encrypt(psm_key(0x51), region)
    result = run(bytes(data))
    assert "older PSM format" in warned(result)
    assert "does not know" not in warned(result)
    assert {"wifi-name", "wifi-password"} <= {row.kind for row in result.replacements}


def test_tuyas_firmware_without_its_storage_is_said_to_hide_something() -> None:
    known = b"TUYA IOT SDK V:2.3.3\0oem_bk7231n_plug:1.1.8\0"
    blank = b"\xff" * SIZE
    data = behind_code(blank, known)
    assert "storage was not found" in warned(run(data))
    assert "storage was not found" not in warned(run(behind_code(flash(), known)))


def test_a_damaged_storage_is_said_to_be_unsearched_in_part() -> None:
    data = bytearray(flash())
    data[STORAGE + 3 * SECTOR + 0x100] ^= 0x55
    result = run(bytes(data))
    assert "Part of the storage is damaged" in warned(result)
    assert result.erased == 1


def test_a_file_system_of_openbeken_is_said_to_be_unread() -> None:
    known = b"\0OpenBK7231N 1.18.300 Aug  2 2026 19:38:04\0"
    blank = b"\xff" * SIZE
    data = behind_code(blank[:FREE] + b"\0\0littlefs".ljust(64) + blank[FREE + 64 :], known)
    assert "LittleFS" in warned(run(data))
    compiled_in = behind_code(blank, known + b"littlefs".ljust(64), cipher.PLAIN_KEY)
    assert b"littlefs" in compiled_in
    assert "LittleFS" not in warned(run(compiled_in))


def test_what_is_no_dump_is_refused() -> None:
    with pytest.raises(NotADumpError):
        run(b"GIF89a" + bytes(range(256)) * 40)
    with pytest.raises(RefusedError, match=r"dump\.bin is a text file"):
        run(PINS)


def test_a_log_is_redacted_as_one(tmp_path: Path) -> None:
    line = b"[01-01 00:00:01 TUYA N][a.c:1] ssid:My Home Net\r\n"
    path = tmp_path / "log.txt"
    path.write_bytes(line * 3)
    result = redact_file(path)
    assert NAME not in result.data
    assert result.searched == ("the log",)
    assert (result.secrets, result.erased) == (1, 0)
    assert result.file.sha256 == hashlib.sha256(line * 3).hexdigest()
    assert result.replacements[0].kind == "wifi-name"
