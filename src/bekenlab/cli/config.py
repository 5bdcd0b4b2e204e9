"""``bekenlab config``: OpenBeken configurations as files."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli import completion
from bekenlab.cli.config_options import change_options, changes_from
from bekenlab.cli.groups import Group
from bekenlab.cli.one_input import with_one_input
from bekenlab.cli.output import console, json_line, print_error, print_warnings
from bekenlab.cli.probe_option import probe_option, read_probed
from bekenlab.errors import ExitCode

if TYPE_CHECKING:
    from typing import Any

_FILE = click.Path(path_type=Path)
_chip = click.option(
    "--chip",
    metavar="NAME",
    shell_complete=completion.CHIPS,
    help="The chip, if the file does not name it.",
)
_output = click.option(
    "-o", "--output", type=_FILE, metavar="OUT", required=True, help="File to write."
)
_force = click.option("--force", is_flag=True, help="Replace OUT if it exists.")
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_show_secrets = click.option(
    "--show-secrets", is_flag=True, help="Do not hide Wi-Fi names, passwords and the MAC address."
)


@click.group("config", cls=Group)
def command() -> None:
    """Show, make, edit and compare OpenBeken configurations.

    FILE is a configuration sector (4096 bytes), or a whole dump with one in it.
    """


@command.command("show")
@click.argument("file", type=_FILE)
@_chip
@_json
@_show_secrets
def show(file: Path, chip: str | None, as_json: bool, show_secrets: bool) -> None:
    """Show the content of a configuration.

    Empty and zero fields are left out; --json includes them.
    """
    # Imported here: the parsers take longer to load than --help may take.
    from bekenlab.jobs.obk_config import read_config
    from bekenlab.report.config_report import config_json, render

    found = with_one_input(file, lambda one: read_config(one, chip=chip), as_json=as_json)
    if as_json:
        click.echo(json_line(config_json(found, show_secrets=show_secrets)))
        return
    console().print(render(found, show_secrets=show_secrets))


@command.command("make")
@click.option(
    "--from",
    "source",
    type=_FILE,
    metavar="FILE",
    help="Take pins, flags and startup command from a dump, report, boot log or template.",
)
@probe_option
@_chip
@change_options
@_output
@_force
def make(
    source: Path | None, probe: str, chip: str | None, output: Path, force: bool, **options: Any
) -> int:
    """Make a new configuration, ready to flash.

    Fields that are not given get OpenBeken's defaults. Names are derived from the MAC address in
    the dump; without one, they end in random digits. Passwords are read from the environment
    (BEKENLAB_WIFI_PASSWORD, ...) or from a file, or asked for.
    """
    from bekenlab.files import write_new
    from bekenlab.openbeken.config.edit import make_config, unique_bytes

    changes = changes_from(options)
    subject = read_probed(source, probe) if source else None
    made = make_config(
        subject.template if subject else None,
        changes,
        unique=unique_bytes(subject.mac if subject else None, secrets.token_bytes),
        chip=chip or (subject.chip if subject else None),
    )
    write_new(output, made.config.encode(), replace=force, private=True)
    print_warnings((*(subject.notices if subject else ()), *made.left_out))
    click.echo(f"{output}: for {made.chip}, flash it at 0x{made.address:06X}")
    if subject is None or subject.problem is None:
        return int(ExitCode.OK)
    print_error(subject.problem, subject=subject.name)
    return int(subject.problem.exit_code)


@command.command("edit")
@click.argument("file", type=_FILE)
@_chip
@change_options
@_output
@_force
def edit(file: Path, chip: str | None, output: Path, force: bool, **options: Any) -> None:
    """Change a configuration; in a dump, only its sector changes.

    A packed dump is written unpacked.
    """
    from bekenlab.files import write_new
    from bekenlab.jobs.obk_config import edit_config, read_config

    found = with_one_input(file, lambda one: read_config(one, chip=chip))
    edited = edit_config(found, changes_from(options))
    write_new(output, edited, replace=force, private=True)
    what = "unchanged" if edited == found.data else "changed"
    click.echo(f"{output}: sector at 0x{found.offset:06X} {what}")


@command.command("diff")
@click.argument("left", type=_FILE)
@click.argument("right", type=_FILE)
@_chip
@_json
@_show_secrets
def diff(left: Path, right: Path, chip: str | None, as_json: bool, show_secrets: bool) -> int:
    """Compare two configurations; the exit status is 6 if they differ."""
    from bekenlab.jobs.obk_config import read_config
    from bekenlab.openbeken.config.edit import compare_configs
    from bekenlab.report.config_report import diff_json, render_differences

    ours, theirs = (
        with_one_input(file, lambda one: read_config(one, chip=chip), as_json=as_json)
        for file in (left, right)
    )
    names = (ours.name, theirs.name)
    found = compare_configs(ours.config, theirs.config)
    if as_json:
        click.echo(json_line(diff_json(names, found, show_secrets=show_secrets)))
    else:
        console().print(render_differences(names, found, show_secrets=show_secrets))
    return int(ExitCode.VERIFY if found else ExitCode.OK)
