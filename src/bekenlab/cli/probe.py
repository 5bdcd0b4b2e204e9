"""``bekenlab probe``: find pins by what the firmware does with them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.live_line import LiveLine
from bekenlab.cli.model_option import model_option
from bekenlab.cli.one_input import with_one_input
from bekenlab.cli.output import console, json_line
from bekenlab.cli.probe_line import ProbeLine

if TYPE_CHECKING:
    from bekenlab.jobs.probe import ProbeReport


@click.command("probe")
@click.argument("dump", type=click.Path(path_type=Path))
@click.option(
    "--only",
    type=click.Choice(["lamp", "inputs", "meter"]),
    help="Look only for a lamp's colours, at what inputs do, or for a power meter's wires.",
)
@click.option(
    "--wall",
    type=click.FloatRange(min=0, min_open=True, max=86_400),
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    help="Stop after this much real time.",
)
@click.option(
    "--save-observations",
    "save",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write what was seen in each experiment to a new file, as JSON.",
)
@model_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    dump: Path,
    only: str | None,
    wall: float,
    save: Path | None,
    chip: str | None,
    as_json: bool,
) -> None:
    """Find out what the pins of DUMP do, by experiments in the virtual chip.

    The firmware is started, every input is pressed, and Tuya's firmware is led into its product
    test, which lights the colours of a lamp one after the other. What storage says is not looked
    at, but compared with the result. No device is needed, and the file is never changed.
    """
    # Imported here, because --help must not wait for unicorn and numpy.
    from bekenlab.files import refuse_existing, write_new
    from bekenlab.jobs.probe import probe_file
    from bekenlab.probing.experiments import Only
    from bekenlab.probing.observations_json import observations_json

    if math.isnan(wall):
        raise click.BadParameter("not a number of seconds", param_hint="--wall")
    if save is not None:
        refuse_existing(save)
    line = LiveLine()
    draw = ProbeLine(line)

    def probe(one: Path) -> ProbeReport:
        wanted = Only(only) if only else None
        return probe_file(one, chip=chip, only=wanted, wall_seconds=wall, events=draw)

    try:
        report = with_one_input(dump, probe, as_json=as_json)
    finally:
        line.clear()
    if save is not None:
        text = json_line(observations_json(report.probed.observations))
        write_new(save, f"{text}\n".encode())
        click.echo(f"written: {save}", err=True)
    if as_json:
        from bekenlab.report.probe_json import probe_json

        click.echo(json_line(probe_json(report)))
    else:
        from bekenlab.report.probe_text import render

        console().print(render(report))
