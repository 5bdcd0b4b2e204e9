"""The kind of a file, by its content alone, and where it belongs."""

from __future__ import annotations

from pathlib import Path

import pytest

import chip_files
from bekenlab.analysis.inputs import InputFile
from bekenlab.chips import chip
from bekenlab.errors import NotADumpError
from bekenlab.flashing.flash_file import FileKind, FlashFile, place, recognise
from bekenlab.image.cipher import PLAIN_KEY, TUYA_KEY, CodeKey
from bekenlab.image.keys import CodeKeys
from bekenlab.image.ota import strip_ug
from bekenlab.samples import build_sample
from machine_support import image
from shared import dump

OBK_N, OBK_T = "openbk7231n-qio-1.18.300", "openbk7231t-qio-1.18.300"
OBK_7238 = "openbk7238-qio-1.18.300"
ROTATED = "led-moon-18w-cct-kobi"


def judged(data: bytes, name: str = "whatever.dat") -> FlashFile:
    return recognise(InputFile(name, Path(name), data))


@pytest.mark.parametrize(
    ("name", "chip_name"), [(OBK_N, "BK7231N"), (OBK_T, "BK7231T"), (OBK_7238, "BK7238")]
)
def test_openbekens_qio_is_firmware_with_a_boot_loader(name: str, chip_name: str) -> None:
    found = judged(dump(name))
    assert (found.kind, found.start, found.chip) == (FileKind.QIO, 0, chip_name)
    assert "openbeken" in found.firmware.lower() or "openbk" in found.firmware.lower()
    assert not found.damage


@pytest.mark.parametrize(
    ("name", "key"),
    [(OBK_N, TUYA_KEY), (OBK_T, TUYA_KEY), (OBK_7238, PLAIN_KEY)],
)
def test_openbekens_ua_is_an_application(name: str, key: CodeKey) -> None:
    found = judged(dump(name)[0x11000:])
    assert (found.kind, found.start, found.keys) == (FileKind.UA, 0x11000, CodeKeys(app=key))
    assert judged(dump(name)).keys == CodeKeys(key, key)


def test_an_rbl_goes_to_the_download_area_of_the_chip() -> None:
    found = judged(chip_files.ota_package())
    assert found.kind is FileKind.OTA
    assert place(found, chip("BK7231N")) == 0x12A000
    assert place(found, chip("BK7231T")) == 0x132000
    assert place(found, None) is None


def test_a_uf2_goes_where_its_table_says() -> None:
    app = dump(OBK_N)[0x11000:0x21000]
    found = judged(chip_files.uf2(chip_files.UF2_N, app))
    assert (found.kind, found.start, found.chip) == (FileKind.UF2, 0x11000, "BK7231N")
    assert found.keys == CodeKeys(app=TUYA_KEY)
    assert b"".join(piece.data for piece in found.pieces) == app


def test_a_uf2_for_another_vendors_chip_is_rejected() -> None:
    with pytest.raises(NotADumpError, match="family 0x9fffd543"):
        judged(chip_files.uf2(0x9FFFD543, b"realtek" * 100))


def test_a_whole_dump_and_one_that_begins_in_the_middle() -> None:
    whole = image(ROTATED).physical
    assert judged(whole).kind is FileKind.DUMP
    found = judged(dump(ROTATED))
    assert (found.kind, found.start) == (FileKind.ROTATED_DUMP, 0)
    assert found.pieces[0].data == whole


def test_the_name_of_a_file_means_nothing() -> None:
    assert judged(dump(OBK_N), "backup_BK7231T.rbl").kind is FileKind.QIO
    assert judged(build_sample(), "OpenBK7231N_QIO.bin").kind is FileKind.DUMP


def test_an_openbeken_configuration_goes_to_its_place() -> None:
    found = judged(b"CFG" + bytes(0xE00 - 3))
    assert found.kind is FileKind.CONFIG
    assert place(found, chip("BK7231N")) == 0x1D1000


def test_unknown_bytes_have_no_address() -> None:
    found = judged(b"some bytes nobody knows" * 50)
    assert found.kind is FileKind.OTHER
    assert place(found, chip("BK7231N")) is None


@pytest.mark.parametrize("data", [b"", b"\x7fELF" + bytes(100), b"\x89PNG" + bytes(1000)])
def test_clearly_different_files_are_rejected(data: bytes) -> None:
    with pytest.raises(NotADumpError):
        judged(data)


def test_a_damaged_firmware_says_so() -> None:
    data = bytearray(dump(OBK_N))
    data[0x40000:0x40100] = bytes(0x100)
    assert judged(bytes(data)).damage


def test_the_package_for_the_tests_is_one() -> None:
    assert strip_ug(chip_files.ota_package()).startswith(b"RBL\0")
