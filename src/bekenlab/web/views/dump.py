"""A row of the list of open files, and what the page of a file says about it and offers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bekenlab.chips import find_other_chip
from bekenlab.errors import BekenlabError, NotADumpError
from bekenlab.jobs.install.firmware import firmware_of
from bekenlab.report.dump_view import subject_pins, words_of
from bekenlab.report.printable import printable
from bekenlab.tuya.firmware import FirmwareKind

if TYPE_CHECKING:
    from bekenlab.analysis.inputs import InputFile
    from bekenlab.analysis.subject import Subject
    from bekenlab.errors import Notice
    from bekenlab.report.dump_view import DumpView

# What a page says where the pins would be, by the first warning that explains it.
_WITHOUT_PINS = {
    "second-controller": "mcu",
    "truncated-dump": "cut",
    "storage-unreadable": "unreadable",
    "no-app": "no",
    "openbeken-without-config": "openbeken",
    "openbeken-config": "openbeken_config",
    "boot-without-pins": "booted",
    "foreign-firmware": "foreign",
}

# Warnings whose advice is to watch the firmware on the bench.
_ON_THE_BENCH = frozenset({"foreign-firmware", "boot-without-pins", "no-parameters"})


# Warnings that a file is not all of a flash as it is on the chip: what it says may be found, but
# the device has to be read once more before anything is done with it.
_READ_AGAIN = frozenset({"partial-dump", "rotated-dump", "truncated-dump", "storage-unreadable"})


class Kind(StrEnum):
    """What an open file is; ``IMAGE`` is firmware that install takes, ``PACKAGE`` an update."""

    DUMP = "dump"
    IMAGE = "image"
    PACKAGE = "package"
    LOG = "log"
    TEMPLATE = "template"
    CONFIG = "config"
    TEXT = "text"
    REPORT = "report"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DumpRow:
    """A row of the list of open files.

    Attributes:
        id: Id of the file.
        name: Its label.
        size: Bytes.
        kind: What it is.
        chip: Name, or an empty string.
        module: Name, or an empty string.
        firmware: Name and version, or an empty string.
        pins: Number of pins known.
        problem: Code of the error, or an empty string.
        runs: Whether it has code that the virtual chip can run, if only a boot loader.
        boots: Whether an application is in that code, which is what a bench runs.
    """

    id: str
    name: str
    size: int
    kind: str
    chip: str
    module: str
    firmware: str
    pins: int
    problem: str
    runs: bool
    boots: bool

    @property
    def bytes_of_flash(self) -> bool:
        """Whether it can be written to a chip as it is."""
        return self.kind in {Kind.DUMP, Kind.IMAGE, Kind.CONFIG, Kind.OTHER}


def row_of(name: str, file: InputFile, subject: Subject) -> DumpRow:
    """Make the row of a file.

    Args:
        name: Its id.
        file: The file.
        subject: What it says.
    """
    analysis = subject.analysis
    version = analysis.firmware.version if analysis else None
    image = analysis.image if analysis else None
    return DumpRow(
        id=name,
        name=file.name,
        size=len(file.data),
        kind=str(_kind(file, subject)),
        chip=printable(subject.chip or ""),
        module=printable(subject.module or ""),
        firmware=words_of(subject.firmware, version),
        pins=len(subject_pins(subject).pins),
        problem=subject.problem.code if subject.problem else "",
        runs=bool(image and image.logical and subject.chip),
        boots=bool(image and image.logical and image.app and subject.chip),
    )


def why_no_pins(view: DumpView, row: DumpRow, *, booted: bool) -> str:
    """Why a file gives no pins, as the end of a key ``dump.no_pins.…``; empty if it gives some.

    Args:
        view: The file.
        row: Its row in the list.
        booted: Whether a boot of it has ended without pins.
    """
    if view.pins or view.odd:
        return ""
    codes = {notice.code for notice in view.notices}
    why = next((key for code, key in _WITHOUT_PINS.items() if code in codes), "")
    if booted and why in {"", "foreign"}:
        return "booted"
    if why == "foreign" and not row.runs:
        return "foreign_still"
    return why or ("none" if row.runs else "no")


def reservation(subject: Subject) -> str:
    """What to know before a file is run, as the end of a key ``dump.but.…``; may be empty.

    With ``"no_app"`` there is nothing to run, although a boot loader answers over a wire.
    """
    analysis = subject.analysis
    if analysis is None or analysis.image is None:
        return ""
    if not analysis.image.app:
        return "no_app"
    if subject.problem is not None:
        return "damaged"
    codes = {notice.code for notice in analysis.notices}
    return "no_loader" if "no-boot-loader" in codes else ""


def read_again(view: DumpView, problem: BekenlabError | None) -> bool:
    """Whether the device should be read once more before something is installed on it.

    Args:
        view: The file.
        problem: What is wrong with it, or None.
    """
    return problem is not None or any(notice.code in _READ_AGAIN for notice in view.notices)


def next_step(view: DumpView, row: DumpRow, no_pins: str, problem: BekenlabError | None) -> str:
    """The one thing to do next with a file, as the end of a key ``dump.next.…``; may be empty.

    Args:
        view: The file.
        row: Its row in the list.
        no_pins: See ``why_no_pins``.
        problem: What is wrong with it, or None.
    """
    if find_other_chip(view.chip):
        return ""  # a chip that bekenlab does not write
    if row.kind == Kind.IMAGE:
        return "install_this"
    if row.kind != Kind.DUMP or not view.chip:
        return ""
    if read_again(view, problem):
        return "back_up"
    # Where booting helps, that button stands above and is the one to press.
    return {"foreign": "bench", "none": ""}.get(no_pins, "install")


def shown_notices(
    view: DumpView, no_pins: str, problem: BekenlabError | None
) -> tuple[tuple[Notice, bool, bool], ...]:
    """The warnings of a page, each with whether it is explained and whether advice is given.

    What stands at the top of the page, or where the pins would be, is not said once more.
    """
    shown = []
    for notice in view.notices:
        if notice.code == "foreign-firmware" and no_pins.startswith("foreign"):
            continue
        first, _, more = notice.message.partition(". ")
        first = first.rstrip(".")
        told = problem is not None and problem.message.startswith(first[:1].lower() + first[1:])
        follows = not told and (view.runnable or notice.code not in _ON_THE_BENCH)
        shown.append((notice, bool(more) or not told, follows))
    return tuple(shown)


def newest_first(rows: list[DumpRow]) -> list[DumpRow]:
    """Images of firmware, grouped by chip, the newest release of each first."""
    by_release = sorted(rows, key=lambda row: _release(row.firmware), reverse=True)
    return sorted(by_release, key=lambda row: row.chip)


def _release(firmware: str) -> list[int]:
    """The numbers of a version, ``"OpenBK7231N 1.18.300"`` as 1, 18, 300."""
    numbers = firmware.rpartition(" ")[2].split(".")
    return [int(number) for number in numbers if number.isascii() and number.isdecimal()]


def _kind(file: InputFile, subject: Subject) -> Kind:
    if subject.report is not None:
        return Kind.REPORT
    if subject.log is not None:
        return Kind.LOG
    analysis = subject.analysis
    if analysis is None:
        return Kind.CONFIG if file.data.startswith(b"CFG") else Kind.TEMPLATE
    if analysis.image is None:
        return Kind.TEXT
    if isinstance(subject.problem, NotADumpError):
        return Kind.OTHER
    if analysis.image.package is not None:
        return Kind.PACKAGE
    return Kind.IMAGE if _installs(file, analysis.firmware.kind) else Kind.DUMP


def _installs(file: InputFile, kind: FirmwareKind) -> bool:
    if kind is not FirmwareKind.OPENBEKEN:
        return False
    try:
        firmware_of(file)
    except BekenlabError:
        return False
    return True
