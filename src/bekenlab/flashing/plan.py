"""The plan of a write: what it would do to a chip, worked out before anything is changed."""

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
    from bekenlab.image.condition import Condition

# Measured on the virtual chip with the times of NOR data sheets: erasing, programming, comparing.
_SECONDS_PER_SECTOR = 0.06
_BYTES_PER_SECTOR = 4123
_BITS_PER_BYTE = 10


def transfer_seconds(sectors: int, baud: int) -> float:
    """Time to transfer so many sectors at a baud rate, with requests and replies."""
    return sectors * _BYTES_PER_SECTOR * _BITS_PER_BYTE / baud


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason not to write.

    Attributes:
        code: One of ``codes.OVERRIDABLE``.
        reason: The reason in words.
        keepable: Whether keeping the chip's own part of this name resolves it as well.
    """

    code: str
    reason: str
    keepable: bool = False

    @property
    def action(self) -> Action:
        """What the user can do about it."""
        return Action("keep-or-override" if self.keepable else "override", code=self.code)


@dataclass(frozen=True, slots=True)
class PlannedSector:
    """A sector to be erased and written.

    Attributes:
        address: Physical.
        data: The 4096 bytes it is to hold.
        partial: Whether some of them are kept from the chip.
    """

    address: int
    data: bytes = field(repr=False)
    partial: bool = False


@dataclass(frozen=True, slots=True)
class FlashPlan:
    """Everything a write would do.

    Attributes:
        title: What is written, in words.
        pieces: The ranges that will hold the new bytes.
        sectors: Those that have to be written, in address order.
        same: Sectors of the pieces that already hold the right bytes.
        repairs: Sectors outside the pieces that an interrupted write damaged, to be restored.
        kept: Parts of the file that are left out, e.g. its boot loader.
        refusals: Reasons against it; empty when it may be carried out.
        notices: What else the reader should know.
        backup: The backup of this chip that the write relies on, if any.
        baud: Baud rate, for the estimate.
        condition: Which parts of the chip are intact; None if that was not looked at.
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
    condition: Condition | None = None

    @property
    def changes(self) -> bool:
        """Whether anything has to be written."""
        return bool(self.sectors or self.repairs)

    @property
    def seconds(self) -> float:
        """Estimated duration."""
        count = len(self.sectors) + len(self.repairs)
        return transfer_seconds(count, self.baud) + count * _SECONDS_PER_SECTOR

    def raise_if_refused(self) -> None:
        """Raise when there are reasons against it.

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
    """The sectors to write, and those that already hold the right bytes.

    Args:
        pieces: What is to be written; they must not overlap.
        crcs: Standard CRC-32 by sector address, as the chip holds them now.
        read: Returns the present content of a sector that a piece covers only in part.
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
