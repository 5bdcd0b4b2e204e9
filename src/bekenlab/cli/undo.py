"""``bekenlab undo``: the backup of the chip on the wire, back where it was."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.chip.frontend import facing
from bekenlab.cli.chip.options import ChipOptions, chip_options, connection_of
from bekenlab.cli.install_answers import refuse_without_yes
from bekenlab.cli.install_options import places

if TYPE_CHECKING:
    from bekenlab.jobs.undo import UndoProposal


@click.command("undo")
@click.option(
    "--backup",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Restore this backup of the chip, instead of the newest this computer knows.",
)
@chip_options(changes=True)
def command(backup: Path | None, options: ChipOptions) -> None:
    """Restore the newest backup of the chip, byte for byte.

    The backup is found by itself: it is this chip's when boot loader and RF calibration agree.
    Ended anywhere, the same command goes on.
    """
    # Imported here: numpy and the parsers take longer to load than --help may take.
    from bekenlab.jobs.undo import undo
    from bekenlab.report.chip_text import flash_text
    from bekenlab.report.install_json import undo_json
    from bekenlab.report.install_text import undo_text

    def agreed(proposal: UndoProposal) -> bool:
        face.show(undo_text(proposal))
        if options.yes:
            return True
        if options.as_json or not sys.stdin.isatty():
            refuse_without_yes()
        return click.confirm("Restore it now?", default=False, err=True)

    with facing("undo", as_json=options.as_json) as face:
        report = undo(
            connection_of(options),
            places(),
            agreed,
            named=backup,
            plan_only=options.dry_run,
            events=face,
        )
        face.result = undo_json(report)
        if report.flash is None or not report.proposal.needed:
            face.show(undo_text(report.proposal))
        if report.flash is not None:
            face.show(flash_text(report.flash))
