"""``bekenlab backups``: the backups made on this computer, to choose one to go back to."""

from __future__ import annotations

import click

from bekenlab.cli.chip.frontend import facing


@click.command("backups")
@click.option(
    "--json", "as_json", is_flag=True, help="Print events and the result as JSON, one per line."
)
def command(as_json: bool) -> None:
    """List the backups made on this computer, newest first.

    restore and undo --backup take a name from this list instead of a path. No chip is needed; undo
    finds the newest backup of the connected chip by itself.
    """
    from bekenlab.flashing.backup_list import backups
    from bekenlab.flashing.places import Places
    from bekenlab.report.chip_json import backup_list_json
    from bekenlab.report.chip_text import backups_text

    with facing("backups", as_json=as_json) as frontend:
        found = backups(Places.of_user())
        frontend.result = {"backups": backup_list_json(found)}
        frontend.show(backups_text(found))
