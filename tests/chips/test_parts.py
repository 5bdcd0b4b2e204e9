import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.chips import (
    CrcEnd,
    FlashPart,
    bootloaders,
    chip,
    find_bootloader,
    find_chip,
    flash_part,
    flash_parts,
)
from shared import dump

# The third byte of an id is the exponent of the size; Beken's own id is the exception.
NO_CAPACITY_CODE = {0x424B01}


def test_boot_loaders_are_of_known_chips_and_counted_as_the_chip_counts() -> None:
    assert len({(loader.length, loader.crc32) for loader in bootloaders()}) == len(bootloaders())
    for loader in bootloaders():
        assert find_chip(loader.chip) is not None
        inclusive = chip(loader.chip).crc_end is CrcEnd.INCLUSIVE
        assert loader.length == (257 if inclusive else 256)
        assert loader.name.startswith(loader.chip)
        assert 0 < loader.crc32 <= 0xFFFFFFFF


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
    assert part.maker


def test_a_flash_part_is_found_by_its_id() -> None:
    part = flash_part(0x1560C4)
    assert part is not None
    assert (part.name, part.maker, part.size) == ("GT25Q16B", "GT", 0x200000)
    assert (part.status_registers, part.protect_mask, part.protect_field) == (3, 0x407C, (2, 5))
    assert part.read_opcodes == (0x05, 0x35, 0x15)
    assert part.write_opcodes == (0x01, 0x31, 0x11)
    assert flash_part(0) is None
