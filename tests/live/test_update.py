"""An update in flash is unpacked when the chip restarts."""

from __future__ import annotations

import pytest

from bekenlab.analysis.boot import flash_image
from bekenlab.chips import chip as chip_named
from bekenlab.image import ota, read_image
from bekenlab.live.update import has_arrived, unpacked
from bekenlab.machine import FlashImage
from bekenlab.samples import build_sample
from lan.devices import package

REGIONS = {region.name: region for region in chip_named("BK7231N").flash_map}


def with_package(data: bytes) -> tuple[FlashImage, bytes]:
    """The sample's flash with a package in it, and without."""
    image = flash_image(read_image(build_sample()))
    start = REGIONS["download"].start
    physical = image.physical[:start] + data + image.physical[start + len(data) :]
    return FlashImage(physical, image.logical), image.physical


def test_its_code_is_in_the_partition_and_the_package_gone() -> None:
    data = package()
    flash, before = with_package(data)
    assert has_arrived(flash.physical, "BK7231N", before)
    after = unpacked(flash, "BK7231N")
    assert after is not None
    code = ota.unpack(data).code
    again = read_image(after.physical)
    assert again.app[: len(code)] == code
    assert after.logical[0x10000 : 0x10000 + len(code)] == code
    assert after.physical[REGIONS["download"].start] == 0xFF
    assert after.physical[: REGIONS["app"].start] == before[: REGIONS["app"].start]
    assert after.physical[REGIONS["download"].end :] == before[REGIONS["download"].end :]
    assert not has_arrived(after.physical, "BK7231N", before), "once"


@pytest.mark.parametrize("broken", ["nothing", "truncated", "damaged", "other partition"])
def test_what_a_boot_loader_refuses_changes_nothing(broken: str) -> None:
    data = package(partition="bootloader" if broken == "other partition" else "app")
    if broken == "damaged":
        data = data[:200] + bytes(16) + data[216:]
    flash, before = with_package(b"" if broken == "nothing" else data)
    if broken == "truncated":
        start = REGIONS["download"].start
        physical = flash.physical[: start + 1000] + before[start + 1000 :]
        flash = FlashImage(physical, flash.logical)
    assert unpacked(flash, "BK7231N") is None


def test_a_package_that_was_there_before_is_old() -> None:
    flash, _ = with_package(package())
    assert not has_arrived(flash.physical, "BK7231N", flash.physical)
