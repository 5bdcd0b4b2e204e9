"""Identification by the boot loader in flash and by what the chip reports."""

import random

import pytest

from bekenlab.chips import APP_START, LoaderKind
from bekenlab.link.connect import connect
from bekenlab.link.identity import Identity
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import ChipFaults, RomChip
from bekenlab.machine.wire_chips import build
from shared import dump

BLANK = b"\xff" * 0x200000
N_DUMP = "bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17"
T_DUMP = "bk7231t-tuya-ledvance-ww-cw-bulb-pwm-2000hz-1.0.8"


def with_loader(name: str) -> bytes:
    """A flash that holds the boot loader of a dump and nothing else."""
    return dump(name)[:APP_START] + BLANK[APP_START:]


def identified(chip: str, flash: bytes) -> Identity:
    return connect(VirtualTransport(build(chip, flash))).target.identity


@pytest.mark.parametrize(
    ("chip", "flash", "name"),
    [
        ("BK7231N", N_DUMP, "BK7231N 1.0.1"),
        ("BK7238", "openbk7238-qio-1.18.300", "BK7238 1.0.14"),
        ("BL2028N", "bl2028n-dreo-dr-htf004s-fan-pai-053", "BL2028N 1.0.8"),
    ],
)
def test_a_rom_names_the_boot_loader_in_flash(chip: str, flash: str, name: str) -> None:
    found = identified(chip, with_loader(flash))
    assert (found.kind, found.chip_name, found.loader_name) == (LoaderKind.ROM, chip, name)
    assert found.crc_includes_end


@pytest.mark.parametrize(
    ("flash", "name"),
    [(T_DUMP, "BK7231T 1.0.5"), ("bk7231q-tuya-moes-relay-wa2-1.1.3", "BK7231Q 1.00")],
)
def test_a_rom_is_distinguished_from_another_chips_boot_loader_in_its_flash(
    flash: str, name: str
) -> None:
    found = identified("BK7231N", with_loader(flash))
    assert found.kind is LoaderKind.ROM, "a ROM answers, whatever is in flash"
    assert found.chip_name == "BK7231N"
    assert found.loader_name == name
    assert found.boot_version == ""
    assert found.flash_part is not None


def test_a_rom_with_blank_flash_is_known_by_its_id_and_key() -> None:
    found = identified("BK7231N", BLANK)
    assert (found.kind, found.chip_name, found.loader_name) == (LoaderKind.ROM, "BK7231N", "")


def test_tuyas_boot_loader_gives_its_version_but_no_flash_id() -> None:
    found = identified("BK7231T", dump(T_DUMP))
    assert (found.kind, found.chip_name) == (LoaderKind.TUYA, "BK7231T")
    assert found.boot_version == "BK7231S_1.0.5"
    assert found.flash_id is None
    assert not found.crc_includes_end


def with_unread_id(content: bytes) -> Identity:
    """A chip whose flash gives no id, so that its size has to be found in another way."""
    chip = RomChip("BK7231N", content, faults=ChipFaults(flash_id=0))
    return connect(VirtualTransport(chip)).target.identity


@pytest.mark.parametrize("lost", [0, 0x1000, APP_START])
def test_a_size_is_found_where_flash_repeats_even_without_a_boot_loader(lost: int) -> None:
    content = b"\xff" * lost + random.Random(1).randbytes(0x100000 - lost)
    found = with_unread_id(content)
    assert (found.flash_size, found.size_source) == (0x100000, "wrap")


@pytest.mark.parametrize("sector", [b"\0", b"\xff", b"\x5a"])
def test_flash_that_looks_alike_everywhere_does_not_tell_its_size(sector: bytes) -> None:
    found = with_unread_id(sector * 0x200000)
    assert (found.flash_size, found.size_source) == (0x200000, "usual")


def test_one_sector_again_and_again_does_not_tell_it_either() -> None:
    found = with_unread_id(random.Random(2).randbytes(0x1000) * 0x200)
    assert found.size_source == "usual"
