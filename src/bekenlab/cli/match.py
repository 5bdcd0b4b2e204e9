"""``bekenlab match``: finds known devices similar to a device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.one_input import with_one_input
from bekenlab.cli.output import console, json_line, print_error, print_warnings
from bekenlab.errors import DeviceListError, ExitCode, FileAccessError

if TYPE_CHECKING:
    from bekenlab.analysis.similar import Similar
    from bekenlab.analysis.subject import Subject
    from bekenlab.openbeken.devices import DeviceList

_CACHED = "openbeken-devices.json"


@click.command("match")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--devices",
    metavar="FILE|URL",
    help="List of known devices; an https URL is downloaded and kept for later.",
)
@click.option(
    "--corpus",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Also show the devices of the same product in this corpus; the list may be missing then.",
)
@click.option(
    "--boot",
    "boot",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="When to boot a dump in a virtual chip; auto: only if nothing else gives the pins.",
)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    metavar="N",
    help="Number of devices to show.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    file: Path, devices: str | None, corpus: Path | None, boot: str, limit: int, as_json: bool
) -> int:
    """Find known devices with similar pins, module and names.

    FILE is a dump, a JSON report, a boot log or an OpenBeken template. The list of known devices
    is OpenBeken's; it is not part of bekenlab and only downloaded if --devices gives its address.
    The exit status is 6 if nothing similar is known.
    """
    # Imported here, because --help must not wait for numpy and the parsers.
    from bekenlab.analysis.boot_findings import BootMode
    from bekenlab.analysis.subject import read_subject
    from bekenlab.jobs.match import match
    from bekenlab.report.match_report import match_json, render, render_similar, similar_json

    known = _list(devices, optional=corpus is not None)
    subject = with_one_input(
        file, lambda one: read_subject(one, boot=BootMode(boot)), as_json=as_json
    )
    matches = match(subject, known)
    similar = _similar(subject, corpus) if corpus else None
    if as_json:
        line = match_json(matches, subject.notices, limit=limit)
        click.echo(json_line(line | (similar_json(similar) if corpus else {})))
    else:
        console().print(render(matches, limit=limit))
        if corpus:
            console().print(render_similar(similar, limit=limit))
    print_warnings(subject.notices)
    if subject.problem:
        print_error(subject.problem, subject=subject.name)
        return int(subject.problem.exit_code)
    return int(ExitCode.OK if matches.similar or similar else ExitCode.VERIFY)


def _similar(subject: Subject, corpus: Path) -> Similar | None:
    from bekenlab.jobs.corpus.similar import similar_to

    return similar_to(subject.analysis, corpus) if subject.analysis else None


def _list(devices: str | None, *, optional: bool) -> DeviceList:
    """The list of known devices; an empty one if it may be missing and is."""
    from bekenlab.jobs.device_list import download_list, is_address, read_cached_list, read_list
    from bekenlab.openbeken.devices import DeviceList, parse_devices

    if devices is None:
        try:
            return read_cached_list(_cache())
        except DeviceListError:
            if not optional:
                raise
            return DeviceList((), 0)
    if not is_address(devices):
        return read_list(Path(devices))
    data = download_list(devices)
    _keep(data)
    return parse_devices(data)


def _keep(data: bytes) -> None:
    """Keep the list for later; a failure to do so is only a warning."""
    from bekenlab.files import write_new

    path = _cache()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_new(path, data, replace=True)
    except (OSError, FileAccessError) as error:
        click.echo(f"warning: the list could not be kept: {error}", err=True)


def _cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("bekenlab", appauthor=False) / _CACHED
