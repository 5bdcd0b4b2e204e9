"""``bekenlab info``, ``backup`` and ``verify``, which change nothing on the chip."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.chip.frontend import facing
from bekenlab.cli.chip.options import ChipOptions, chip_options, connection_of
from bekenlab.cli.one_input import with_one_input
from bekenlab.cli.output import console

if TYPE_CHECKING:
    from bekenlab.cli.chip.frontend import Frontend
    from bekenlab.jobs.backup import BackupPlan


@click.command("info")
@chip_options(plans=False)
def info(options: ChipOptions) -> None:
    """Identify the connected chip.

    Shows its boot loader, flash, code key, write protection and MAC address.
    """
    from bekenlab.flashing.places import Places
    from bekenlab.jobs import info as job
    from bekenlab.report.chip_json import info_json
    from bekenlab.report.chip_text import info_text

    with facing("info", as_json=options.as_json) as frontend:
        journal = Places.of_user().journal
        report = job.info(connection_of(options), journal=journal, events=frontend)
        frontend.result = info_json(report)
        frontend.show(info_text(report))


@click.command("backup")
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="File to write. It appears only once it is complete and verified.",
)
@chip_options()
def backup(output: Path, options: ChipOptions) -> None:
    """Read all of a chip's flash into a file, and verify it.

    Each sector is compared with the chip's own checksum. After an interruption the same command
    resumes. A manifest with all checksums is written to FILE.json.
    """
    from bekenlab.flashing.places import Places
    from bekenlab.jobs import backup as job
    from bekenlab.report.chip_json import backup_json
    from bekenlab.report.chip_text import backup_text

    with facing("backup", as_json=options.as_json) as frontend:
        if options.dry_run:
            plan = job.plan_backup(connection_of(options), output, events=frontend)
            _show_plan(frontend, plan, output)
        else:
            connection, places = connection_of(options), Places.of_user()
            report = job.backup(connection, output, places, events=frontend)
            frontend.result = backup_json(report)
            frontend.show(backup_text(report))


def _show_plan(frontend: Frontend, plan: BackupPlan, output: Path) -> None:
    from bekenlab.report.chip_json import identity_json

    frontend.result = {
        "dry_run": True,
        "chip": identity_json(plan.identity),
        "size": plan.size,
        "seconds_at_most": round(plan.seconds, 1),
    }
    if not frontend.as_json:
        size, seconds = plan.size / (1 << 20), plan.seconds
        text = f"would read {size:g} MiB into {output} in about {seconds:.0f} s"
        console().print(text, markup=False)


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--at",
    "address",
    callback=lambda _c, _o, value: parse_address(value),
    metavar="ADDRESS",
    help="Physical address of the file's first byte, if the file does not give it.",
)
@chip_options(plans=False)
def verify(file: Path, address: int | None, options: ChipOptions) -> None:
    """Compare a chip with a file by checksum.

    Takes a few seconds and does not read the flash itself. If they differ, the sectors are listed
    and the exit status is 6.
    """
    from bekenlab.analysis.inputs import load_one
    from bekenlab.jobs import verify as job
    from bekenlab.report.chip_json import verify_json
    from bekenlab.report.chip_text import verify_text

    with facing("verify", as_json=options.as_json) as frontend:
        report = job.verify(
            connection_of(options),
            with_one_input(file, load_one, as_json=options.as_json),
            address=address,
            events=frontend,
        )
        frontend.result = verify_json(report)
        problem = report.problem()
        if problem is not None:
            raise problem
        frontend.show(verify_text(report))


def parse_address(text: str | None) -> int | None:
    """An address in decimal or 0x hexadecimal."""
    if text is None:
        return None
    try:
        address = int(text, 0)
    except ValueError:
        address = -1
    if not 0 <= address < 1 << 24:
        raise click.BadParameter(f"{text!r} is not a flash address; write it like 0x11000")
    return address
