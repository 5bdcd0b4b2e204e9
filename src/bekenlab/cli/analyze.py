"""``bekenlab analyze``: reports on files and folders."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bekenlab import events
from bekenlab.cli.live_line import LiveLine
from bekenlab.cli.output import console, json_line, print_advice, print_error
from bekenlab.cli.probe_line import ProbeLine
from bekenlab.cli.wording import wording
from bekenlab.errors import BekenlabError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.analysis.model import Analysis
    from bekenlab.jobs.probe import ProbeReport


class _Style(StrEnum):
    """Output per file."""

    JSON = "json"
    FULL = "full"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The result of one file, sent back by a worker process.

    Attributes:
        name: Name to show.
        line: Its JSON object or one-line summary; empty if the full report is printed.
        error: Why the file is not usable, or None.
        analysis: The analysis, only if the full report is printed.
        probe: The report of its probe, only if the full report is printed.
    """

    name: str
    line: str
    error: BekenlabError | None
    analysis: Analysis | None = None
    probe: ProbeReport | None = None


@click.command("analyze")
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object per file, one per line."
)
@click.option(
    "--show-secrets",
    is_flag=True,
    help="Include keys, Wi-Fi data, hashes and the full MAC address.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write report, template, description and partitions into a folder in DIR.",
)
@click.option(
    "--html",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Write the report as one HTML file without secrets, for posting in a forum.",
)
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@click.option(
    "--boot",
    "boot",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="When to boot the dump in a virtual chip; auto: only if nothing else gives the pins.",
)
@click.option(
    "--probe",
    "probe",
    type=click.Choice(["auto", "always", "never"]),
    help="When to find pins by experiments in the virtual chip, for up to two minutes; auto: only "
    "if nothing else gives the pins, but the firmware uses some. Default: auto for one file, "
    "never for several.",
)
@click.option(
    "--corpus",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="If nothing in a dump tells its pins, take those of similar devices in this corpus.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Number of files to analyse in parallel; default: the number of processors.",
)
def command(
    paths: tuple[Path, ...],
    as_json: bool,
    show_secrets: bool,
    output: Path | None,
    html: Path | None,
    force: bool,
    boot: str,
    probe: str | None,
    corpus: Path | None,
    jobs: int | None,
) -> int:
    """Identify a dump and show what each pin does, with evidence.

    FILE is a flash dump (.bin, or packed as .xz, .gz, .zip), a text file with only a Tuya
    configuration, or a folder of such files. Wi-Fi names, keys and other secrets are hidden unless
    you ask for them. The exit status is 9 if a file is not a usable dump.
    """
    # Imported here, because --help must not wait for numpy and the parsers.
    from bekenlab.analysis.boot_findings import BootMode
    from bekenlab.files import refuse_existing
    from bekenlab.jobs.analyze import analyze_many
    from bekenlab.jobs.probe_mode import ProbeMode

    if html and show_secrets:
        raise click.UsageError("--html makes a file to share and excludes --show-secrets.")
    if html and not force:
        refuse_existing(html, replaceable=True)
    files, missing = _expand(paths)
    if html and len(files) > 1:
        raise click.UsageError("--html takes one file.")
    many = len(files) + len(missing) > 1
    style = _Style.JSON if as_json else _Style.LINE if many else _Style.FULL
    failed = partial(_failed, style=style)
    finish = partial(
        _finish, style=style, show_secrets=show_secrets, output=output, html=html, corpus=corpus
    )
    if corpus:
        _check_corpus(corpus)
    status = int(ExitCode.OK)
    line = LiveLine()
    for path, error in missing:
        status = max(status, _show(failed(path, error), show_secrets=show_secrets))
    sink = _drawing(line) if many else ProbeLine(line)
    mode = ProbeMode(probe) if probe else ProbeMode.NEVER if many else ProbeMode.AUTO
    run = partial(analyze_many, boot=BootMode(boot), probe=mode, workers=jobs, sink=sink)
    try:
        for outcome in run(files, finish, failed=failed):
            line.clear()
            status = max(status, _show(outcome, show_secrets=show_secrets))
    finally:
        line.clear()
    for written in (output, html):
        if written and written.exists():
            click.echo(f"written: {written}", err=True)
    return status


