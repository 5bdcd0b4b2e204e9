"""Where the cells of the flash map are."""

from __future__ import annotations

from dataclasses import dataclass

from bekenlab.chips import SECTOR


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the cells are.

    Attributes:
        start: Address of the first sector.
        sectors: How many there are.
        columns: Sectors in a row.
        left: Left edge.
        top: Upper edge.
        cell: Width of a cell.
        row: Height of a row.
    """

    start: int
    sectors: int
    columns: int
    left: float
    top: float
    cell: float
    row: float

    @property
    def rows(self) -> int:
        """Number of rows; the last one may be shorter."""
        return -(-self.sectors // self.columns)

    @property
    def right(self) -> float:
        """Right edge."""
        return self.left + self.columns * self.cell

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.top + self.rows * self.row

    def place(self, address: int) -> tuple[float, float]:
        """Upper left corner of the cell of an address."""
        row, column = divmod((address - self.start) // SECTOR, self.columns)
        return self.left + column * self.cell, self.top + row * self.row
