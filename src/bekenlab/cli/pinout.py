"""``bekenlab pinout``: the pads of a module or chip, as text or as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.output import console, print_error
from bekenlab.errors import ExitCode

if TYPE_CHECKING:
    from bekenlab.chips import Module
    from bekenlab.jobs.subject import Subject


@click.command("pinout")
@click.argument("board", required=False, metavar="MODULE|CHIP")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A dump, JSON report, boot log or template: what its pins do. Names the board as well.",
)
@click.option("--wiring", is_flag=True, help="Show where a USB-serial adapter is connected.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUT.svg",
    help="Write a picture (SVG) instead of printing.",
)
@click.option("--force", is_flag=True, help="Replace OUT where it exists.")
@click.option("--list", "list_all", is_flag=True, help="Name all modules and chips there are.")
def command(
    board: str | None,
    report: Path | None,
    wiring: bool,
    output: Path | None,
    force: bool,
    list_all: bool,
) -> int:
    """Show the pads of a module, or the pins of a chip, and what they do.

    MODULE|CHIP is what is printed on the board, such as CB2S or BK7231N. It may be left out with
    --report.
    """
    # Imported here: numpy and the parsers take longer to load than --help may take.
    from bekenlab.files import write_new
    from bekenlab.jobs.pinout import board_names, board_of, find_board
    from bekenlab.jobs.subject import read_subject

    if list_all:
        click.echo("\n".join(board_names()))
        return int(ExitCode.OK)
    if board is None and report is None:
        raise click.UsageError("Name a module or a chip, or a file with --report.")
    named = find_board(board) if board else None
    subject = read_subject(report) if report else None
    found = named or (board_of(subject) if subject else None)
    if found is None:
        raise click.UsageError("Name a module or a chip.")
    if output:
        write_new(output, _picture(found, subject, wiring=wiring).encode(), replace=force)
    else:
        _print(found, subject)
    if wiring:
        from bekenlab.report.pinout_text import render_notes

        console().print(render_notes())
    if subject is None or subject.problem is None:
        return int(ExitCode.OK)
    print_error(subject.problem, subject=subject.name)
    return int(subject.problem.exit_code)


def _picture(found: Module, subject: Subject | None, *, wiring: bool) -> str:
    from bekenlab.report.pictures import board_picture, uses_of_subject, wiring_picture

    if wiring:
        return wiring_picture(found)
    return board_picture(found, uses_of_subject(subject) if subject else {})


def _print(found: Module, subject: Subject | None) -> None:
    from bekenlab.report.pictures import uses_of_subject
    from bekenlab.report.pinout_text import render_pinout

    console().print(render_pinout(found, uses_of_subject(subject) if subject else {}))
