"""Pieces of flash: bytes and their physical address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.chips import Region


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that go to consecutive physical addresses."""

    start: int
    data: bytes = field(repr=False)

    @property
    def end(self) -> int:
        """Address after the last byte."""
        return self.start + len(self.data)

    @property
    def sectors(self) -> range:
        """Addresses of all sectors it touches."""
        return range(self.start & -SECTOR, -(-self.end // SECTOR) * SECTOR, SECTOR)


def inside(piece: Piece, size: int) -> list[Piece]:
    """The part of a piece that fits into a flash of so many bytes."""
    data = piece.data[: max(0, size - piece.start)]
    return [Piece(piece.start, data)] if data else []


def without(piece: Piece, regions: Sequence[Region]) -> list[Piece]:
    """The parts of a piece that lie outside the given regions."""
    remaining = [piece]
    for region in regions:
        remaining = [part for whole in remaining for part in _cut(whole, region)]
    return remaining


def _cut(piece: Piece, region: Region) -> list[Piece]:
    before = piece.data[: max(0, region.start - piece.start)]
    after = piece.data[max(0, region.end - piece.start) :]
    parts = [Piece(piece.start, before), Piece(max(piece.start, region.end), after)]
    return [part for part in parts if part.data]
