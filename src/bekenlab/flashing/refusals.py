"""The rules that refuse a write; each can be overridden by its name only."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR, find_chip
from bekenlab.flashing.codes import code_of
from bekenlab.flashing.flash_file import RUNS, FileKind
from bekenlab.flashing.plan import Refusal
from bekenlab.flashing.same_chip import is_blank, protected_regions
from bekenlab.image.keys import key_name, same_key, stored_as
from bekenlab.image.rf import RfState
from bekenlab.link.target import BLANK_SECTOR_CRC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bekenlab.chips import Region
    from bekenlab.flashing.flash_file import FlashFile
    from bekenlab.flashing.pieces import Piece
    from bekenlab.image.condition import Condition
    from bekenlab.image.loader_check import LoaderCheck
    from bekenlab.link.identity import Identity


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules check.

    Attributes:
        file: The file.
        pieces: Where its bytes would go, including what does not fit into flash.
        identity: The chip.
        crcs: CRC-32 by sector address, as the chip holds them.
        condition: Which parts of the chip are intact, and which key it has.
        loader: The boot loader the file brings, if it is to be written; else None.
        has_backup: Whether a backup of this chip is known.
    """

    file: FlashFile
    pieces: Sequence[Piece]
    identity: Identity
    crcs: Mapping[int, int]
    condition: Condition
    loader: LoaderCheck | None
    has_backup: bool


def refusals(situation: Situation) -> Iterator[Refusal]:
    """All reasons against a write."""
    yield from _unknown(situation)
    if situation.file.damage and situation.file.kind is not FileKind.OTHER:
        yield Refusal("damaged-file", f"{situation.file.name}: {situation.file.damage}")
    yield from _wrong_chip(situation)
    yield from _too_big(situation)
    yield from _protected(situation)
    yield from _no_loader(situation)
    yield from _encryption(situation)
    blank = all(crc == BLANK_SECTOR_CRC for crc in situation.crcs.values())
    if not situation.has_backup and not blank:
        yield Refusal("no-backup", "no backup of this chip is known")


def _unknown(situation: Situation) -> Iterator[Refusal]:
    if situation.file.kind is FileKind.OTHER:
        yield Refusal(
            "unknown-file", f"{situation.file.name} is not firmware or data known for a Beken chip"
        )


def _wrong_chip(situation: Situation) -> Iterator[Refusal]:
    """N, M and BL2028N are the same silicon; their keys differ, which has its own rule."""
    meant, chip = situation.file.chip, situation.identity.chip
    if meant is None or chip is None or meant == chip.name:
        return
    other = find_chip(meant)
    if other is not None and other.chip_id is not None and other.chip_id == chip.chip_id:
        return
    yield Refusal("wrong-chip", f"{situation.file.name} is for {meant}, but this is {chip.name}")


def _too_big(situation: Situation) -> Iterator[Refusal]:
    end = max((piece.end for piece in situation.pieces), default=0)
    size = situation.identity.flash_size
    if end > size:
        text = f"it would end at {end:#x}, but flash ends at {size:#x} (the rest would be left out)"
        yield Refusal("too-big", text)


def _protected(situation: Situation) -> Iterator[Refusal]:
    """Regions that cannot be rebuilt, unless nothing in them is worth keeping or would change."""
    for region in protected_regions(situation.identity):
        if is_blank(situation.crcs, region.start, region.end) or not worth_keeping(
            region, situation.condition
        ):
            continue
        changed = [
            address
            for piece in situation.pieces
            for address in piece.sectors
            if region.start <= address < region.end and _changes(situation, piece, address)
        ]
        if changed:
            code = code_of(region)
            what = "the boot loader" if code == "bootloader" else "the RF calibration"
            text = f"it would change {what} ({region.start:#x} to {region.end:#x})"
            yield Refusal(code, text, keepable=situation.file.kind is not FileKind.BLANK)


def _changes(situation: Situation, piece: Piece, address: int) -> bool:
    data = piece.data[max(0, address - piece.start) : address + SECTOR - piece.start]
    return len(data) < SECTOR or zlib.crc32(data) != situation.crcs.get(address)


def worth_keeping(region: Region, condition: Condition) -> bool:
    """Whether a protected region holds what its name says, or may do so."""
    if region.name == "bootloader":
        return condition.loader.starts
    if region.start == condition.rf_address:
        return condition.rf in {None, RfState.PRESENT, RfState.DAMAGED}
    return True


def _no_loader(situation: Situation) -> Iterator[Refusal]:
    """An application needs a boot loader: the chip's, or one that the file brings."""
    there, brought = situation.condition.loader, situation.loader
    if situation.file.kind not in RUNS or there.starts or (brought and brought.starts):
        return
    file = f"the file's is not fit: {brought.about}" if brought else "the file brings none"
    yield Refusal("no-bootloader", f"{there.about}, and {file}; the device would not start")


def _encryption(situation: Situation) -> Iterator[Refusal]:
    """The chip decrypts code with its own key; code under another would not start."""
    keys, given = situation.condition.keys, situation.file.keys
    new = given.app or given.loader
    if keys.key is None or new is None or same_key(new, keys.key):
        return
    says = (
        f"the chip's eFuse holds {key_name(keys.efuse)}"
        if keys.efuse
        else f"the chip runs code that is {stored_as(keys.key)}"
    )
    if not new.bypassed and key_name(new) == key_name(keys.key):
        says = "the chip has yet another one"
    text = f"its code is {stored_as(new)}, but {says}: it would not start"
    if keys.conflict:
        text += f" (on the chip, {keys.conflict})"
    yield Refusal("encryption", text)
