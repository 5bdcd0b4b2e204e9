"""``bekenlab write``, ``restore`` and ``erase``: plan, confirm, carry out, verify."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli import completion
from bekenlab.cli.chip.confirm import confirmed
from bekenlab.cli.chip.frontend import Frontend, facing
from bekenlab.cli.chip.options import ChipOptions, chip_options, connection_of
from bekenlab.cli.chip.read import parse_address
from bekenlab.cli.one_input import with_one_input
from bekenlab.flashing.codes import KEEPABLE, OVERRIDABLE

if TYPE_CHECKING:
    from bekenlab.flashing.planner import WriteProposal
    from bekenlab.jobs.write import Questions, WriteReport

_KEEP = click.option(
    "--keep",
    multiple=True,
    type=click.Choice(KEEPABLE),
    help="Keep this part of the chip, whatever the file has there.",
)
_FORCE = click.option(
    "--force",
    multiple=True,
    type=click.Choice(OVERRIDABLE),
    metavar="NAME",
    help=f"Override the refusal of this name: {', '.join(OVERRIDABLE)}.",
)
_BACKUP = click.option(
    "--backup",
    "backups",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A backup of this chip, if it was not made with bekenlab on this computer.",
)
_NO_REBOOT = click.option("--no-reboot", is_flag=True, help="Leave the chip in its loader.")


@click.command("write")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--at",
    "address",
    callback=lambda _c, _o, value: parse_address(value),
    metavar="ADDRESS",
    help="Physical address; default: determined from the file's content.",
)
@_KEEP
@_FORCE
@_BACKUP
@_NO_REBOOT
@chip_options(changes=True)
def write(
    file: Path,
    address: int | None,
    keep: tuple[str, ...],
    force: tuple[str, ...],
    backups: tuple[Path, ...],
    no_reboot: bool,
    options: ChipOptions,
) -> None:
    """Write firmware, a configuration or any bytes to a chip.

    The plan is shown first: what the file is, where it goes, what is kept. Only sectors that differ
    are written. Each is verified after writing, and all of flash at the end. The chip's own boot
    loader and RF calibration are never touched unless forced.
    """
    from bekenlab.analysis.inputs import load_one
    from bekenlab.flashing.places import Places
    from bekenlab.flashing.plan_write import WriteOptions
    from bekenlab.jobs import write as job

    with facing("write", as_json=options.as_json) as frontend:
        report = job.write(
            connection_of(options),
            with_one_input(file, load_one, as_json=options.as_json),
            WriteOptions(address, frozenset(keep), frozenset(force)),
            Places.of_user(),
            _questions(frontend, options),
            backups=backups,
            plan_only=options.dry_run,
            reboot=not no_reboot,
            events=frontend,
        )
        _show(frontend, report)


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path), shell_complete=completion.BACKUPS)
@_KEEP
@_FORCE
@_BACKUP
@_NO_REBOOT
@chip_options(changes=True)
def restore(
    file: Path,
    keep: tuple[str, ...],
    force: tuple[str, ...],
    backups: tuple[Path, ...],
    no_reboot: bool,
    options: ChipOptions,
) -> None:
    """Write a backup back to its chip, and verify it.

    Only sectors that differ are written. A dump of another device is refused because of its RF
    calibration; --keep rf writes everything else. A backup of this chip must exist.

    FILE may also be a name from backups.
    """
    from bekenlab.analysis.inputs import load_one
    from bekenlab.flashing.backup_list import named
    from bekenlab.flashing.places import Places
    from bekenlab.flashing.plan_write import WriteOptions
    from bekenlab.jobs import restore as job

    places = Places.of_user()
    with facing("restore", as_json=options.as_json) as frontend:
        report = job.restore(
            connection_of(options),
            with_one_input(named(file, places), load_one, as_json=options.as_json),
            WriteOptions(keep=frozenset(keep), force=frozenset(force)),
            places,
            _questions(frontend, options),
            backups=backups,
            plan_only=options.dry_run,
            reboot=not no_reboot,
            events=frontend,
        )
        _show(frontend, report)


@click.command("erase")
@click.argument("area", metavar="RANGE")
@_FORCE
@_BACKUP
@chip_options(changes=True)
def erase(
    area: str, force: tuple[str, ...], backups: tuple[Path, ...], options: ChipOptions
) -> None:
    """Erase a range of flash and check that it is blank.

    RANGE is START-END or START+LENGTH (0x hexadecimal or decimal), the name of a region of the
    chip, e.g. config or storage, or all.
    """
    from bekenlab.flashing.places import Places
    from bekenlab.jobs import erase as job

    with facing("erase", as_json=options.as_json) as frontend:
        report = job.erase(
            connection_of(options),
            area,
            Places.of_user(),
            _questions(frontend, options),
            force=frozenset(force),
            backups=backups,
            plan_only=options.dry_run,
            events=frontend,
        )
        _show(frontend, report)


def _questions(frontend: Frontend, options: ChipOptions) -> Questions:
    from bekenlab.jobs.write import YesOrNo
    from bekenlab.report.chip_json import plan_json
    from bekenlab.report.chip_text import plan_text

    def show(proposal: WriteProposal) -> None:
        frontend.result = {"plan": plan_json(proposal.plan)}
        frontend.show(plan_text(proposal.plan, proposal.identity))

    return YesOrNo(lambda _proposal: confirmed("Carry this out", options), show)


def _show(frontend: Frontend, report: WriteReport) -> None:
    from bekenlab.report.chip_json import flash_json
    from bekenlab.report.chip_text import flash_text

    if report.flash is None:
        frontend.result["dry_run"] = True
    else:
        frontend.result = flash_json(report.flash)
        frontend.show(flash_text(report.flash))
