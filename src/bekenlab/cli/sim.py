"""``bekenlab sim``: serves a virtual chip to any flashing program."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.interrupts import interruptible
from bekenlab.cli.model_option import model_option
from bekenlab.cli.one_input import with_one_input
from bekenlab.errors import ExitCode, RefusedError

if TYPE_CHECKING:
    from bekenlab.jobs.simulate import Served


@click.command("sim")
@click.argument("file", type=click.Path(path_type=Path))
@model_option
@click.option("--pty", is_flag=True, help="Serve on a pseudo terminal (not on Windows).")
@click.option(
    "--tcp",
    "port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    help="Serve on this local TCP port; default: a free one.",
)
@click.option("--baud-paced", "paced", is_flag=True, help="Take as long as a real chip.")
@click.option("--fault", default="", metavar="SPEC", help="Inject faults; see docs/sim.md.")
@click.option("--seed", default=0, metavar="N", help="Seed of the fault random.")
@click.option(
    "--write-back",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="At the end, write the content of the flash to this new file.",
)
def command(
    file: Path,
    chip: str | None,
    pty: bool,
    port: int,
    paced: bool,
    fault: str,
    seed: int,
    write_back: Path | None,
) -> int:
    """Serve a virtual chip to any flashing program.

    FILE is the dump in its flash and is never changed. The first line printed is the port for the
    program to open. Ctrl-C ends the command.
    """
    if pty and port:
        raise click.UsageError("--pty and --tcp exclude each other")
    # Imported here, because --help must not wait for unicorn and numpy.
    from bekenlab.files import write_new
    from bekenlab.jobs.simulate import SimOptions, simulate

    if write_back is not None and write_back.exists():
        raise RefusedError(f"{write_back} already exists", hint="choose another name")
    options = SimOptions(pty=pty, tcp_port=port, paced=paced, fault=fault, seed=seed)
    with interruptible(signal.SIGTERM) as stopped:

        def serve(one: Path) -> bytes:
            return simulate(one, chip=chip, options=options, opened=_announce, stopped=stopped)

        flash = with_one_input(file, serve)
        if write_back is not None:
            write_new(write_back, flash, private=True)
            click.echo(f"flash written to {write_back}", err=True)
    return int(ExitCode.OK)


def _announce(served: Served) -> None:
    click.echo(served.address)  # echo flushes; a script waits for this line
    click.echo(f"{served.chip} is waiting for a program; Ctrl-C ends it", err=True)
