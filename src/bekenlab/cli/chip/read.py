"""``bekenlab info``, ``backup`` and ``verify``: nothing on the chip is changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.chip.frontend import facing
from bekenlab.cli.chip.options import ChipOptions, chip_options, connection_of, state_folder
from bekenlab.cli.output import console

if TYPE_CHECKING:
    from bekenlab.flashing.backup import BackupReport


@click.command("info")
@chip_options(plans=False)
def info(options: ChipOptions) -> None:
    """Show which chip is on the wire.

    With its boot loader, flash, code key, write protection and MAC address.
    """
    from bekenlab.flashing.connection import open_chip
    from bekenlab.jobs.info import info as ask
    from bekenlab.report.chip_json import info_json
    from bekenlab.report.chip_text import info_text

    with (
        facing("info", as_json=options.as_json) as face,
        open_chip(connection_of(options), "info", face) as link,
    ):
        report = ask(link)
        face.result = info_json(report)
        face.show(info_text(report))


@click.command("backup")
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="File to make. It appears only when it is whole and verified.",
)
@chip_options()
def backup(output: Path, options: ChipOptions) -> None:
    """Read all of a chip's flash into a file, and prove it.

    Each sector is compared with the chip's own checksum. What is interrupted is continued by the
    same command. A manifest with all checksums is kept in FILE.json.
    """
    from contextlib import ExitStack
    from datetime import UTC, datetime

    from bekenlab.flashing import backup as job
    from bekenlab.flashing.backup_files import check_output
    from bekenlab.flashing.connection import open_chip
    from bekenlab.flashing.known_backups import KnownBackups
    from bekenlab.report.chip_json import backup_json, identity_json
    from bekenlab.report.chip_text import backup_text

    with facing("backup", as_json=options.as_json) as face, ExitStack() as stack:
        check_output(output)
        link = stack.enter_context(open_chip(connection_of(options), "backup", face))
        if options.dry_run:
            size = link.target.size
            seconds = size / 0x1000 * 4123 * 10 / link.baud
            face.result = {
                "dry_run": True,
                "chip": identity_json(link.target.identity),
                "size": size,
                "seconds_at_most": round(seconds, 1),
            }
            if not options.as_json:
                text = f"would read {size / (1 << 20):g} MiB into {output} in about {seconds:.0f} s"
                console().print(text, markup=False)
            return
        report: BackupReport = job.backup(
            link.target, output, now=lambda: datetime.now(UTC), events=face
        )
        KnownBackups(state_folder()).add(output)
        face.result = backup_json(report)
        face.show(backup_text(report))


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--at",
    "address",
    callback=lambda _c, _o, value: parse_address(value),
    metavar="ADDRESS",
    help="Physical address of the file's first byte, if it does not say itself.",
)
@chip_options(plans=False)
def verify(file: Path, address: int | None, options: ChipOptions) -> None:
    """Compare a chip with a file by checksums.

    Takes a few seconds, and transfers nothing. Exit 6 when they differ, with the sectors that do.
    """
    from bekenlab.analysis.inputs import load_one
    from bekenlab.errors import UsageError
    from bekenlab.flashing import verify as job
    from bekenlab.flashing.connection import open_chip
    from bekenlab.flashing.flash_file import place, recognise
    from bekenlab.report.chip_json import verify_json
    from bekenlab.report.chip_text import verify_text

    with facing("verify", as_json=options.as_json) as face:
        known = recognise(load_one(file))
        with open_chip(connection_of(options), "verify", face) as link:
            start = place(known, link.target.identity.chip) if address is None else address
            if start is None:
                raise UsageError(
                    f"nothing says where {file.name} belongs", hint="name the address with --at"
                )
            report = job.verify(link.target, file, known.at(start), events=face)
        face.result = verify_json(report)
        problem = report.problem()
        if problem is not None:
            raise problem
        face.show(verify_text(report))


COMMANDS = (info, backup, verify)


def parse_address(text: str | None) -> int | None:
    """An address in decimal or 0x hexadecimal."""
    if text is None:
        return None
    try:
        address = int(text, 0)
    except ValueError:
        address = -1
    if not 0 <= address < 1 << 24:
        raise click.BadParameter(f"{text!r} is no flash address; write it like 0x11000")
    return address
