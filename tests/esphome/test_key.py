"""Firmware for a device whose code is under another key than its board's is built with that key."""

from __future__ import annotations

import re

import pytest

from bekenlab.esphome import build_firmware
from bekenlab.image import read_image
from bekenlab.image.cipher import PLAIN_KEY, TUYA_KEY, CodeKey
from bekenlab.image.keys import same_key
from bekenlab.pins import PinMap
from broken_chips import OTHER_KEY, SAMPLE, recoded
from esphome_judge import judge

_COEFFICIENTS = re.compile(r'board_build\.bkcrypt_coeffs: "([0-9a-f]{32})"')


def built_with(chip: str, key: CodeKey | None, *, ota: int | None = None) -> CodeKey | None:
    yaml = build_firmware(PinMap(), chip=chip, key=key, ota=ota).yaml
    found = _COEFFICIENTS.search(yaml)
    return CodeKey.parse(found[1]) if found else None


@pytest.mark.parametrize(
    ("chip", "ota", "key", "wanted"),
    [
        ("BK7231N", None, None, None),
        ("BK7231N", 0x12A000, TUYA_KEY, None),
        ("BK7231N", 0x12A000, PLAIN_KEY, PLAIN_KEY),
        ("BK7231N", 0x132000, PLAIN_KEY, None),
        ("BK7231N", 0x132000, TUYA_KEY, TUYA_KEY),
        ("BK7231N", None, OTHER_KEY, OTHER_KEY),
        ("BK7231M", None, PLAIN_KEY, None),
        ("BK7231T", None, TUYA_KEY, None),
        ("BK7231T", None, OTHER_KEY, OTHER_KEY),
        ("BK7238", None, PLAIN_KEY, None),
    ],
)
def test_a_key_is_named_only_where_the_boards_is_another(
    chip: str, ota: int | None, key: CodeKey | None, wanted: CodeKey | None
) -> None:
    assert built_with(chip, key, ota=ota) == wanted


def test_a_key_worked_out_from_code_does_what_the_chips_does() -> None:
    image = read_image(recoded(SAMPLE, 0, 0x12A000, OTHER_KEY))
    assert image.encryption.key is not None
    found = built_with("BK7231N", image.encryption.key)
    assert found is not None
    assert same_key(found, OTHER_KEY)


def test_esphome_takes_it() -> None:
    made = build_firmware(PinMap(), chip="BK7231N", key=OTHER_KEY).yaml
    said = judge({"other key": made})["other key"]
    assert said.ok, said.errors
    digits = str(OTHER_KEY).replace(" ", "")
    assert digits in str(said.config["esphome"]["platformio_options"])
