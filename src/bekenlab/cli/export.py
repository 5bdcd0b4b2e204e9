"""``bekenlab export``: the findings on a device in the format of another program."""

from __future__ import annotations

from pathlib import Path
from secrets import token_bytes

import click

from bekenlab.cli import completion
from bekenlab.cli.interrupts import current
from bekenlab.cli.output import print_error, print_warnings
from bekenlab.cli.probe_option import probe_option, read_probed
from bekenlab.errors import ExitCode
from bekenlab.report.exports import EXPORTERS, Request


def _formats() -> str:
    return "; ".join(f"{name}: {row.about}" for name, row in EXPORTERS.items())


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--to", "form", required=True, type=click.Choice(list(EXPORTERS)), help=f"{_formats()}."
)
@click.option(
    "--chip",
    metavar="NAME",
    shell_complete=completion.CHIPS,
    help="The chip, if the file does not name it.",
)
@click.option(
    "--boot",
    "boot",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="When to boot a dump in a virtual chip; auto: only if nothing else gives the pins.",
)
@probe_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="File to write instead of printing.",
)
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@click.option("--show-secrets", is_flag=True, help="Leave names, passwords and keys in.")
def command(
    file: Path,
    form: str,
    chip: str | None,
    boot: str,
    probe: str,
    output: Path | None,
    force: bool,
    show_secrets: bool,
) -> int:
    """Export the findings on a device for another program.

    FILE is a dump, a JSON report from analyze, a captured boot log, a text with a Tuya
    configuration, or an OpenBeken template or configuration.
    """
    # Imported here, because --help must not wait for numpy and the parsers.
    from bekenlab.files import write_new
    from bekenlab.openbeken.config.edit import unique_bytes

    exporter = EXPORTERS[form]
    if exporter.binary and output is None:
        raise click.UsageError(f"--to {form} is not text: name a file with -o.")
    subject = read_probed(file, probe, boot=boot)
    unique = unique_bytes(subject.mac, token_bytes)
    made = exporter.write(Request(subject, chip, unique, show_secrets=show_secrets))
    current().conclude()
    if output:
        write_new(output, made.content, replace=force, private=show_secrets)
        click.echo("; ".join(filter(None, (f"{output}: {exporter.about}", made.then))))
    else:
        click.echo(made.content, nl=False)  # bytes: UTF-8, whatever the terminal can show
    print_warnings((*subject.notices, *made.warnings))
    if made.hidden:
        click.echo("  --show-secrets exports it with them", err=True)
    if subject.problem is None:
        return int(ExitCode.OK)
    print_error(subject.problem, subject=subject.name)
    return int(subject.problem.exit_code)
