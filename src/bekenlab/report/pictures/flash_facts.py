"""Contents of flash by sector, for the flash map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bekenlab.chips import SECTOR, find_chip
from bekenlab.pins import Source
from bekenlab.tuya.firmware import FirmwareKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bekenlab.analysis.model import Analysis
    from bekenlab.analysis.tuya_findings import TuyaFindings
    from bekenlab.image import Image


_BLANK = 0xFF
_BITS = 8
_USUAL_SIZE = 0x200000
# Regions of a chip's usual flash map, shown if the dump itself does not define them.
_USUAL = ("bootloader", "app", "download", "rf", "storage")
_CONFIG_MAGIC = b"CFG"  # OpenBeken's configuration sector begins with it
_PARTITIONS = {"bootloader": "bootloader", "app": "app", "download": "download"}


@dataclass(frozen=True, slots=True)
class FlashRegion:
    """A range of flash.

    Attributes:
        name: Name from the partition table or the chip's facts: ``"app"``, ``"rf"``.
        kind: A region of ``data/palette.toml``.
        start: First physical address.
        end: First physical address after it.
        kept: Whether it cannot be rebuilt once lost; bekenlab then writes it only on request.
    """

    name: str
    kind: str
    start: int
    end: int
    kept: bool


@dataclass(frozen=True, slots=True)
class FlashFacts:
    """Facts of a flash for the map.

    Attributes:
        start: Physical address of the first sector.
        size: Bytes.
        regions: In address order; smaller ones may lie inside larger ones.
        entropy: Per sector, bits per byte, 0 to 8.
        blank: Per sector, whether all of it is 0xFF.
    """

    start: int
    size: int
    regions: tuple[FlashRegion, ...]
    entropy: tuple[float, ...]
    blank: tuple[bool, ...]

    def region_at(self, sector: int) -> FlashRegion | None:
        """The smallest region that contains a sector's first byte, or None."""
        address = self.start + sector * SECTOR
        there = [region for region in self.regions if region.start <= address < region.end]
        return min(there, key=lambda region: region.end - region.start, default=None)

    def missing(self, region: FlashRegion) -> int:
        """Bytes of a region that are not in the file."""
        before = max(self.start - region.start, 0)
        return before + max(region.end - self.start - self.size, 0)

    def used(self, region: FlashRegion) -> float:
        """Fraction of a region's sectors that is not blank, 0 to 1; of those in the file."""
        first = max(region.start - self.start, 0) // SECTOR
        last = -(-max(region.end - self.start, 0) // SECTOR)
        blank = self.blank[first:last]
        return 1 - sum(blank) / len(blank) if blank else 0.0


def flash_facts(analysis: Analysis) -> FlashFacts | None:
    """The facts of a dump; None for a file without flash content."""
    image = analysis.image
    if image is None or not image.physical:
        return None
    entropy, blank = sector_statistics(image.physical)
    return FlashFacts(
        start=image.start,
        size=len(image.physical),
        regions=tuple(sorted(_regions(analysis, image), key=lambda region: region.start)),
        entropy=entropy,
        blank=blank,
    )


def sector_statistics(data: bytes) -> tuple[tuple[float, ...], tuple[bool, ...]]:
    """Entropy in bits per byte and blankness of each sector, including a last partial one."""
    octets = np.frombuffer(data, np.uint8)
    whole = len(octets) // SECTOR
    counts = [_histograms(octets[: whole * SECTOR].reshape(-1, SECTOR))] if whole else []
    if len(octets) % SECTOR:
        counts.append(_histograms(octets[whole * SECTOR :].reshape(1, -1)))
    table = np.concatenate(counts) if counts else np.zeros((0, 256))
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    bits = -(share * np.log2(np.where(share > 0, share, 1))).sum(axis=1)
    blank = table[:, _BLANK] == table.sum(axis=1)
    return tuple(float(min(value, _BITS)) for value in bits), tuple(bool(value) for value in blank)


def _histograms(sectors: np.ndarray) -> np.ndarray:
    """Count of each byte value per row."""
    rows = np.arange(len(sectors), dtype=np.int64)[:, None] * 256
    flat = (sectors + rows).ravel()
    return np.bincount(flat, minlength=len(sectors) * 256).reshape(-1, 256)


def _regions(analysis: Analysis, image: Image) -> Iterator[FlashRegion]:
    chip = find_chip(analysis.chip.name) if analysis.chip.name else None
    kept = set(chip.protected) if chip else {"bootloader", "rf"}
    if _made_to_be_installed(analysis, image, chip.flash_size if chip else _USUAL_SIZE):
        kept = set()
    found = [*_of_image(image), *_of_tuya(analysis.tuya)]
    if chip and image.read(chip.config_address, chip.config_address + 3) == _CONFIG_MAGIC:
        found.append(("config", "config", chip.config_address, chip.config_address + SECTOR))
    end = image.start + len(image.physical)
    for region in chip.flash_map if chip else ():
        known = any(name == region.name for name, *_ in found)
        if region.name in _USUAL and not known and not _covered(found, region.start, region.end):
            found.append((region.name, region.name, region.start, region.end))
    for name, kind, first, last in found:
        if first < end and last > image.start:
            shown = _to_the_next(name, first, last, found)
            yield FlashRegion(name, kind, first, shown, kept=name in kept)


def _made_to_be_installed(analysis: Analysis, image: Image, flash_size: int) -> bool:
    """Whether this is no device's dump but an image: its boot loader can be downloaded again."""
    foreign = analysis.firmware.kind is not FirmwareKind.TUYA and bool(image.app)
    return foreign and not image.rf and image.start + len(image.physical) < flash_size


def _to_the_next(name: str, start: int, end: int, found: Sequence[_Range]) -> int:
    """The end of a region; that of a partition is where something begins that was found in it.

    Partition tables are made for larger flash, or for other firmware than what lies there.
    """
    if name not in _PARTITIONS:
        return end
    begins = [first for other, _, first, _ in found if start < first < end and other != name]
    return min(begins, default=end)


_Range = tuple[str, str, int, int]


def _of_image(image: Image) -> Iterator[_Range]:
    for part in image.partitions:
        yield part.name, _PARTITIONS.get(part.name, "other"), part.start, part.end
    if image.rf:
        yield "rf", "rf", image.rf.offset, image.rf.offset + SECTOR


def _of_tuya(tuya: TuyaFindings) -> Iterator[_Range]:
    if tuya.storage:
        yield "storage", "storage", tuya.storage.start, tuya.storage.end
    if tuya.psm:
        yield "storage", "storage", tuya.psm.start, tuya.psm.end
    for block in tuya.protected:
        yield "protected", "protected", block.address, block.address + SECTOR
    for said in tuya.statements:
        if said.source is Source.OEM_CFG and said.address is not None:
            yield "oem_cfg", "oem_cfg", said.address, said.address + SECTOR


def _covered(found: Sequence[_Range], start: int, end: int) -> bool:
    return any(first < end and start < last for _, _, first, last in found)
