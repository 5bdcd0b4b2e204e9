"""The rules that refuse a write; each can be overridden by its name only."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR, CodeEncryption, find_chip
from bekenlab.flashing.codes import code_of
from bekenlab.flashing.flash_file import FileKind
from bekenlab.flashing.plan import Refusal
from bekenlab.flashing.same_chip import is_blank, protected_regions
from bekenlab.image import EncryptionState, read_image
from bekenlab.link.target import BLANK_SECTOR_CRC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bekenlab.flashing.flash_file import FlashFile
    from bekenlab.flashing.pieces import Piece
    from bekenlab.link.identity import Identity


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules check.

    Attributes:
        file: The file.
        pieces: Where its bytes would go, including what does not fit into flash.
        identity: The chip.
        crcs: CRC-32 by sector address, as the chip holds them.
        head: The chip's first bytes of boot loader and app, as far as they have been read.
        has_backup: Whether a backup of this chip is known.
    """

    file: FlashFile
    pieces: Sequence[Piece]
    identity: Identity
    crcs: Mapping[int, int]
    head: bytes
    has_backup: bool


def refusals(situation: Situation) -> Iterator[Refusal]:
    """All reasons against a write."""
    yield from _unknown(situation)
    if situation.file.damage and situation.file.kind is not FileKind.OTHER:
        yield Refusal("damaged-file", f"{situation.file.name}: {situation.file.damage}")
    yield from _wrong_chip(situation)
    yield from _too_big(situation)
    yield from _protected(situation)
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
    """Regions that cannot be rebuilt, unless they are blank or the file holds the same bytes."""
    for region in protected_regions(situation.identity):
        if is_blank(situation.crcs, region.start, region.end):
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


def _encryption(situation: Situation) -> Iterator[Refusal]:
    """The chip decrypts code with its own key; other code would not start."""
    new, runs_plain = situation.file.encryption, _runs_plain(situation)
    if new in (None, EncryptionState.UNKNOWN) or runs_plain is None:
        return
    plain = new is EncryptionState.PLAIN
    if plain != runs_plain:
        words = {True: "not encrypted", False: "encrypted"}
        text = f"its code is {words[plain]}, but the chip runs code that is {words[runs_plain]}"
        yield Refusal("encryption", f"{text}: it would not start")


def _runs_plain(situation: Situation) -> bool | None:
    """Whether the chip runs plain code, by its flash, else as usual for it; None: unknown."""
    now = read_image(situation.head)
    if now.spans and now.encryption.state is not EncryptionState.UNKNOWN:
        return now.encryption.state is EncryptionState.PLAIN
    chip = situation.identity.chip
    return None if chip is None else chip.encryption is CodeEncryption.PLAIN
