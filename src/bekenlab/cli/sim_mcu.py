"""``bekenlab sim-mcu``: serves a simulated second controller to anybody's Wi-Fi module."""

from __future__ import annotations

import signal

import click

from bekenlab.cli.interrupts import interruptible
from bekenlab.errors import ExitCode

_USUAL_BAUD = 9600


@click.command("sim-mcu")
@click.argument("source", metavar="DUMP|CAPTURE|PRODUCT")
@click.option("--pty", is_flag=True, help="Serve on a pseudo terminal (not on Windows).")
@click.option(
    "--tcp",
    "port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    help="Serve on this local TCP port; default: a free one.",
)
@click.option(
    "--baud",
    "-b",
    type=click.IntRange(1200, 6_000_000),
    metavar="N",
    help="Speed of the line; default: as the dump says, or 9600.",
)
def command(source: str, pty: bool, port: int, baud: int | None) -> int:
    """Serve a simulated second controller (TuyaMCU), to test firmware for the module.

    It has the data points of a DUMP, a CAPTURE or a PRODUCT, answers heartbeat and queries, reports
    its state, and takes what is set. The first line printed is the port; Ctrl-C ends the command.
    """
    if pty and port:
        raise click.UsageError("--pty and --tcp exclude each other")
    from bekenlab.cli.mcu import controller_of
    from bekenlab.jobs.mcu import simulated
    from bekenlab.jobs.simulate import Served, SimOptions, serve

    found = controller_of(source, None)
    speed = baud or found.baud or _USUAL_BAUD

    def announce(served: Served) -> None:
        click.echo(served.address)  # echo flushes; a script waits for this line
        count = len(found.meaning.points)
        click.echo(f"{count} data points at {speed} baud; Ctrl-C ends it", err=True)

    with interruptible(signal.SIGTERM) as stopped:
        serve(
            simulated(found, speed),
            "TuyaMCU",
            options=SimOptions(pty=pty, tcp_port=port),
            opened=announce,
            stopped=stopped,
        )
    return int(ExitCode.OK)
