"""The option of commands that need pins: find them by experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bekenlab.cli.live_line import LiveLine
from bekenlab.cli.one_input import with_one_input
from bekenlab.cli.probe_line import ProbeLine

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.analysis.subject import Subject

probe_option = click.option(
    "--probe",
    "probe",
    type=click.Choice(["auto", "always", "never"]),
    default="never",
    show_default=True,
    help="When to find the pins of a dump by experiments in the virtual chip; auto: only if "
    "nothing else gives them, but the firmware uses some.",
)


def read_probed(source: Path, probe: str, *, boot: str = "auto", as_json: bool = False) -> Subject:
    """Read a file about a device, with a line that shows how far its probe is.

    Raises:
        BekenlabError: The file cannot be used.
    """
    from bekenlab.analysis.boot_findings import BootMode
    from bekenlab.analysis.subject import read_subject
    from bekenlab.jobs.probe_mode import ProbeMode

    mode, how = ProbeMode(probe), BootMode(boot)
    if mode is ProbeMode.NEVER:
        return with_one_input(source, lambda one: read_subject(one, boot=how), as_json=as_json)
    from bekenlab.jobs.probe import read_with_probe

    line = LiveLine()
    try:
        return with_one_input(
            source,
            lambda one: read_with_probe(one, boot=how, mode=mode, events=ProbeLine(line)),
            as_json=as_json,
        )
    finally:
        line.clear()
