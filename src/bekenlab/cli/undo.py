"""``bekenlab undo``: restores the newest backup of the connected chip."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli import completion
from bekenlab.cli.chip.confirm import confirmed
from bekenlab.cli.chip.frontend import facing
from bekenlab.cli.chip.options import ChipOptions, chip_options, connection_of

if TYPE_CHECKING:
    from bekenlab.jobs.undo import UndoProposal


@click.command("undo")
@click.option(
    "--backup",
    type=click.Path(path_type=Path),
    metavar="FILE",
    shell_complete=completion.BACKUPS,
    help="Restore this backup of the chip, a file or a name from backups, instead of the newest.",
)
@chip_options(changes=True)
def command(backup: Path | None, options: ChipOptions) -> None:
    """Restore the newest backup of the chip, byte for byte.

    The backup is found automatically: it belongs to this chip if boot loader and RF calibration
    match. After an interruption the same command resumes.
    """
    # Imported here, because --help must not wait for numpy and the parsers.
    from bekenlab.flashing.backup_list import named
    from bekenlab.flashing.places import Places
    from bekenlab.jobs.undo import undo
    from bekenlab.report.chip_text import flash_text
    from bekenlab.report.install_json import undo_json
    from bekenlab.report.install_text import undo_text

    def agreed(proposal: UndoProposal) -> bool:
        frontend.show(undo_text(proposal))
        return confirmed("Restore it now", options)

    places = Places.of_user()
    with facing("undo", as_json=options.as_json) as frontend:
        report = undo(
            connection_of(options),
            places,
            agreed,
            named=named(backup, places) if backup else None,
            plan_only=options.dry_run,
            events=frontend,
        )
        frontend.result = undo_json(report)
        if report.flash is None or not report.proposal.needed:
            frontend.show(undo_text(report.proposal))
        if report.flash is not None:
            frontend.show(flash_text(report.flash))
