"""Uploads to genuine OpenBeken: why they pause after their first bytes."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from air_devices import OBK_N, AirDevice, connected
from bekenlab.chips import chip as chip_named
from bekenlab.lan import in_air

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = random.Random(7).randbytes(506_336)  # as long as a release: the head counts, too


@pytest.fixture(scope="module")
def device() -> Iterator[AirDevice]:
    made = connected(OBK_N)
    yield made
    made.chip.close()


def _arrived(device: AirDevice) -> bytes:
    start = {r.name: r for r in chip_named("BK7231N").flash_map}["download"].start
    return device.chip._machine.flash[start : start + len(PACKAGE)]


def test_without_the_pause_the_server_damages_it(
    device: AirDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it says that all went well: its heap writes eight bytes into a block being copied."""
    monkeypatch.setattr(in_air, "FIRST_PIECE", 4096)
    monkeypatch.setattr(in_air, "PAUSE", 0.0)
    device.client().upload_firmware(PACKAGE)
    pairs = zip(_arrived(device), PACKAGE, strict=True)
    wrong = [place for place, (one, other) in enumerate(pairs) if one != other]
    assert 0 < len(wrong) <= 8
    assert wrong[-1] - wrong[0] < 8


def test_an_upload_arrives_byte_for_byte(device: AirDevice) -> None:
    device.client().upload_firmware(PACKAGE)
    assert _arrived(device) == PACKAGE
    assert device.air.lost == 0
