"""A write that would change nothing is known as such from one CRC over what it would write.

Otherwise a plan asks the chip for the CRC of all of flash, since what is changed must be vouched
for before and after. A loader that computes CRCs slowly (the BK7231T's takes 3 s a MiB in the
virtual chip) would need ten seconds to find out that there is nothing to do.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.flashing.plan import FlashPlan, Piece, compose
from bekenlab.flashing.refusals import Situation, refusals
from bekenlab.flashing.state import HEAD, inside, placed, title_of
from bekenlab.link.reading import read_alone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.flashing.flash_file import FlashFile
    from bekenlab.flashing.journal import WriteJournal
    from bekenlab.flashing.plan import PlannedSector
    from bekenlab.flashing.state import Placed, WriteOptions
    from bekenlab.link.target import Target

# What is different is mostly different at its beginning; this much tells at little cost.
_FIRST = 0x8000


def plan_unchanged(
    target: Target, file: FlashFile, options: WriteOptions, journal: WriteJournal
) -> FlashPlan | None:
    """The plan of a write that has nothing to do; None: what there is to do must be worked out.

    Args:
        target: The chip.
        file: What to write.
        options: Where, and what to leave alone.
        journal: Where writes that were cut off are recorded; after one, more than this file may
            have to be put right.

    Raises:
        UsageError: Nothing says where the file belongs.
        BekenlabError: Chip or line fail.
    """
    part = placed(target, file, options, options.address)
    pieces = tuple(piece for whole in part.pieces for piece in inside(whole, target.size))
    if not pieces or journal.concerns(target.identity) or not _holds(target, pieces):
        return None
    same, _ = compose(pieces, {}, lambda address: read_alone(target, address).data)
    if _is_refused(target, part, options, same):
        return None
    return FlashPlan(
        title=title_of(file),
        pieces=pieces,
        sectors=(),
        same=same,
        kept=tuple(part.kept),
        baud=target.session.baud,
    )


def _is_refused(
    target: Target, part: Placed, options: WriteOptions, same: Sequence[PlannedSector]
) -> bool:
    """Whether a rule speaks against the file; for a chip it is not meant for it is no use there."""
    held = {sector.address: sector.data for sector in same}
    blank = b"\xff" * SECTOR
    situation = Situation(
        file=part.file,
        pieces=part.pieces,
        identity=target.identity,
        crcs={address: zlib.crc32(data) for address, data in held.items()},
        head=b"".join(held.get(address, blank) for address in range(0, HEAD, SECTOR)),
        has_backup=True,  # nothing is lost
    )
    return any(refusal.code not in options.force for refusal in refusals(situation))


def _holds(target: Target, pieces: Sequence[Piece]) -> bool:
    first = pieces[0]
    begin = Piece(first.start, first.data[:_FIRST])
    return all(
        target.crc(piece.start, piece.end) == zlib.crc32(piece.data) for piece in (begin, *pieces)
    )
