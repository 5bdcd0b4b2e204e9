"""Identifies the chip: each clue has a weighted vote, and the verdict lists the winning ones."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from bekenlab.analysis.clues import ChipVerdict, Clue
from bekenlab.analysis.other_chips import other_clues
from bekenlab.chips import (
    MIB,
    CodeEncryption,
    chip_for_environment,
    chips,
    find_chip,
    find_other_chip,
    module_chip,
    other_chips,
)
from bekenlab.image import EncryptionState, Image
from bekenlab.tuya.firmware import Firmware, FirmwareKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bekenlab.tuya.storage.model import Storage

__all__ = ["ChipVerdict", "Clue", "decide_chip", "weigh"]


_NAMED_BY_LOADER = 9
_NAMED_BY_FIRMWARE = 8
_NAMED_BY_ENVIRONMENT = 7
_NAMED_BY_BUILD = 6
_NAMED_BY_MODULE = 5
_SHARED = 2


def decide_chip(
    image: Image,
    firmware: Firmware,
    environment: str | None,
    module: str | None,
    storage: Storage | None = None,
) -> ChipVerdict:
    """Weigh all clues.

    Args:
        image: The parsed dump.
        firmware: Identity of its app.
        environment: Tuya's ``em_sys_env`` from storage.
        module: Module name from the configuration.
        storage: Tuya's storage.
    """
    return weigh(
        [
            *_image_clues(image),
            *other_clues(image, storage),
            *_firmware_clues(firmware),
            *_tuya_clues(environment, module),
        ]
    )


def weigh(clues: Iterable[Clue]) -> ChipVerdict:
    """The chip with the highest total; on a tie, the one most devices have."""
    ranked = sorted(clues, key=lambda clue: -clue.weight)
    votes: dict[str, int] = defaultdict(int)
    for clue in ranked:
        for name in clue.chips:
            votes[name] += clue.weight
    if not votes:
        return ChipVerdict(None, ())
    ranks = {chip.name: chip.rank for chip in chips()}
    ranks |= {chip.name: chip.rank for chip in other_chips()}
    best = max(votes, key=lambda name: (votes[name], -ranks[name]))
    return ChipVerdict(best, tuple(clue.text for clue in ranked if best in clue.chips))


def _image_clues(image: Image) -> Iterator[Clue]:
    if image.loader and image.loader.known:
        known = image.loader.known
        yield Clue((known.chip,), _NAMED_BY_LOADER, f"boot loader is {known.name}")
    download = image.partition("download")
    if download:
        fits = tuple(chip.name for chip in chips() if chip.download_address == download.start)
        yield Clue(fits, _SHARED, f"download partition at 0x{download.start:x}")
    if image.rf and image.start + len(image.physical) >= 2 * MIB:
        fits = tuple(chip.name for chip in chips() if chip.rf_address == image.rf.offset)
        yield Clue(fits, _SHARED, f"RF calibration at 0x{image.rf.offset:x}")
    expectations = {
        EncryptionState.TUYA: CodeEncryption.TUYA_KEY,
        EncryptionState.PLAIN: CodeEncryption.PLAIN,
    }
    expected = expectations.get(image.encryption.state)
    if expected:
        fits = tuple(chip.name for chip in chips() if chip.encryption is expected)
        how = "encrypted with Tuya's key" if expected is CodeEncryption.TUYA_KEY else "in plain"
        yield Clue(fits, _SHARED, f"code is {how}")


def _firmware_clues(firmware: Firmware) -> Iterator[Clue]:
    if firmware.kind is FirmwareKind.OPENBEKEN and firmware.name:
        name = firmware.name.replace("Open", "", 1)
        chip = find_chip(name) or find_other_chip(name)
        if chip:
            text = f"firmware calls itself {firmware.name}"
            yield Clue((chip.name,), _NAMED_BY_FIRMWARE, text)
    if firmware.platform:
        chip = chip_for_environment(firmware.platform) or find_chip(firmware.platform)
        if chip:
            text = f"firmware was built for {firmware.platform}"
            yield Clue((chip.name,), _NAMED_BY_BUILD, text)


def _tuya_clues(environment: str | None, module: str | None) -> Iterator[Clue]:
    chip = chip_for_environment(environment) if environment else None
    if chip:
        text = f"storage says em_sys_env is {environment}"
        yield Clue((chip.name,), _NAMED_BY_ENVIRONMENT, text)
    name = module_chip(module) if module else None
    if name:
        yield Clue((name,), _NAMED_BY_MODULE, f"module {module} carries a {name}")
