"""``bekenlab share``: a folder with everything to post about a device, without its secrets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.one_input import with_one_input
from bekenlab.cli.output import print_warnings

if TYPE_CHECKING:
    from bekenlab.report.share import Bundle

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("share")
@click.argument("dump", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FOLDER",
    help="New folder for the files.",
)
@click.option("--log", "log", type=_FILE, metavar="FILE", help="Add a captured log, redacted.")
@click.option(
    "--photo",
    type=_FILE,
    metavar="FILE",
    help="Add a photo, without place, time and camera.",
)
@click.option(
    "--language",
    type=click.Choice(["en", "de"]),
    default="en",
    show_default=True,
    help="Language of the report and of the post.",
)
def command(dump: Path, output: Path, log: Path | None, photo: Path | None, language: str) -> None:
    """Make a folder to post in a forum: redacted dump, report, template, and a text.

    Everything in it is made from the redacted dump. The text says what is known, how, and what is
    open; read it before you post it.
    """
    from bekenlab.analysis.inputs import load_one
    from bekenlab.report.share import bundle
    from bekenlab.report.share_folder import write_bundle
    from bekenlab.web.texts import texts

    def make(one: Path) -> Bundle:
        given = load_one(log) if log is not None else None
        return bundle(load_one(one), texts(language).report_reader, log=given, photo=photo)

    made = with_one_input(dump, make)
    write_bundle(made, output)
    for file in made.files:
        click.echo(f"{output / file.name}: {len(file.content):,} bytes")
    click.echo(f"{made.secrets} secrets were replaced in the dump")
    print_warnings(made.notices)
