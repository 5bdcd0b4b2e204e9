"""``bekenlab pinout``: the pads of a module or chip, as text, as a picture, or on a photo."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bekenlab.cli import completion
from bekenlab.cli.one_input import with_one_input
from bekenlab.cli.output import console, print_error, print_warnings
from bekenlab.errors import ExitCode

if TYPE_CHECKING:
    from bekenlab.analysis.subject import Subject
    from bekenlab.chips import Module
    from bekenlab.report.pictures import Uses

_POINT = re.compile(r"(-?\d{1,6}(?:\.\d{1,4})?)\s*,\s*(-?\d{1,6}(?:\.\d{1,4})?)")


@click.command("pinout")
@click.argument("board", required=False, metavar="MODULE|CHIP", shell_complete=completion.BOARDS)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Show what the pins do according to a dump, report, boot log or template.",
)
@click.option("--wiring", is_flag=True, help="Show how to connect a USB-serial adapter.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Write a picture instead of printing: SVG, or with --photo also PNG.",
)
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@click.option(
    "--chip", metavar="CHIP", shell_complete=completion.CHIPS, help="Same as the argument CHIP."
)
@click.option(
    "--photo",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw the pins on this photo of the board (JPEG, PNG, WebP).",
)
@click.option(
    "--corners",
    nargs=4,
    metavar="X,Y X,Y X,Y X,Y",
    help="With --photo: the chip's corners in pixels, pin 1 first, then around the chip.",
)
@click.option(
    "--pads",
    nargs=2,
    metavar="PAD=X,Y PAD=X,Y",
    help="With --photo: the positions of two pads of a module, far apart.",
)
@click.option("--back", is_flag=True, help="With --pads: the photo shows the back.")
@click.option("--list", "list_all", is_flag=True, help="List all known modules and chips.")
def command(board: str | None, chip: str | None, list_all: bool, **options: Any) -> int:
    """Show a module's pads or a chip's pins and what they do.

    MODULE|CHIP is the name printed on it, such as CB2S or BK7231N. It may be left out with
    --report. With --photo the pins are drawn on a photo of the board.
    """
    # Imported here, because --help must not wait for numpy and the parsers.
    from bekenlab.analysis.subject import read_subject
    from bekenlab.jobs.pinout import board_names, board_of, find_board

    if list_all:
        click.echo("\n".join(board_names()))
        return int(ExitCode.OK)
    if board and chip:
        raise click.UsageError("Name one board: MODULE|CHIP or --chip.")
    wanted = _Wanted(**options)
    wanted.check()
    name = board or chip
    if name is None and wanted.report is None:
        raise click.UsageError("Name a module or a chip, or a file with --report.")
    named = find_board(name) if name else None
    subject = with_one_input(wanted.report, read_subject) if wanted.report else None
    found = named or (board_of(subject) if subject else None)
    if found is None:
        raise click.UsageError("Name a module or a chip.")
    _show(found, subject, wanted)
    print_warnings(subject.notices if subject else ())
    if subject is None or subject.problem is None:
        return int(ExitCode.OK)
    print_error(subject.problem, subject=subject.name)
    return int(subject.problem.exit_code)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The options, as they were given."""

    report: Path | None
    wiring: bool
    output: Path | None
    force: bool
    photo: Path | None
    corners: tuple[str, ...] | None
    pads: tuple[str, ...] | None
    back: bool

    def check(self) -> None:
        """Reject conflicting options before anything is read."""
        if self.photo is None and (self.corners or self.pads or self.back):
            raise click.UsageError("--corners, --pads and --back need --photo.")
        if self.photo is not None and self.wiring:
            raise click.UsageError("--photo and --wiring exclude each other.")
        if self.photo is not None and bool(self.corners) == bool(self.pads):
            raise click.UsageError("--photo needs --corners of a chip, or --pads of a module.")
        if self.corners and self.back:
            raise click.UsageError("--back needs --pads.")
        if self.photo is not None and self.output is None:
            raise click.UsageError("--photo needs an output file: -o OUT.png or OUT.svg.")
        if self.photo is None and self.output and self.output.suffix.lower() != ".svg":
            raise click.UsageError("Pictures are SVG files: -o OUT.svg.")


def _show(found: Module, subject: Subject | None, wanted: _Wanted) -> None:
    from bekenlab.files import write_new
    from bekenlab.pins import Source
    from bekenlab.report.pictures import board_picture, uses_of_subject, wiring_picture
    from bekenlab.report.pinout_text import render_notes, render_pinout

    uses = uses_of_subject(subject) if subject else {}
    if wanted.output is None:
        console().print(render_pinout(found, uses))
    elif wanted.photo is not None:
        write_new(wanted.output, _over_photo(found, uses, wanted), replace=wanted.force)
        click.echo(f"{wanted.output}: photo with the pins of {found.name}")
    else:
        doubtful = subject is not None and subject.source is Source.FIRMWARE_DEFAULT
        picture = (
            wiring_picture(found)
            if wanted.wiring
            else board_picture(found, uses, doubtful=doubtful)
        )
        write_new(wanted.output, picture.encode(), replace=wanted.force)
        what = "how to wire" if wanted.wiring else "the pins of"
        click.echo(f"{wanted.output}: {what} {found.name}")
    if wanted.wiring:
        console().print(render_notes())


def _over_photo(found: Module, uses: Uses, wanted: _Wanted) -> bytes:
    """Draw the pins on the photo, in the format given by the output's suffix."""
    from bekenlab.chips.outlines import Face
    from bekenlab.files import refuse_existing
    from bekenlab.report.pictures.geometry import geometry_of
    from bekenlab.report.pictures.overlay import by_corners, by_pads
    from bekenlab.report.pictures.photo import load_photo, photo_png, photo_svg

    suffix = wanted.output.suffix.lower() if wanted.output else ""
    if suffix not in {".png", ".svg"}:
        raise click.UsageError("-o must end in .png or .svg.")
    if wanted.output and not wanted.force:
        refuse_existing(wanted.output)
    corners = [_point(text) for text in wanted.corners or ()]
    pads = dict(_pad(text) for text in wanted.pads or ())
    photo = load_photo(wanted.photo or Path())
    geometry = geometry_of(found, uses)
    if corners:
        overlay = by_corners(geometry, corners, photo.size)
    else:
        overlay = by_pads(geometry, pads, photo.size, Face.BACK if wanted.back else None)
    if suffix == ".png":
        return photo_png(photo, overlay)
    return photo_svg(photo, overlay, f"{found.name} over a photo").encode()


def _pad(text: str) -> tuple[str, tuple[float, float]]:
    name, found, point = text.partition("=")
    if not found:
        raise click.UsageError(f"{text!r} is not a pad with its position: write it as 7=120,340.")
    return name.strip(), _point(point)


def _point(text: str) -> tuple[float, float]:
    match = _POINT.fullmatch(text.strip())
    if match is None:
        raise click.UsageError(f"{text!r} is not a position in a photo: write it as 120,340.")
    return float(match[1]), float(match[2])
