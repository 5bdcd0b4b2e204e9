"""Making plans: what writing files would do to a chip with its present content."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from bekenlab.chips import APP_START
from bekenlab.errors import Action, Notice, UsageError
from bekenlab.flashing.codes import code_of
from bekenlab.flashing.condition import examine
from bekenlab.flashing.flash_file import KIND_MEANS, FileKind, FlashFile, place
from bekenlab.flashing.pieces import Piece, inside, without
from bekenlab.flashing.plan import FlashPlan, PlannedSector, compose
from bekenlab.flashing.refusals import Situation, refusals, worth_keeping
from bekenlab.flashing.same_chip import protected_regions
from bekenlab.flashing.state import lost_sectors
from bekenlab.image.loader_check import check_loader
from bekenlab.link.reading import read_alone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bekenlab.chips import Region
    from bekenlab.flashing.state import ChipState
    from bekenlab.image.condition import Condition
    from bekenlab.image.loader_check import LoaderCheck
    from bekenlab.link.target import Target


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
    likely = (state.backup and state.backup[1], loader_area(file))
    condition = examine(target, original=state.original, likely=likely)
    parts = [
        placed(target, file, options, options.address, condition),
        *(placed(target, more, options, None, condition) for more in also),
    ]
    _refuse_overlap([part for part in parts if part.pieces])
    found = [
        refusal
        for part in parts
        for refusal in refusals(
            Situation(
                file=part.file,
                pieces=part.pieces,
                identity=target.identity,
                crcs=state.before,
                condition=condition,
                loader=part.loader,
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
        notices=(*_notices(state), *condition_notices(condition, parts)),
        condition=condition,
        backup=state.backup[0] if state.backup else None,
        baud=target.session.baud,
    )


@dataclass(frozen=True, slots=True)
class Placed:
    """A file at its address.

    Attributes:
        file: The file.
        pieces: Its bytes that are to be written.
        kept: Regions of the chip that are left as they are.
        loader: The boot loader it brings, if that is written; else None.
    """

    file: FlashFile
    pieces: Sequence[Piece]
    kept: Sequence[Region]
    loader: LoaderCheck | None = None


def placed(
    target: Target,
    file: FlashFile,
    options: WriteOptions,
    address: int | None,
    condition: Condition,
) -> Placed:
    """Where a file's bytes go on this chip, and which regions are left out.

    Args:
        target: The chip.
        file: The file.
        options: What to leave alone.
        address: Where to write it; None: where it belongs.
        condition: Which parts of the chip are intact; only those are kept.

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
    left_out = _left_out(target, file, options, condition)
    kept = [
        region
        for region in left_out
        if any(piece.start < region.end and region.start < piece.end for piece in whole)
        and worth_keeping(region, condition)
    ]
    pieces = [part for piece in whole for part in without(piece, left_out)]
    return Placed(file, pieces, kept, _brought(target, pieces, condition))


def _brought(target: Target, pieces: Sequence[Piece], condition: Condition) -> LoaderCheck | None:
    """The boot loader in pieces that begin at 0, judged for the chip."""
    first = next((piece.data for piece in pieces if not piece.start), None)
    if first is None:
        return None
    chip = target.identity.chip
    names = (chip.name,) if chip else ()
    area = first[:APP_START].ljust(APP_START, b"\xff")
    return check_loader(area, chips=names, key=condition.keys.key)


def loader_area(file: FlashFile) -> bytes | None:
    """A file's bytes for the boot loader's area; None if it does not cover it."""
    first = file.pieces[0]
    covers = file.start == 0 and not first.start and len(first.data) >= APP_START
    return first.data[:APP_START] if covers else None


def condition_notices(condition: Condition, parts: Sequence[Placed]) -> Iterator[Notice]:
    """What the plan's reader should know of the chip; a boot loader that is written is no fault."""
    brought = next((part.loader for part in parts if part.loader), None)
    for notice in condition.notices():
        if notice.code == "no-boot-loader" and brought is not None and brought.starts:
            about = condition.loader.about
            text = f"{about[:1].upper()}{about[1:]}: the file's boot loader is written."
            yield Notice("boot-loader-replaced", text)
        else:
            yield notice


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


def _left_out(
    target: Target, file: FlashFile, options: WriteOptions, condition: Condition
) -> list[Region]:
    """Regions not to write.

    QIO firmware brings a boot loader, which is written only when forced, or when the chip has none
    that it can run.
    """
    keep = set(options.keep)
    is_forced = "bootloader" in options.force
    if file.kind is FileKind.QIO and not is_forced and condition.loader.starts:
        keep.add("bootloader")
    return [region for region in protected_regions(target.identity) if code_of(region) in keep]


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
        return [*state.notices]
    about = state.unfinished[1].about
    text = f"The chip is {about}; what that write damaged is repaired as well."
    return [Notice("unfinished-write", text), *state.notices]
