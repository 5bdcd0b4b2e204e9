"""``bekenlab log``: logs captured from a device's UART2."""

from __future__ import annotations

from pathlib import Path

import click

from bekenlab.cli.output import console, json_line


@click.group("log", no_args_is_help=True)
def command() -> None:
    """Read what a device printed on its log port (UART2, 115200 baud)."""


@command.command("parse")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def parse(file: Path, as_json: bool) -> None:
    """Find the pin configuration in a captured boot log.

    FILE is text as a terminal program saved it; Tuya's firmware prints its pins while it boots.
    Keys and passwords in the log are never printed.
    """
    # Imported here: the parsers take longer to load than --help may take.
    from bekenlab.jobs.read_log import read_log
    from bekenlab.report.log_report import log_json, render

    report = read_log(file)
    if as_json:
        click.echo(json_line(log_json(report)))
        return
    console().print(render(report))
