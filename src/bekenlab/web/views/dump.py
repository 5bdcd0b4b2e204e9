"""A row of the list of dumps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.report.dump_view import words_of
from bekenlab.report.printable import printable

if TYPE_CHECKING:
    from bekenlab.analysis.model import Analysis
    from bekenlab.web.uploads import Dump


@dataclass(frozen=True, slots=True)
class DumpRow:
    """A row of the list of dumps.

    Attributes:
        id: Id of the dump.
        name: Its label.
        size: Bytes.
        chip: Name, or an empty string.
        module: Name, or an empty string.
        firmware: Name and version, or an empty string.
        pins: Number of pins known.
        problem: Code of the error, or an empty string.
    """

    id: str
    name: str
    size: int
    chip: str
    module: str
    firmware: str
    pins: int
    problem: str


def row_of(dump: Dump, analysis: Analysis) -> DumpRow:
    """Make the row of a dump."""
    return DumpRow(
        id=dump.id,
        name=dump.file.name,
        size=analysis.file.size,
        chip=analysis.chip.name or "",
        module=printable(analysis.module or ""),
        firmware=words_of(analysis.firmware.name, analysis.firmware.version),
        pins=len(analysis.pins.pins),
        problem=analysis.problem.code if analysis.problem else "",
    )
