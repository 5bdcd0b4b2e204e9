"""The proof: whatever redaction forgets is found, and nothing but secrets may differ."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import InputFile
from bekenlab.errors import RedactionError
from bekenlab.image import cipher, framing
from bekenlab.redaction.dump import DumpRedactor
from bekenlab.redaction.placeholders import FoundSecret
from bekenlab.redaction.proof import check_gone, check_unchanged
from bekenlab.tuya.crypto import encrypt
from bekenlab.tuya.fast_connect import masked
from bekenlab.tuya.parameters.model import parameter_crc
from image.code import arm_code
from redaction.small_flash import DATA_KEY, FREE, PINS, SECTOR, VALUES, flash, with_a_damaged_value

if TYPE_CHECKING:
    from bekenlab.analysis.model import Analysis

SECRET = b"Xq7Lm2Xc5Vb7Nn1Ka4Js6Hd9"
SECRETS = [FoundSecret("key", SECRET, b"REDACTED01".ljust(len(SECRET), b"x"), 1)]
MASTER = b"qwertyuiopasdfgh"


def where(data: bytes, keys: list[bytes] | None = None, phase: int = 0) -> object:
    with pytest.raises(RedactionError) as caught:
        check_gone(data, SECRETS, keys or [], phase)
    assert SECRET.decode() not in caught.value.message + str(caught.value.facts)
    assert caught.value.facts["kind"] == "key"
    assert caught.value.hint
    return caught.value.facts["where"]


@pytest.mark.parametrize(
    ("left", "layer"),
    [
        (SECRET, "as stored"),
        (SECRET.hex().encode(), "as stored"),
        (base64.b64encode(b"a" + SECRET), "as stored"),
        (masked(bytes(64) + SECRET)[64:], "without the mask of fast connect"),
        (encrypt(MASTER, SECRET + bytes(8)), "under the master key"),
        (encrypt(DATA_KEY, SECRET + bytes(8)), "under the storage key"),
        (encrypt(MASTER, encrypt(DATA_KEY, SECRET + bytes(8))), "under both keys"),
    ],
)
def test_a_secret_is_found_in_every_layer(left: bytes, layer: str) -> None:
    assert where(flash((FREE + 64, left))) == layer


def test_keys_that_were_there_before_are_tried_as_well() -> None:
    data = bytes(SECTOR) + encrypt(DATA_KEY, SECRET + bytes(8)) + bytes(SECTOR)
    assert where(data, [DATA_KEY]) == "under the storage key"
    check_gone(data, SECRETS, [], 0)


def test_sectors_that_begin_elsewhere() -> None:
    data = bytes(SECTOR + 3) + encrypt(MASTER, SECRET + bytes(8)) + bytes(SECTOR)
    assert where(data, phase=3) == "under the master key"


def code(extra: bytes) -> bytes:
    plain = arm_code(0x1000) + extra.ljust(32)
    return framing.add(cipher.apply(plain, 0x10000, cipher.TUYA_KEY))


def test_a_secret_in_the_code_cannot_be_removed() -> None:
    with pytest.raises(RedactionError) as caught:
        check_gone(code(SECRET).ljust(0x8000, b"\xff"), SECRETS, [], 0)
    assert caught.value.facts["where"] == "decrypted code"
    assert "do not share" in caught.value.hint


def test_a_secret_in_code_as_it_is_stored() -> None:
    plain = cipher.apply(arm_code(0x1000), 0x10000, cipher.TUYA_KEY) + SECRET.ljust(32)
    data = b"\xff" * 0x11000 + framing.add(plain).ljust(0x8000, b"\xff")
    with pytest.raises(RedactionError) as caught:
        check_gone(data, SECRETS, [], 0)
    assert caught.value.facts["where"] == "code as stored"
    assert "do not share" in caught.value.hint


def test_what_is_in_the_file_but_not_in_flash_counts() -> None:
    """A flash read beyond its end: a secret may lie across the seam of its copies."""
    flash_once = SECRET[12:] + bytes((1 << 21) - len(SECRET)) + SECRET[:12]
    check_gone(flash_once, SECRETS, [], 0)
    assert where(flash_once * 2) == "file as stored"


def test_it_says_what_it_looked_for_and_where() -> None:
    searched = check_gone(flash(), SECRETS, [], 0)
    assert searched.spellings > 5
    assert searched.where == (
        "as stored",
        "without the mask of fast connect",
        "under the master key",
        "under the storage key",
        "under both keys",
    )
    searched = check_gone(code(b"").ljust(0x8000, b"\xff"), SECRETS, [], 0)
    assert searched.where[-2:] == ("decrypted code", "code as stored")


AMONG_PINS = b"{rl1_pin:26,rl1_lv:1,ssid:HomeSweet,module:CB2S,crc:000,}"
SECRET_AMONG_PINS = AMONG_PINS.replace(b"000", b"%03d" % parameter_crc(AMONG_PINS))


@cache
def before() -> Analysis:
    return analysis(flash())


def analysis(data: bytes) -> Analysis:
    return analyze(InputFile("dump.bin", Path("dump.bin"), data), boot=BootMode.NEVER)


@pytest.mark.parametrize(
    "data",
    [
        flash(values=VALUES | {"tuya_seed": bytes(range(7, 39))}),
        flash(values=VALUES | {"user_param_key": SECRET_AMONG_PINS}),
        with_a_damaged_value(flash()),
        bytes(SECTOR).ljust(0x20000, b"\xff"),
    ],
    ids=["storage", "a secret among the pins", "a damaged value", "no storage"],
)
def test_a_redacted_dump_reads_like_the_original(data: bytes) -> None:
    original = analysis(data)
    assert original.image
    run = DumpRedactor(original.image, 0, unknown=False)
    run.run()
    check_unchanged(original, bytes(run.data))


def test_a_value_that_is_no_secret_must_stay_to_the_byte() -> None:
    original = analysis(flash(values=VALUES | {"em_sys_env": b"first\0"}))
    with pytest.raises(RedactionError, match="the stored values"):
        check_unchanged(original, flash(values=VALUES | {"em_sys_env": b"other\0"}))


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"user_param_key": PINS.replace(b"26", b"24") + b"\0"}, "the pins"),
        ({"user_param_key": PINS.replace(b"crc", b"jv:1.0.0,crc") + b"\0"}, "the parameters"),
        ({"user_param_key": PINS.replace(b"66", b"67") + b"\0"}, "the parameters"),
        ({"em_sys_env": b"another\0"}, "the stored values"),
        ({"gw_bi": VALUES["gw_bi"][:-1]}, "the stored values"),
    ],
)
def test_a_difference_is_an_error(values: dict[str, bytes], what: str) -> None:
    with pytest.raises(RedactionError, match=f"would change {what}") as caught:
        check_unchanged(before(), flash(values=VALUES | values))
    assert caught.value.facts["what"] == what


def test_a_warning_that_comes_or_goes_is_an_error() -> None:
    data = bytearray(flash())
    data[0xE000 + SECTOR] ^= 1
    with pytest.raises(RedactionError):
        check_unchanged(before(), bytes(data))
