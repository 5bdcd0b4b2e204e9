"""``bekenlab corpus build``: reads files into a corpus."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab import events
from bekenlab.cli.interrupts import interruptible
from bekenlab.cli.live_line import LiveLine
from bekenlab.cli.output import console, json_line
from bekenlab.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from bekenlab.corpus.build import Report

_MODES = click.Choice(["auto", "always", "never"])


@click.command("build")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="PATH...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="FOLDER",
    help="The corpus: a new folder, or one to go on with.",
)
@click.option(
    "--boot",
    type=_MODES,
    default="auto",
    show_default=True,
    help="When to boot a dump in a virtual chip; auto: only if nothing else gives the pins.",
)
@click.option(
    "--probe",
    type=_MODES,
    default="never",
    show_default=True,
    help="When to find pins by experiments in the virtual chip, for up to two minutes a dump.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Number of worker processes on this computer; default: the number of processors.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Use the workers of a running Dask scheduler, such as tcp://10.0.0.2:8786.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=1),
    default=300.0,
    show_default=True,
    metavar="N",
    help="Give up a file that takes longer.",
)
@click.option(
    "--memory",
    type=click.IntRange(min=64),
    default=1024,
    show_default=True,
    metavar="MIB",
    help="Give up a file that takes more memory.",
)
@click.option(
    "--generate",
    type=click.IntRange(min=1),
    metavar="N",
    help="Also read N made-up dumps, to try a cluster or to measure.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Which made-up dumps; the same number gives the same ones.",
)
@click.option("--again", is_flag=True, help="Also read files that have not changed.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def command(
    paths: tuple[Path, ...],
    output: Path,
    boot: str,
    probe: str,
    jobs: int | None,
    scheduler: str | None,
    seconds: float,
    memory: int,
    generate: int | None,
    seed: int,
    again: bool,
    as_json: bool,
) -> int:
    """Read every dump, archive, log and configuration below PATH into tables.

    What was read before and has not changed is skipped, so building again adds what is new, and a
    run that was stopped goes on. A file that cannot be read becomes a row with its error. One that
    kills, hangs or fills the process that reads it is given up, and the others are not affected.
    """
    # Imported here, because --help must not wait for the packages of the extra.
    from bekenlab.corpus.build import Settings
    from bekenlab.jobs.corpus.build import READER, build_corpus
    from bekenlab.report.corpus_report import build_json, render_build

    if not paths and not generate:
        raise UsageError("nothing to read is named", hint="name files or folders")
    if jobs and scheduler:
        raise click.UsageError("--jobs is about this computer and excludes --scheduler.")
    settings = Settings(
        reader=READER,
        boot=boot,
        probe=probe,
        seconds=seconds,
        memory=memory << 20,
        scheduler=scheduler,
        workers=jobs,
        again=again,
    )
    line = LiveLine()
    try:
        with interruptible(signal.SIGTERM) as stopped:
            report = build_corpus(
                paths,
                output,
                settings,
                generate=generate or 0,
                seed=seed,
                sink=_drawing(line),
                stopped=stopped,
            )
    finally:
        line.clear()
    if as_json:
        click.echo(json_line(build_json(report)))
    else:
        console().print(render_build(report, output))
    return _status(report)


def _status(report: Report) -> int:
    return int(ExitCode.INTERRUPTED if report.stopped else ExitCode.OK)


def _drawing(line: LiveLine) -> events.EventSink:
    """Draws how many files are done, and when all will be."""
    total, began = 0, time.monotonic()

    def draw(event: events.Event, /) -> None:
        nonlocal total, began
        if isinstance(event, events.Started):
            total, began = event.total or 0, time.monotonic()
            line.draw(f"reading {total:,} files; the workers are started")
        elif isinstance(event, events.Advanced) and event.done:
            took = time.monotonic() - began
            left = took / event.done * (total - event.done)
            line.draw(
                f"{event.done:,} of {total:,} files, {event.done / took:.0f} a second, "
                f"about {_span(left)} left"
            )

    return draw


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes}:{rest:02d} min"
