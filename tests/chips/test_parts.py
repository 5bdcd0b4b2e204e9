import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.chips import (
    APP_LOGICAL,
    APP_START,
    SECTOR,
    BootLoader,
    CrcEnd,
    FlashPart,
    UpdateFormat,
    bootloaders,
    chip,
    find_bootloader,
    find_bootloader_by_crc,
    find_bootloader_by_texts,
    find_chip,
    find_no_loader,
    flash_part,
    flash_parts,
    no_loaders,
)
from bekenlab.image import cipher, framing
from bekenlab.image.cipher import PLAIN_KEY, TUYA_KEY
from bekenlab.image.encryption import opens
from bekenlab.image.partitions import find_table
from shared import dump

# The third byte of an id is the exponent of the size; Beken's own id is the exception.
NO_CAPACITY_CODE = {0x424B01}


def test_boot_loaders_are_of_known_chips_and_counted_as_the_chip_counts() -> None:
    assert len({(each.name, each.crc32) for each in bootloaders()}) == len(bootloaders())
    for loader in bootloaders():
        assert find_chip(loader.chip) is not None
        inclusive = chip(loader.chip).protocol.crc_end is CrcEnd.INCLUSIVE
        assert loader.length == (257 if inclusive else 256)
        assert loader.name.startswith(loader.chip)
        assert loader.crc32 is not None
        assert 0 < loader.crc32 <= 0xFFFFFFFF


def test_boot_loaders_of_one_crc_are_told_apart_by_their_texts() -> None:
    by_crc: dict[int | None, list[BootLoader]] = {}
    for loader in bootloaders():
        by_crc.setdefault(loader.crc32, []).append(loader)
    shared_crcs = [found for found in by_crc.values() if len(found) > 1]
    assert len(shared_crcs) == 3  # BK7238 with either UART, and BK7231U with BK7252
    for found in shared_crcs:
        assert len({loader.texts for loader in found}) == len(found)


@pytest.mark.parametrize("loader", bootloaders(), ids=lambda loader: loader.name)
def test_where_a_boot_loader_looks_for_an_update_fits_its_format(loader: BootLoader) -> None:
    if loader.update is UpdateFormat.RBL and loader.app and loader.download:
        assert loader.app.start == APP_LOGICAL
        assert framing.to_physical(loader.app.end) <= loader.download.start
        assert loader.download.start % SECTOR == loader.download.size % SECTOR == 0
    if loader.update is UpdateFormat.DIFF2YA:
        assert loader.app is None, "it has no partition table"
        assert loader.download is not None


@pytest.mark.parametrize(
    ("dump_name", "loader_name"),
    [
        ("bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17", "BK7231N 1.0.1"),
        ("bk7231t-tuya-ledvance-ww-cw-bulb-pwm-2000hz-1.0.8", "BK7231T 1.0.5"),
        ("bk7231t-tuya-tmwf02-fan-switch-tuyamcu-1.1.71", "BK7231T 1.0.6"),
        ("globe-electric-37783-rgbct-bulb-v2.0.0", "BK7231T 1.0.3"),
        ("bk7231q-tuya-moes-relay-wa2-1.1.3", "BK7231Q 1.00"),
        ("bl2028n-dreo-dr-htf004s-fan-pai-053", "BL2028N 1.0.8"),
        ("openbk7238-qio-1.18.300", "BK7238 1.0.14"),
        ("bk7231t-tuyaconfig-pc44ha", None),
    ],
)
def test_boot_loaders_of_real_dumps(dump_name: str, loader_name: str | None) -> None:
    found = find_bootloader(dump(dump_name)[:0x1000])
    assert (found and found.name) == loader_name


def test_256_bytes_are_enough_where_the_end_is_exclusive() -> None:
    head = dump("bk7231t-tuya-ledvance-ww-cw-bulb-pwm-2000hz-1.0.8")
    assert find_bootloader(head[:256]) == find_bootloader(head[:4096]) is not None
    assert find_bootloader(head[:255]) is None
    head = dump("bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17")
    assert find_bootloader(head[:257]) is not None
    assert find_bootloader(head[:256]) is None


@given(st.binary(max_size=300))
def test_any_bytes_are_looked_up(head: bytes) -> None:
    assert find_bootloader(head) is None
    assert find_bootloader(head, head) is None
    assert find_bootloader_by_texts(head) is None


def loader_code(dump_name: str) -> tuple[bytes, bytes]:
    """The first bytes of a dump's flash, and its boot loader's code."""
    data = dump(dump_name)[:APP_START]
    stored = framing.strip(data)
    key = TUYA_KEY if opens(stored[:32], 0, TUYA_KEY) else PLAIN_KEY
    return data[:257], cipher.apply(stored, 0, key)


LOADERS_OF_DUMPS = [
    ("bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17", "BK7231N 1.0.1"),
    ("bk7231t-tuya-ledvance-ww-cw-bulb-pwm-2000hz-1.0.8", "BK7231T 1.0.5"),
    ("bk7231t-tuya-tmwf02-fan-switch-tuyamcu-1.1.71", "BK7231T 1.0.6"),
    ("globe-electric-37783-rgbct-bulb-v2.0.0", "BK7231T 1.0.3"),
    ("bk7231q-tuya-moes-relay-wa2-1.1.3", "BK7231Q 1.00"),
    ("bl2028n-dreo-dr-htf004s-fan-pai-053", "BL2028N 1.0.8"),
    ("openbk7238-qio-1.18.300", "BK7238 1.0.15"),
]


