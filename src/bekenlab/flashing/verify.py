"""Compare a chip with a file by the chip's own CRCs; flash is neither read out nor changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import Action, UsageError
from bekenlab.events import EventSink, Finished, Progress, Started, ignore
from bekenlab.link.comparing import differing_sectors
from bekenlab.link.errors import VerifyFailedError
from bekenlab.link.reading import read_alone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bekenlab.chips import Region
    from bekenlab.flashing.pieces import Piece
    from bekenlab.link.target import Target

JOB = "verify"
_STEP = 64 * SECTOR


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """The result of a comparison.

    Attributes:
        path: The file.
        start: Physical address of its first byte.
        compared: Number of bytes.
        different: Addresses of sectors that differ.
        seconds: How long it took, by the transport's clock.
        left_out: Regions of the chip that the file has too, but a write would not change.
    """

    path: Path
    start: int
    compared: int
    different: tuple[int, ...]
    seconds: float
    left_out: tuple[Region, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether the chip holds exactly the file's bytes, but for what is left out."""
        return not self.different

    def problem(self) -> VerifyFailedError | None:
        """The error when they differ, else None."""
        if self.equal:
            return None
        shown = ", ".join(f"{address:#x}" for address in self.different[:5])
        one = len(self.different) == 1
        count = "1 sector differs" if one else f"{len(self.different)} sectors differ"
        more = f" and {len(self.different) - 5} more" if len(self.different) > 5 else ""
        return VerifyFailedError(
            f"{count} from {self.path.name}: {shown}{more}",
            hint="running firmware changes its own storage",
            action=Action("restore-backup"),
            sectors=list(self.different),
        )


def verify(
    target: Target, path: Path, pieces: Sequence[Piece], *, events: EventSink = ignore
) -> VerifyReport:
    """Compare flash with bytes.

    Args:
        target: The chip.
        path: Where the bytes are from, for the report.
        pieces: What flash should hold, and where; at least one, ordered by address.
        events: Receives progress.

    Raises:
        UsageError: The file reaches beyond the flash.
    """
    if pieces[-1].end > target.size:
        raise UsageError(
            f"{path.name} would end at {pieces[-1].end:#x}, but flash ends at {target.size:#x}",
            hint="is it for another chip?",
        )
    begun = target.session.transport.now()
    total = sum(len(piece.data) for piece in pieces)
    events(Started(JOB, total))
    different: list[int] = []
    done = 0
    for piece in pieces:
        padded, begin = _whole_sectors(target, piece)
        for offset in range(0, len(padded), _STEP):
            part = padded[offset : offset + _STEP]
            different += differing_sectors(target, begin + offset, part)
            so_far, at = min(done + offset + _STEP, total), begin + offset
            events(Progress(JOB, "compare", so_far, total, (at, at + len(part))))
        done += len(piece.data)
    events(Finished(JOB))
    seconds = target.session.transport.now() - begun
    return VerifyReport(path, pieces[0].start, total, tuple(dict.fromkeys(different)), seconds)


def _whole_sectors(target: Target, piece: Piece) -> tuple[bytes, int]:
    """The piece padded with the chip's own bytes, so that whole sectors can be compared."""
    begin, last = piece.sectors.start, piece.sectors.stop
    head = read_alone(target, begin).data[: piece.start - begin] if piece.start > begin else b""
    end = piece.end
    tail = read_alone(target, last - SECTOR).data[end - last :] if last > end else b""
    return head + piece.data + tail, begin
