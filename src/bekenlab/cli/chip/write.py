"""``bekenlab write``, ``restore`` and ``erase``: planned, shown, confirmed, done, verified."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.chip.frontend import Frontend, facing
from bekenlab.cli.chip.options import ChipOptions, chip_options, connection_of, state_folder
from bekenlab.cli.chip.read import parse_address

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bekenlab.flashing.flash_file import FlashFile
    from bekenlab.flashing.planning import WriteOptions
    from bekenlab.link.target import Target

CODES = (
    "bootloader",
    "rf",
    "encryption",
    "wrong-chip",
    "too-big",
    "no-backup",
    "unknown-file",
    "damaged-file",
)
_KEEP = click.option(
    "--keep",
    multiple=True,
    type=click.Choice(["bootloader", "rf"]),
    help="Leave this part of the chip as it is, whatever the file has there.",
)
_FORCE = click.option(
    "--force", multiple=True, type=click.Choice(CODES), help="Override a refusal, by its name."
)
_BACKUP = click.option(
    "--backup",
    "backups",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A backup of this chip, if it was not made with this computer's bekenlab.",
)
_NO_REBOOT = click.option("--no-reboot", is_flag=True, help="Leave the chip in its loader.")


@click.command("write")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--at",
    "address",
    callback=lambda _c, _o, value: parse_address(value),
    metavar="ADDRESS",
    help="Physical address; default: where the file belongs, judged by its content.",
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

    The plan is shown first: what the file is, where it goes, what is kept. Sectors that hold the
    right bytes already are left alone, every other is compared after writing, and in the end all
    of flash is. The chip's own boot loader and RF calibration are never touched unless forced.
    """
    from bekenlab.analysis.inputs import load_one
    from bekenlab.flashing.flash_file import recognise
    from bekenlab.flashing.planning import WriteOptions

    with facing("write", as_json=options.as_json) as face:
        known = recognise(load_one(file))
        wishes = WriteOptions(address, frozenset(keep), frozenset(force))
        _carry_out(face, options, "write", wishes, backups, lambda _t: known, not no_reboot)


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
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
    """Put a backup back on its chip, and verify it.

    Only sectors that differ are written. A dump of another device is refused because of its RF
    calibration, and because no backup of this one may be known; --keep rf writes the rest of it.
    """
    from bekenlab.analysis.inputs import load_one
    from bekenlab.errors import UsageError
    from bekenlab.flashing.flash_file import KIND_MEANS, FileKind, recognise
    from bekenlab.flashing.planning import WriteOptions

    with facing("restore", as_json=options.as_json) as face:
        known = recognise(load_one(file))
        if known.kind not in {FileKind.DUMP, FileKind.ROTATED_DUMP}:
            raise UsageError(
                f"{file.name} is {KIND_MEANS[known.kind]}, not a whole dump",
                hint="bekenlab write takes firmware and other files",
            )
        wishes = WriteOptions(0, frozenset(keep), frozenset(force))
        # A dump of this very chip counts as its backup: it is what can be gone back to.
        candidates = (*backups, file)
        _carry_out(face, options, "restore", wishes, candidates, lambda _t: known, not no_reboot)


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
    from bekenlab.flashing.erase import blank, parse_range
    from bekenlab.flashing.planning import WriteOptions

    def file(target: Target) -> FlashFile:
        return blank(*parse_range(area, target.identity.chip, target.size))

    with facing("erase", as_json=options.as_json) as face:
        wishes = WriteOptions(None, frozenset(), frozenset(force))
        _carry_out(face, options, "erase", wishes, backups, file, reboot=False)


COMMANDS = (write, restore, erase)


def _carry_out(
    face: Frontend,
    options: ChipOptions,
    command: str,
    wishes: WriteOptions,
    backups: Sequence[Path],
    file_for: Callable[[Target], FlashFile],
    reboot: bool,
) -> None:
    from bekenlab.flashing.connection import open_chip
    from bekenlab.flashing.execute import flash
    from bekenlab.flashing.journal import WriteJournal
    from bekenlab.flashing.known_backups import KnownBackups
    from bekenlab.flashing.planner import plan_unchanged
    from bekenlab.flashing.planning import plan_write
    from bekenlab.flashing.state import ChipState, look
    from bekenlab.report.chip_json import flash_json, plan_json
    from bekenlab.report.chip_text import flash_text, plan_text

    journal = WriteJournal(state_folder())
    candidates = [*KnownBackups(state_folder()).paths(), *backups]
    with open_chip(connection_of(options), command, face) as link:
        target = link.target
        file = file_for(target)
        plan, state = plan_unchanged(target, file, wishes, journal), ChipState({}, None, None)
        if plan is None:
            state = look(target, journal, candidates, events=face)
            plan = plan_write(target, file, wishes, state)
        face.result = {"plan": plan_json(plan)}
        face.show(plan_text(plan, target.identity))
        if options.dry_run:
            face.result["dry_run"] = True
            return
        plan.raise_if_refused()
        if not options.yes and (plan.sectors or plan.repairs):
            _confirm(options)
        report = flash(target, plan, state, journal, reboot=reboot, events=face)
        face.result = flash_json(report)
    face.show(flash_text(report))


def _confirm(options: ChipOptions) -> None:
    from bekenlab.errors import RefusedError

    if options.as_json or not sys.stdin.isatty():
        raise RefusedError(
            "the chip is only changed after a yes, and nobody can be asked here",
            hint="look at the plan with --dry-run, then add --yes",
        )
    click.confirm("Carry this out?", abort=True, err=True)