def _check_corpus(folder: Path) -> None:
    """Say at once that there is no corpus, or no package to read it, and not for each file."""
    from bekenlab.corpus.ask import opened
    from bekenlab.corpus.store import Store

    with opened(Store(folder)):
        pass


def _expand(paths: Sequence[Path]) -> tuple[list[Path], list[tuple[Path, BekenlabError]]]:
    """Expand each path separately, so that a missing one does not lose the others."""
    from bekenlab.analysis import inputs

    files: list[Path] = []
    missing: list[tuple[Path, BekenlabError]] = []
    for path in paths:
        try:
            files.extend(inputs.expand([path]))
        except BekenlabError as error:
            missing.append((path, error))
    return list(dict.fromkeys(files)), missing


def _finish(
    analysis: Analysis,
    probe: ProbeReport | None,
    *,
    style: _Style,
    show_secrets: bool,
    output: Path | None,
    html: Path | None,
    corpus: Path | None,
) -> _Outcome:
    """Turn an analysis into its output; runs in the worker process."""
    if corpus:
        from bekenlab.jobs.corpus.similar import with_corpus

        analysis = with_corpus(analysis, corpus)
    error = analysis.problem
    try:
        _write(analysis, probe, output, html, show_secrets=show_secrets)
    except BekenlabError as failure:
        error = failure
    name = analysis.file.name
    if style is _Style.FULL:
        return _Outcome(name, "", error, analysis, probe)
    if style is _Style.JSON:
        return _Outcome(name, _json(analysis, probe, show_secrets=show_secrets), error)
    from bekenlab.report.summary import summary_line

    usable = error is None or analysis.chip.name is not None
    return _Outcome(name, summary_line(analysis) if usable else "", error)


def _json(analysis: Analysis, probe: ProbeReport | None, *, show_secrets: bool) -> str:
    from bekenlab.report.json_report import to_json

    return json_line(to_json(analysis, show_secrets=show_secrets) | _probe_field(probe))


def _probe_field(probe: ProbeReport | None) -> dict[str, Any]:
    if probe is None:
        return {}
    from bekenlab.report.probe_json import probe_json

    return {"probe": probe_json(probe)}


def _write(
    analysis: Analysis,
    probe: ProbeReport | None,
    output: Path | None,
    html: Path | None,
    *,
    show_secrets: bool,
) -> None:
    """Write the requested files."""
    if output:
        from bekenlab.report.files import write_files

        write_files(analysis, output, show_secrets=show_secrets, more=_probe_field(probe))
    if html:
        from bekenlab.files import write_new
        from bekenlab.report.html import html_report

        # An existing file was refused before the work began.
        write_new(html, html_report(analysis).encode("utf-8", "replace"), replace=True)


def _failed(path: Path, error: BekenlabError, *, style: _Style) -> _Outcome:
    if style is not _Style.JSON:
        return _Outcome(path.name, "", error)
    from bekenlab.report.json_report import failure_json

    line = json_line(failure_json(path.name, error, error.advice(wording)))
    return _Outcome(path.name, line, error)


def _show(outcome: _Outcome, *, show_secrets: bool) -> int:
    """Print the result of one file and return its exit status."""
    if outcome.analysis:
        from bekenlab.report.text import render

        console().print(render(outcome.analysis, show_secrets=show_secrets))
        if outcome.probe is not None:
            from bekenlab.report.probe_text import render as render_probe

            console().print(render_probe(outcome.probe))
        print_advice(outcome.analysis.notices)
    elif outcome.line:
        click.echo(outcome.line)
    if outcome.error is None:
        return int(ExitCode.OK)
    print_error(outcome.error, subject=outcome.name)
    return int(outcome.error.exit_code)


def _drawing(line: LiveLine) -> events.EventSink:
    """Draws how many files are done."""
    total = 0

    def draw(event: events.Event, /) -> None:
        nonlocal total
        if isinstance(event, events.Started):
            total = event.total or 0
        done = event.done if isinstance(event, events.Advanced) else 0
        if not isinstance(event, events.Finished):
            line.draw(f"analysing: {done} of {total} files")

    return draw
