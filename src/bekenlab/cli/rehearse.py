"""``bekenlab rehearse``: tries an install on a virtual chip made from a dump."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bekenlab.cli import completion
from bekenlab.cli.chip.frontend import facing
from bekenlab.cli.config_options import change_options, changes_from
from bekenlab.cli.install_options import (
    firmware_for,
    firmware_option,
    subject_from,
    template_option,
)
from bekenlab.cli.one_input import with_one_input

if TYPE_CHECKING:
    from bekenlab.probing.rehearsal import Rehearsal


@click.command("rehearse")
@click.argument("dump", type=click.Path(path_type=Path))
@firmware_option
@change_options
@template_option
@click.option(
    "--chip",
    metavar="NAME",
    shell_complete=completion.CHIPS,
    help="The chip, if the dump does not name it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print events and the result as JSON.")
def command(
    dump: Path,
    firmware: str | None,
    source: Path | None,
    chip: str | None,
    as_json: bool,
    **settings: Any,
) -> None:
    """Try an install on a virtual chip made from DUMP, pin by pin.

    No device is needed. The same writes go over a virtual wire, OpenBeken boots with its new
    configuration, buttons are pressed, and each relay, LED and PWM pin has to change as the pin map
    says. The exit status is 0 if all do, else 6.
    """
    # Imported here, because --help must not wait for numpy and the parsers.
    from bekenlab.jobs.rehearse import problem_of, rehearse_dump
    from bekenlab.report.install_json import rehearsal_json
    from bekenlab.report.install_text import rehearsal_text

    with facing("rehearse", as_json=as_json) as frontend:
        given = firmware_for(firmware, frontend)
        changes, pins_from = changes_from(settings), subject_from(source, as_json=as_json)

        def rehearse(one: Path) -> Rehearsal:
            return rehearse_dump(one, given, changes, source=pins_from, chip=chip, events=frontend)

        rehearsal = with_one_input(dump, rehearse, as_json=as_json)
        frontend.result = rehearsal_json(rehearsal)
        frontend.show(rehearsal_text(rehearsal))
        problem = problem_of(rehearsal)
        if problem is not None:
            raise problem
