"""What ``install``, ``rehearse`` and ``demo`` share: firmware, template, the user's folders."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.events import EventSink
    from bekenlab.jobs.install.model import FirmwareFor

LATEST = "latest"

firmware_option = click.option(
    "--firmware",
    "-f",
    metavar="FILE|latest",
    help="OpenBeken for this chip: a file, or the newest release, downloaded from GitHub.",
)
template_option = click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Take pins from a template, report, boot log or dump instead of the device's own dump.",
)


def firmware_for(choice: str | None, events: EventSink) -> FirmwareFor:
    """What gives the firmware once the chip is known; a file is read at once.

    Raises:
        UsageError: There is neither a file nor anybody to ask.
        BekenlabError: The file cannot be used.
    """
    from bekenlab.errors import UsageError
    from bekenlab.jobs.install.firmware import read_firmware
    from bekenlab.jobs.install.latest import latest_firmware

    if choice is None:
        if not sys.stdin.isatty():
            raise UsageError(
                "nothing says which firmware to install",
                hint="name a QIO file of OpenBeken with --firmware FILE, or use --firmware latest, "
                "which downloads it from GitHub",
            )
        question = "Download the newest OpenBeken from GitHub? (--firmware FILE takes a file)"
        click.confirm(question, default=True, abort=True, err=True)
        choice = LATEST
    if choice == LATEST:
        return lambda chip: latest_firmware(chip, cache_folder(), events=events)
    firmware = read_firmware(Path(choice))
    return lambda _chip: firmware


def template_from(source: Path | None) -> Mapping[str, Any] | None:
    """Pins, flags and startup command of a file about the device.

    Raises:
        BekenlabError: The file cannot be read, or is not to be trusted as a whole.
    """
    if source is None:
        return None
    from bekenlab.analysis.subject import read_subject

    subject = read_subject(source)
    if subject.problem is not None:
        raise subject.problem
    return subject.template


def cache_folder() -> Path:
    """Where downloaded firmware is kept."""
    from platformdirs import user_cache_path

    return user_cache_path("bekenlab", appauthor=False) / "firmware"
