"""Shared by ``install``, ``rehearse`` and ``demo``: firmware, template, cache folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.one_input import with_one_input
from bekenlab.cli.questions import agrees

if TYPE_CHECKING:
    from bekenlab.analysis.subject import Subject
    from bekenlab.events import EventSink
    from bekenlab.jobs.install.model import FirmwareFor

LATEST = "latest"

firmware_option = click.option(
    "--firmware",
    "-f",
    metavar="FILE|latest",
    help="OpenBeken for this chip: a file, or latest to download the newest release from GitHub.",
)
template_option = click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Take pins from a template, report, boot log or dump instead of from the device's backup.",
)


def firmware_for(choice: str | None, events: EventSink) -> FirmwareFor:
    """A function that returns the firmware once the chip is known; a file is read immediately.

    Raises:
        UsageError: No file is given, and there is no terminal to ask on.
        BekenlabError: The file cannot be used.
    """
    from bekenlab.errors import DeclinedError, UsageError
    from bekenlab.jobs.install.firmware import read_firmware
    from bekenlab.jobs.install.latest import latest_firmware

    if choice is None:
        if not sys.stdin.isatty():
            raise UsageError(
                "no firmware given",
                hint="name a QIO file of OpenBeken with --firmware FILE, or use --firmware latest "
                "to download it from GitHub",
            )
        if not agrees("Download the newest OpenBeken from GitHub", default=True):
            raise DeclinedError("nothing was done: --firmware FILE takes a file instead")
        choice = LATEST
    if choice == LATEST:
        return lambda chip: latest_firmware(chip, cache_folder(), events=events)
    firmware = with_one_input(Path(choice), read_firmware)
    return lambda _chip: firmware


def subject_from(source: Path | None, *, as_json: bool) -> Subject | None:
    """The file about a device that pins, flags and startup command are taken from.

    Raises:
        BekenlabError: The file cannot be read, or part of it is not reliable.
    """
    if source is None:
        return None
    from bekenlab.analysis.subject import read_subject

    subject = with_one_input(source, read_subject, as_json=as_json)
    if subject.problem is not None:
        raise subject.problem
    return subject


def cache_folder() -> Path:
    """Folder for downloaded firmware."""
    from platformdirs import user_cache_path

    return user_cache_path("bekenlab", appauthor=False) / "firmware"
