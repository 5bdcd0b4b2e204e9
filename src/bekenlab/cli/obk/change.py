"""``bekenlab obk backup``, ``apply``, ``config`` and ``ota``: plan, ask, act, read back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.chip.frontend import facing
from bekenlab.cli.groups import Group
from bekenlab.cli.obk.options import (
    DeviceOptions,
    confirm,
    device_of,
    device_options,
    show_secrets_option,
)
from bekenlab.cli.one_input import with_one_input
from bekenlab.cli.output import console

if TYPE_CHECKING:
    from bekenlab.jobs.lan.copies import Copies

_FILE = click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
_BACKUPS = click.option(
    "--backups",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where to keep a copy of the old data; default: bekenlab's folder in your home.",
)


@click.command("backup")
@device_options()
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Folder to create. It only appears once the backup is complete.",
)
@click.option(
    "--part",
    "parts",
    multiple=True,
    metavar="NAME",
    help="Only this part; may be repeated. flash is all of flash, filesystem the device's files.",
)
def backup(options: DeviceOptions, output: Path, parts: tuple[str, ...]) -> None:
    """Back up a device's settings, calibration and files.

    What Tuya left in flash is included. --part flash reads the first 2 MiB of flash, which is all
    there is on most chips, as one dump for bekenlab analyze.
    """
    from datetime import UTC, datetime

    from bekenlab.jobs.lan import backup as job
    from bekenlab.report.lan_changes import backup_json, backup_text

    with facing("obk backup", as_json=options.as_json) as frontend:
        report = job.backup(
            device_of(options), output, parts=parts, now=lambda: datetime.now(UTC), events=frontend
        )
        frontend.result = backup_json(report)
        if not options.as_json:
            console().print(backup_text(report))


@click.command("apply")
@device_options(changes=True)
@_FILE
@click.option("--any-chip", is_flag=True, help="Accept a FILE for another chip.")
@click.option("--no-restart", is_flag=True, help="Do not restart the device afterwards.")
@_BACKUPS
@show_secrets_option
def apply(
    options: DeviceOptions,
    file: Path,
    any_chip: bool,
    no_restart: bool,
    backups: Path | None,
    show_secrets: bool,
) -> None:
    """Set a device's pins and startup command, and read them back.

    FILE is a template, a dump of the original firmware, a JSON report, a boot log or a
    configuration. Pins it does not name are cleared; flags and startup command are kept if it does
    not mention them.
    """
    # Imported here: the parsers take longer to load than --help may take.
    from bekenlab.analysis.subject import read_subject
    from bekenlab.jobs.lan.apply import apply as carry_out
    from bekenlab.jobs.lan.apply_plan import plan_apply
    from bekenlab.report.lan_changes import apply_plan_json, apply_plan_text, apply_text

    with facing("obk apply", as_json=options.as_json) as frontend:
        subject = with_one_input(file, read_subject, as_json=options.as_json)
        device = device_of(options)
        plan = plan_apply(device, subject, any_chip=any_chip)
        frontend.result = {"plan": apply_plan_json(plan, show_secrets=show_secrets)}
        if not options.as_json:
            console().print(apply_plan_text(plan, show_secrets=show_secrets))
        if options.dry_run or not plan.changes:
            frontend.result["dry_run"] = options.dry_run
            return
        confirm(options, "Change the device")
        copies = _copies(backups)
        report = carry_out(device, plan, copies, reboot=not no_restart, events=frontend)
        frontend.result |= {
            "kept": str(report.kept),
            "restarted": report.restarted,
            "verified": True,
        }
        if not options.as_json:
            console().print(apply_text(report))


@click.group("config", cls=Group)
def config() -> None:
    """Show or restore the settings of a device."""


@config.command("show")
@device_options()
@show_secrets_option
def show(options: DeviceOptions, show_secrets: bool) -> None:
    """Show all settings of a device."""
    from bekenlab.jobs.lan.settings import settings_file
    from bekenlab.report.config_report import config_json, render

    with facing("obk config show", as_json=options.as_json) as frontend:
        found = settings_file(device_of(options))
        frontend.result = {"config": config_json(found, show_secrets=show_secrets)}
        if not options.as_json:
            console().print(render(found, show_secrets=show_secrets))


@config.command("restore")
@device_options(changes=True)
@_FILE
@_BACKUPS
@show_secrets_option
def restore(options: DeviceOptions, file: Path, backups: Path | None, show_secrets: bool) -> None:
    """Replace a device's settings with those in a file, and restart it.

    FILE is a configuration sector, such as config.bin from a backup or the output of config edit,
    or a dump that contains one.
    """
    from bekenlab.jobs.lan.settings import plan_restore, restore_settings
    from bekenlab.jobs.obk_config import read_config
    from bekenlab.report.lan_changes import restore_plan_json, restore_plan_text, restore_text

    with facing("obk config restore", as_json=options.as_json) as frontend:
        found = with_one_input(file, read_config, as_json=options.as_json)
        device = device_of(options)
        plan = plan_restore(device, found)
        frontend.result = {"plan": restore_plan_json(plan, show_secrets=show_secrets)}
        if not options.as_json:
            console().print(restore_plan_text(plan, found.name, show_secrets=show_secrets))
        if options.dry_run or not plan.differences:
            frontend.result["dry_run"] = options.dry_run
            return
        confirm(options, "Change the device")
        report = restore_settings(device, plan, _copies(backups), events=frontend)
        frontend.result |= {"kept": str(report.kept), "verified": report.verified}
        if not options.as_json:
            console().print(restore_text(report))


@click.command("ota")
@device_options(changes=True)
@_FILE
@_BACKUPS
def ota(options: DeviceOptions, file: Path, backups: Path | None) -> None:
    """Update a device with an OTA package (.rbl) of OpenBeken.

    First the package is checked: it must be intact, be for this chip, and fit. It is verified in
    flash before the device restarts; then the device has to come back with the new build. Its
    files, which an update overwrites, are read first and restored afterwards.
    """
    from bekenlab.jobs.lan.ota import plan_ota, run_ota
    from bekenlab.jobs.lan.ota_file import read_ota
    from bekenlab.report.lan_changes import ota_plan_json, ota_plan_text, ota_text
    from bekenlab.report.lan_json import device_json

    with facing("obk ota", as_json=options.as_json) as frontend:
        package = with_one_input(file, read_ota, as_json=options.as_json)
        device = device_of(options)
        plan = plan_ota(device, package)
        frontend.result = {"plan": ota_plan_json(plan)}
        if not options.as_json:
            console().print(ota_plan_text(plan))
        if options.dry_run:
            frontend.result["dry_run"] = True
            return
        confirm(options, "Update the device")
        report = run_ota(device, plan, _copies(backups), events=frontend)
        frontend.result |= {
            "device": device_json(report.info),
            "kept": [str(path) for path in report.kept],
            "files_restored": report.files_restored,
        }
        if not options.as_json:
            console().print(ota_text(report))


def _copies(folder: Path | None) -> Copies:
    from datetime import datetime

    from bekenlab.flashing.places import state_folder
    from bekenlab.jobs.lan.copies import Copies

    # Local time: the name is for the user, who looks for this morning's copy.
    return Copies(folder or state_folder() / "devices", lambda: datetime.now().astimezone())


COMMANDS = (backup, apply, config, ota)
