"""``bekenlab redact``: a copy of a dump or log without its secrets, for sharing."""

from __future__ import annotations

from pathlib import Path

import click

from bekenlab.cli.input import named_input
from bekenlab.cli.one_input import with_one_input
from bekenlab.cli.output import console, json_line


@click.command("redact")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="OUT",
    help="Write the copy as OUT, which must not exist yet.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was replaced as one JSON object.")
def command(file: Path, output: Path, as_json: bool) -> None:
    """Make a copy of a dump or a captured log without its secrets, for sharing.

    FILE may be - for standard input.

    Wi-Fi names and passwords, keys, uuids, device ids, tokens and the device's half of the MAC
    address are replaced with placeholders, including in old copies and remnants. Pins and
    everything else are kept. The copy is written only once a search confirms that no secret found
    is left in it.
    """
    # Imported here, because --help must not wait for numpy and the parsers.
    from bekenlab.files import refuse_existing, write_new
    from bekenlab.redaction.redact import redact
    from bekenlab.report.redact_report import redact_json, render

    refuse_existing(output)
    redaction = with_one_input(file, lambda one: redact(named_input(one)), as_json=as_json)
    write_new(output, redaction.data)
    if as_json:
        click.echo(json_line(redact_json(redaction, output.name)))
        return
    console().print(render(redaction, output.name))
