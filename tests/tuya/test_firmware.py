"""Whose firmware it is, by the strings in its code: OpenBeken of any age, ESPHome, LibreTiny."""

import lzma
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses import study
from bekenlab.analysis.inputs import InputFile
from bekenlab.flashing.flash_file import FileKind, recognise
from bekenlab.image import ota, rbl
from bekenlab.jobs.install.firmware import read_firmware
from bekenlab.tuya.firmware import FirmwareKind, default_parameters, identify
from shared import shared

OBK = FirmwareKind.OPENBEKEN


def code(*texts: bytes) -> bytes:
    return b"\x01\x02" + b"\0".join([b"", *texts, b""]) + b"\xff" * 8


@pytest.mark.parametrize(
    ("texts", "name", "version"),
    [
        # 2023 on: the name with version and date
        ([b"OpenBK7231N 1.18.300 Aug  2 2026 19:38:04"], "OpenBK7231N", "1.18.300"),
        (
            [b"OpenBK7231T 2178_merge_bde63cebc7e3 Aug 10 2026 1"],
            "OpenBK7231T",
            "2178_merge_bde63cebc7e3",
        ),
        # before: what it calls itself when it asks a web server
        (
            [b"OpenBK7231N_1.17.203", b"Build on Jul 28 2023 07:11:06 version 1.17.203"],
            "OpenBK7231N",
            "1.17.203",
        ),
        ([b"OpenBL2028N_1.17.9"], "OpenBL2028N", "1.17.9"),
        # only the build and the name of the access point; the T build has that of N, too
        (
            [b"OpenBK7231N_%02X%02X%02X%02X", b"Build on Nov  5 2022 07:11:06 version 1.12.40"],
            "OpenBK7231N",
            "1.12.40",
        ),
        (
            [
                b"OpenBK7231N_%02X%02X",
                b"OpenBK7231T_%02X%02X",
                b"Built on Nov  5 2022 07:11:06 version 1.14.1",
            ],
            "OpenBK7231T",
            "1.14.1",
        ),
        (
            [
                b"../apps/OpenBK7231T/src/a.c",
                b"OpenBK7231N_%02X",
                b"Build on Nov  5 2022 07:11:06 version 1.1",
            ],
            "OpenBK7231T",
            "1.1",
        ),
    ],
)
def test_openbeken_of_any_age(texts: list[bytes], name: str, version: str) -> None:
    found = identify(code(*texts))
    assert (found.kind, found.name, found.version) == (OBK, name, version)


def test_firmware_that_only_mentions_openbeken_is_not_openbeken() -> None:
    found = identify(code(b"see https://github.com/openshwprojects/OpenBK7231T_App/"))
    assert found.kind is FirmwareKind.OTHER


@pytest.mark.parametrize(
    ("texts", "name", "version", "platform"),
    [
        (
            [
                b"ESPHome version 2025.5.1 compiled on %s",
                b"LibreTiny v1.8.0 on generic-bk7231n-qfn32-tuya, compiled",
            ],
            "ESPHome",
            "2025.5.1",
            "bk7231n",
        ),
        (
            [b" (esphome v2024.12.4)", b"LibreTiny v1.7.0 on cb2s, compiled"],
            "ESPHome",
            "2024.12.4",
            "bk7231n",
        ),
        ([b"LibreTiny v1.12.1 on wb3s, compiled"], "LibreTiny", None, "bk7231t"),
        ([b"LibreTiny v1.0.0"], "LibreTiny", None, None),
    ],
)
def test_libretiny(
    texts: list[bytes], name: str, version: str | None, platform: str | None
) -> None:
    found = identify(code(*texts))
    assert (found.name, found.version, found.platform) == (name, version, platform)


IMAGES = [
    ("openbk7231n-qio-1.17.203", "OpenBK7231N", "1.17.203", "BK7231N", FileKind.QIO),
    ("openbk7252-qio-1.18.300", "OpenBK7252", "1.18.300", "BK7252", FileKind.QIO),
    ("OpenBeken-v1.18.219_bk7231n.ug", "OpenBK7231N", "1.18.219", "BK7231N", FileKind.OTA),
    ("OpenBeken-v1.18.219_bk7231t.ug", "OpenBK7231T", "1.18.219", "BK7231T", FileKind.OTA),
    (
        "ESPHome-Kickstart-v25.05.28_bk7231n_app.ota.ug",
        "ESPHome",
        "2025.5.1",
        "BK7231N",
        FileKind.OTA,
    ),
]


@pytest.mark.parametrize(("file", "name", "version", "chip", "kind"), IMAGES)
def test_what_is_inside_a_package(
    file: str, name: str, version: str, chip: str, kind: FileKind
) -> None:
    path = shared("images", f"{file}.bin.xz")
    data = lzma.decompress(path.read_bytes())
    found = study(data, path.name)
    assert (found.firmware.name, found.firmware.version, found.chip.name) == (name, version, chip)
    known = recognise(InputFile(path.name, path, data))
    assert (known.kind, known.chip, known.firmware) == (kind, chip, f"{name} {version}")
    if kind is FileKind.OTA:
        assert known.pieces[0].data == ota.strip_ug(data), "the header for the air stays away"
        assert known.pieces[0].data.startswith(rbl.MAGIC)


def test_an_old_release_can_be_installed() -> None:
    found = read_firmware(shared("images", "openbk7231n-qio-1.17.203.bin.xz"))
    assert found.file.firmware == "OpenBK7231N 1.17.203"


PIECES = [b"{", b"a", b'"', b":", b"}", b"\0", b"%", b"}\0", b"{a:", b'{"b":', b"_pin:26,",
          b"module", b"x" * 30, b"y" * 2500]  # fmt: skip
BRACED = re.compile(rb'\{"?[A-Za-z]\w{0,20}"?:[^\0%]{20,4096}\}(?=\0)')


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join))
def test_parameters_in_the_code_are_strings_in_braces(data: bytes) -> None:
    found = [text for text in BRACED.findall(data) if b"module" in text or b"_pin" in text]
    wanted = max(found, key=len).decode() if found else None
    assert default_parameters(data) == wanted


@pytest.mark.parametrize(
    "piece", [b"{a:", b"}\0", b"{a:" * 2000 + b"}\0", b"{a:" + b"x" * 30 + b"}"]
)
def test_code_full_of_beginnings_is_read_in_time(piece: bytes) -> None:
    code = piece * (1_000_000 // len(piece))
    began = time.process_time()
    assert default_parameters(code) is None
    assert time.process_time() - began < 2.0
