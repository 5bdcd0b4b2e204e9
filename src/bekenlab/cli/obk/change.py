"""``bekenlab obk backup``, ``apply``, ``config`` and ``ota``: planned, asked, done, read back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.chip.frontend import facing
from bekenlab.cli.obk.options import (
    DeviceOptions,
    confirm,
    device_of,
    device_options,
    show_secrets_option,
)
from bekenlab.cli.output import console

if TYPE_CHECKING:
    from bekenlab.jobs.lan.copies import Copies

_FILE = click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
_BACKUPS = click.option(
    "--backups",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where what the device has is kept before; default: bekenlab's folder in your home.",
)


@click.command("backup")
@device_options()
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Folder to make. It appears only when all of it is there.",
)
@click.option(
    "--part",
    "parts",
    multiple=True,
    metavar="NAME",
    help="Only this part; may be repeated. flash is all of it, filesystem its files.",
)
def backup(options: DeviceOptions, output: Path, parts: tuple[str, ...]) -> None:
    """Back up the settings, calibration and files of a device.

    And what Tuya left in flash. --part flash reads the first 2 MiB of flash, which is all there is
    on most chips, as one dump for bekenlab analyze.
    """
    from datetime import UTC, datetime

    from bekenlab.jobs.lan import backup as job
    from bekenlab.report.lan_changes import backup_json, backup_text

    with facing("obk backup", as_json=options.as_json) as face:
        report = job.backup(
            device_of(options), output, parts=parts, now=lambda: datetime.now(UTC), events=face
        )
        face.result = backup_json(report)
        if not options.as_json:
            console().print(backup_text(report))


@click.command("apply")
@device_options(changes=True)
@_FILE
@click.option("--any-chip", is_flag=True, help="Also where FILE is about another chip.")
@click.option("--no-restart", is_flag=True, help="Do not restart the device in the end.")
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
    """Give a device its pins and startup command, and read them back.

    FILE is a template, a dump of the original firmware, a JSON report, a boot log or a
    configuration. Pins it does not name are cleared; flags and startup command stay where it says
    nothing of them.
    """
    # Imported here: the parsers take longer to load than --help may take.
    from bekenlab.analysis.subject import read_subject
    from bekenlab.jobs.lan.apply import apply as carry_out
    from bekenlab.jobs.lan.apply_plan import plan_apply
    from bekenlab.report.lan_changes import apply_plan_json, apply_plan_text, apply_text

    with facing("obk apply", as_json=options.as_json) as face:
        device = device_of(options)
        plan = plan_apply(device, read_subject(file), any_chip=any_chip)
        face.result = {"plan": apply_plan_json(plan, show_secrets=show_secrets)}
        if not options.as_json:
            console().print(apply_plan_text(plan, show_secrets=show_secrets))
        if options.dry_run or not plan.changes:
            face.result["dry_run"] = options.dry_run
            return
        confirm(options, "Change the device?")
        report = carry_out(device, plan, _copies(backups), reboot=not no_restart, events=face)
        face.result |= {"kept": str(report.kept), "restarted": report.restarted, "verified": True}
        if not options.as_json:
            console().print(apply_text(report))


@click.group("config", no_args_is_help=True)
def config() -> None:
    """Show or restore the settings of a device."""


@config.command("show")
@device_options()
@show_secrets_option
def show(options: DeviceOptions, show_secrets: bool) -> None:
    """Show all settings of a device."""
    from bekenlab.jobs.lan.settings import settings_file
    from bekenlab.report.config_report import config_json, render

    with facing("obk config show", as_json=options.as_json) as face:
        found = settings_file(device_of(options))
        face.result = {"config": config_json(found, show_secrets=show_secrets)}
        if not options.as_json:
            console().print(render(found, show_secrets=show_secrets))


@config.command("restore")
@device_options(changes=True)
@_FILE
@_BACKUPS
@show_secrets_option
def restore(options: DeviceOptions, file: Path, backups: Path | None, show_secrets: bool) -> None:
    """Give a device all settings of a file, and restart it.

    FILE is a configuration sector, such as config.bin of a backup or what config edit made, or a
    dump with one in it.
    """
    from bekenlab.jobs.lan.settings import plan_restore, restore_settings
    from bekenlab.jobs.obk_config import read_config
    from bekenlab.report.lan_changes import restore_plan_json, restore_plan_text, restore_text

    with facing("obk config restore", as_json=options.as_json) as face:
        found = read_config(file)
        device = device_of(options)
        plan = plan_restore(device, found)
        face.result = {"plan": restore_plan_json(plan, show_secrets=show_secrets)}
        if not options.as_json:
            console().print(restore_plan_text(plan, found.name, show_secrets=show_secrets))
        if options.dry_run or not plan.differences:
            face.result["dry_run"] = options.dry_run
            return
        confirm(options, "Change the device?")
        report = restore_settings(device, plan, _copies(backups), events=face)
        face.result |= {"kept": str(report.kept), "verified": report.verified}
        if not options.as_json:
            console().print(restore_text(report))


@click.command("ota")
@device_options(changes=True)
@_FILE
@_BACKUPS
def ota(options: DeviceOptions, file: Path, backups: Path | None) -> None:
    """Update a device with an OTA package (.rbl) of OpenBeken.

    The package is checked before: that it is whole, for this chip, and fits. It is compared in
    flash before the device restarts; then the device has to come back with the new build. Its
    files, which an update overwrites, are read before and put back.
    """
    from bekenlab.jobs.lan.ota import plan_ota, run_ota
    from bekenlab.jobs.lan.ota_file import read_ota
    from bekenlab.report.lan_changes import ota_plan_json, ota_plan_text, ota_text
    from bekenlab.report.lan_json import device_json

    with facing("obk ota", as_json=options.as_json) as face:
        package = read_ota(file)
        device = device_of(options)
        plan = plan_ota(device, package)
        face.result = {"plan": ota_plan_json(plan)}
        if not options.as_json:
            console().print(ota_plan_text(plan))
        if options.dry_run:
            face.result["dry_run"] = True
            return
        confirm(options, "Update the device?")
        report = run_ota(device, plan, _copies(backups), events=face)
        face.result |= {
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

    # Local time: the name is for the user, who looks for what was kept this morning.
    return Copies(folder or state_folder() / "devices", lambda: datetime.now().astimezone())


COMMANDS = (backup, apply, config, ota)