@pytest.mark.parametrize(("dump_name", "name"), LOADERS_OF_DUMPS)
def test_what_the_table_says_of_a_boot_loader_is_in_the_dump(dump_name: str, name: str) -> None:
    head, code = loader_code(dump_name)
    found = find_bootloader(head, code)
    assert found is not None
    assert found.name == name
    assert (found.crc257, found.crc256) == (zlib.crc32(head), zlib.crc32(head[:256]))
    table = {
        record.name: record for record in find_table(framing.strip(dump(dump_name)[:APP_START]))
    }
    assert found.app is not None
    assert (found.app.start, found.app.size) == (table["app"].offset, table["app"].length)
    assert found.download is not None
    assert (found.download.start, found.download.end) == table["download"].physical
    if found.key_slot is not None:
        key = struct.pack("<4I", *TUYA_KEY.coefficients)
        assert code[found.key_slot : found.key_slot + len(key)] == key


@pytest.mark.parametrize(("dump_name", "name"), LOADERS_OF_DUMPS)
def test_a_boot_loader_is_known_by_its_texts_alone(dump_name: str, name: str) -> None:
    found = find_bootloader_by_texts(loader_code(dump_name)[1])
    # BK7231Q's has no text that the others have not.
    assert (found and found.name) == (None if name == "BK7231Q 1.00" else name)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (b"BK7238\0\0_1.0.14\0", "BK7238 1.0.14"),
        (b"BK7238\0\0_1.0.15\0", "BK7238 1.0.15"),
        (b"BK7238\0\0_1.0.15\0 ... BK7252N", "BK7252N 1.0.15"),
        (b"diff2ya_header.mag ... BSPATCH_HEADER_LEN read fail", "BK7238 2.0.0"),
        (b"V:BK7231N_1.0.1\n", "BK7231N 1.0.1"),
        (b"V:BK7231N_1.0.13\n", None),
        (b"BSPATCH_HEADER_LEN read fail", None),
        (b"", None),
    ],
)
def test_texts_tell_what_the_crc_does_not(code: bytes, name: str | None) -> None:
    found = find_bootloader_by_texts(code)
    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("crc", "name"),
    [
        (0xE14191BA, "BK7231N 1.0.1"),
        (0xBA54C1B8, "BK7231T 1.0.5"),
        (0xAC09C7F1, "BK7231T 1.0.5"),  # a ROM asked about flash with a BK7231T's loader in it
        (0x6BEB0924, "BK7238 1.0.14"),  # or 1.0.15
        (0x85E1946B, None),  # BK7231U's or BK7252's
        (0x8F32A0EC, None),  # BK7238's or BK7252N's
        (0xB7BFA0CE, None),
        (0, None),
    ],
)
def test_a_boot_loader_by_what_a_chip_answers(crc: int, name: str | None) -> None:
    found = find_bootloader_by_crc(crc)
    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("crc", "about"),
    [
        (0xB7BFA0CE, "flash not readable"),
        (0x0D968558, "flash not readable"),
        (0xB397B8F6, "boot loader erased"),
        (0xFEA8A821, "boot loader erased"),
        (0xE14191BA, None),
    ],
)
def test_where_there_is_no_boot_loader_the_crc_says_why(crc: int, about: str | None) -> None:
    found = find_no_loader(crc)
    assert (found and found.about) == about


def test_the_crcs_of_no_boot_loader_are_those_of_equal_bytes() -> None:
    assert {row.byte for row in no_loaders()} == {0x00, 0xFF}
    for row in no_loaders():
        assert row.crc257 == zlib.crc32(bytes([row.byte]) * 257)
        assert row.crc256 == zlib.crc32(bytes([row.byte]) * 256)


def test_there_are_84_flash_parts_with_an_id_each() -> None:
    assert len(flash_parts()) == 84
    assert len({part.jedec_id for part in flash_parts()}) == 84


@pytest.mark.parametrize("part", flash_parts(), ids=lambda part: f"{part.jedec_id:06X}")
def test_flash_part_is_consistent(part: FlashPart) -> None:
    if part.jedec_id not in NO_CAPACITY_CODE:
        assert part.size == 1 << (part.jedec_id >> 16)
    lowest, length = part.protect_field
    field = ((1 << length) - 1) << lowest
    if part.name not in {"MX25V8035F", "MX25V1635F"}:  # their mask leaves a bit of the field out
        assert part.protect_mask & field == field
    assert 0 <= part.status_registers <= 3
    assert set(part.read_opcodes) <= {0x05, 0x35, 0x15}
    assert set(part.write_opcodes) <= {0x01, 0x31, 0x11}
    assert len(part.read_opcodes) >= part.status_registers
    assert part.name


def test_a_flash_part_is_found_by_its_id() -> None:
    part = flash_part(0x1560C4)
    assert part is not None
    assert (part.name, part.size) == ("GT25Q16B", 0x200000)
    assert (part.status_registers, part.protect_mask, part.protect_field) == (3, 0x407C, (2, 5))
    assert part.read_opcodes == (0x05, 0x35, 0x15)
    assert part.write_opcodes == (0x01, 0x31, 0x11)
    assert flash_part(0) is None
