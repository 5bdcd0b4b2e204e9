"""What writing a file would do to a chip, worked out before anything is touched."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import Action, Notice, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from bekenlab.chips import Region
    from bekenlab.flashing.pieces import Piece

# Measured on the virtual chip with the times of NOR data sheets: erasing, programming, comparing.
_SECONDS_A_SECTOR = 0.06
_BYTES_A_SECTOR = 4123
_BITS_A_BYTE = 10


def line_seconds(sectors: int, baud: int) -> float:
    """How long the line needs for the requests and answers that move so many sectors."""
    return sectors * _BYTES_A_SECTOR * _BITS_A_BYTE / baud


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason not to write.

    Attributes:
        code: One of ``refusals.OVERRIDABLE``.
        reason: What was seen, for a person.
        keepable: Whether leaving the part of this name out of the write lets it pass as well.
    """

    code: str
    reason: str
    keepable: bool = False

    @property
    def action(self) -> Action:
        """What lets it pass."""
        return Action("keep-or-override" if self.keepable else "override", code=self.code)


@dataclass(frozen=True, slots=True)
class PlannedSector:
    """A sector to be erased and written.

    Attributes:
        address: Physical.
        data: 4096 bytes it is to hold.
        partial: Whether part of it is the chip's own content, kept.
    """

    address: int
    data: bytes = field(repr=False)
    partial: bool = False


@dataclass(frozen=True, slots=True)
class FlashPlan:
    """All that a write would do.

    Attributes:
        title: What is written, for a person.
        pieces: The ranges that will hold the new bytes.
        sectors: Those that have to be written, in address order.
        same: Sectors of the pieces that hold the right bytes already.
        repairs: Sectors outside the pieces that an interrupted run damaged, to be put right.
        kept: Parts of the file that are left out, e.g. its boot loader.
        refusals: Why it should not be done; empty when nothing speaks against it.
        notices: What else the reader should know.
        backup: The backup of this chip that is relied on, if any.
        baud: Rate of the line, for the estimate.
    """

    title: str
    pieces: tuple[Piece, ...]
    sectors: tuple[PlannedSector, ...]
    same: tuple[PlannedSector, ...]
    repairs: tuple[PlannedSector, ...] = ()
    kept: tuple[Region, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    notices: tuple[Notice, ...] = ()
    backup: Path | None = None
    baud: int = 115_200

    @property
    def changes(self) -> bool:
        """Whether anything has to be written."""
        return bool(self.sectors or self.repairs)

    @property
    def seconds(self) -> float:
        """How long it will take, roughly."""
        count = len(self.sectors) + len(self.repairs)
        return line_seconds(count, self.baud) + count * _SECONDS_A_SECTOR

    def raise_if_refused(self) -> None:
        """Stop here when something speaks against it.

        Raises:
            RefusedError: The reasons, and what overrides them.
        """
        if not self.refusals:
            return
        reasons = "; ".join(refusal.reason for refusal in self.refusals)
        codes = [refusal.code for refusal in self.refusals]
        first = (Action("back-up-first"),) if "no-backup" in codes else ()
        raise RefusedError(
            f"not written: {reasons}",
            action=(*first, *{refusal.code: refusal.action for refusal in self.refusals}.values()),
            refusals=codes,
        )


def compose(
    pieces: Sequence[Piece],
    crcs: Mapping[int, int],
    read: Callable[[int], bytes],
) -> tuple[tuple[PlannedSector, ...], tuple[PlannedSector, ...]]:
    """The sectors to write, and those that hold the right bytes already.

    Args:
        pieces: What is to be written; they do not overlap.
        crcs: Standard CRC-32 by sector address, as the chip holds them now.
        read: Gives the content a sector is to keep where a piece covers only part of it.
    """
    wanted: dict[int, bytearray] = {}
    covered: dict[int, int] = {}
    for piece in pieces:
        for address in piece.sectors:
            begin, end = max(address, piece.start), min(address + SECTOR, piece.end)
            if address not in wanted:
                whole = end - begin == SECTOR
                wanted[address] = bytearray(SECTOR) if whole else bytearray(read(address))
            part = piece.data[begin - piece.start : end - piece.start]
            wanted[address][begin - address : end - address] = part
            covered[address] = covered.get(address, 0) + len(part)
    every = [
        PlannedSector(address, bytes(data), partial=covered[address] < SECTOR)
        for address, data in sorted(wanted.items())
    ]
    same = {s.address for s in every if zlib.crc32(s.data) == crcs.get(s.address)}
    return (
        tuple(s for s in every if s.address not in same),
        tuple(s for s in every if s.address in same),
    )
