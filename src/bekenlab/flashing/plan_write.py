"""Making plans: what writing files would do to a chip with its present content."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from bekenlab.chips import APP_START, SECTOR
from bekenlab.errors import Action, Notice, UsageError
from bekenlab.flashing.codes import code_of
from bekenlab.flashing.flash_file import KIND_MEANS, FileKind, FlashFile, place
from bekenlab.flashing.pieces import Piece, inside, without
from bekenlab.flashing.plan import FlashPlan, PlannedSector, compose
from bekenlab.flashing.refusals import Situation, refusals
from bekenlab.flashing.same_chip import protected_regions
from bekenlab.flashing.state import lost_sectors
from bekenlab.link.reading import read_alone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.chips import Region
    from bekenlab.flashing.state import ChipState
    from bekenlab.link.target import Target

# Sectors that show how the boot loader and the application are encrypted.
_HEADS = (0, APP_START)
HEAD = _HEADS[-1] + SECTOR


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """What the user wants of a write.

    Attributes:
        address: Physical address to write the file to; None: where it belongs.
        keep: Protected parts of the chip to leave alone: ``"bootloader"``, ``"rf"``.
        force: Codes of refusals to override.
    """

    address: int | None = None
    keep: frozenset[str] = frozenset()
    force: frozenset[str] = frozenset()


def plan_write(
    target: Target,
    file: FlashFile,
    options: WriteOptions,
    state: ChipState,
    *,
    also: Sequence[FlashFile] = (),
) -> FlashPlan:
    """Work out what writing a file would do; reads at most a few sectors, changes nothing.

    Args:
        target: The chip.
        file: What to write.
        options: Where to, and what to leave alone.
        state: What the chip holds.
        also: Further files of the same plan, each written to where it belongs.

    Raises:
        UsageError: A file's address is unknown, or two files overlap.
        BekenlabError: The chip or the port fails.
    """
    parts = [
        placed(target, file, options, options.address),
        *(placed(target, more, options, None) for more in also),
    ]
    _refuse_overlap([part for part in parts if part.pieces])
    head = _heads(target)
    found = [
        refusal
        for part in parts
        for refusal in refusals(
            Situation(
                file=part.file,
                pieces=part.pieces,
                identity=target.identity,
                crcs=state.before,
                head=head,
                has_backup=state.backup is not None,
            )
        )
    ]
    pieces = tuple(
        piece for part in parts for whole in part.pieces for piece in inside(whole, target.size)
    )
    sectors, same = compose(pieces, state.crcs, lambda a: _content(target, state, a))
    return FlashPlan(
        title=" + ".join(title_of(part.file) for part in parts),
        pieces=pieces,
        sectors=sectors,
        same=same,
        repairs=_repairs(state, pieces),
        kept=tuple(dict.fromkeys(region for part in parts for region in part.kept)),
        refusals=tuple(r for r in dict.fromkeys(found) if r.code not in options.force),
        notices=tuple(_notices(state)),
        backup=state.backup[0] if state.backup else None,
        baud=target.session.baud,
    )


@dataclass(frozen=True, slots=True)
class Placed:
    """A file at its address, and the regions that are left out."""

    file: FlashFile
    pieces: Sequence[Piece]
    kept: Sequence[Region]


def placed(target: Target, file: FlashFile, options: WriteOptions, address: int | None) -> Placed:
    """Where a file's bytes go on this chip, and which regions are left out.

    Raises:
        UsageError: Its address is unknown.
    """
    start = address if address is not None else place(file, target.identity.chip)
    if start is None:
        raise UsageError(
            f"{file.name} is {KIND_MEANS[file.kind]}; its address is unknown",
            action=Action("name-address"),
        )
    whole = file.at(start)
    kept = _kept(target, file, options)
    touched = [r for r in kept if any(p.start < r.end and r.start < p.end for p in whole)]
    return Placed(file, [part for piece in whole for part in without(piece, kept)], touched)


def _refuse_overlap(parts: Sequence[Placed]) -> None:
    parts = sorted(parts, key=lambda part: part.pieces[0].start)
    for first, second in pairwise(parts):
        if first.pieces[-1].end > second.pieces[0].start:
            raise UsageError(
                f"{first.file.name} overlaps {second.file.name}, which starts at "
                f"{second.pieces[0].start:#x}",
                hint="write them one after the other",
            )


def title_of(file: FlashFile) -> str:
    """A file's name, kind and firmware, in words."""
    if file.kind is FileKind.BLANK:
        return file.name
    return ", ".join(filter(None, (f"{file.name}: {KIND_MEANS[file.kind]}", file.firmware)))


def _kept(target: Target, file: FlashFile, options: WriteOptions) -> list[Region]:
    """Regions to keep; QIO firmware brings a boot loader, which is written only when forced."""
    keep = set(options.keep)
    if file.kind is FileKind.QIO and "bootloader" not in options.force:
        keep.add("bootloader")
    return [region for region in protected_regions(target.identity) if code_of(region) in keep]


def _heads(target: Target) -> bytes:
    """The first sectors of boot loader and application; blank bytes in between."""
    head = bytearray(b"\xff" * HEAD)
    for address in _HEADS:
        head[address : address + SECTOR] = read_alone(target, address).data
    return bytes(head)


def _content(target: Target, state: ChipState, address: int) -> bytes:
    """What a sector holds, or held before an interrupted write changed it."""
    original = state.original(address)
    return original if original is not None else read_alone(target, address).data


def _repairs(state: ChipState, pieces: Sequence[Piece]) -> tuple[PlannedSector, ...]:
    """Sectors that an interrupted write damaged and this one does not write anyway."""
    if state.unfinished is None:
        return ()
    record = state.unfinished[1]
    covered = {address for piece in pieces for address in piece.sectors}
    found = []
    for address, data in sorted(lost_sectors(record, state.crcs, state.backup).items()):
        if address not in covered:
            found.append(PlannedSector(address, data))
    return tuple(found)


def _notices(state: ChipState) -> list[Notice]:
    if state.unfinished is None:
        return []
    text = "An earlier write to this chip was interrupted; what it damaged is repaired as well."
    return [Notice("unfinished-write", text)]
