"""``bekenlab demo``: the whole story on a device that needs no hardware and no download."""

from __future__ import annotations

from pathlib import Path

import click

from bekenlab.cli.output import console, json_line
from bekenlab.errors import ExitCode


@click.command("demo")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also keep the sample dump as FILE (which must not exist yet).",
)
@click.option(
    "--firmware",
    "-f",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also rehearse this OpenBeken for BK7231N on it.",
)
def command(as_json: bool, save: Path | None, firmware: Path | None) -> int:
    """Play the whole story on a sample plug, on a virtual chip.

    The plug is backed up over a virtual wire, its storage is erased on purpose, its firmware is
    booted and tells the pins, a report is made, and the backup is restored. The sample is made by
    code alone, encrypted, framed and stored the way Tuya does it. Nothing is downloaded. --json
    prints the report of the sample as it is, with its storage.
    """
    # Imported here: numpy and the parsers take longer to load than --help may take.
    from bekenlab.files import write_new
    from bekenlab.samples import build_sample

    if save:
        write_new(save, build_sample())
    if as_json:
        click.echo(json_line(_report(save)))
        return int(ExitCode.OK)
    from bekenlab.jobs.demo import demonstrate
    from bekenlab.jobs.install.firmware import read_firmware
    from bekenlab.report.demo_text import demo_text

    out = console()
    demo = demonstrate(read_firmware(firmware) if firmware else None)
    out.print(demo_text(demo))
    where = str(save) if save else "my-dump.bin"
    out.print(f"\nNow your own:  [bold]bekenlab analyze {where}[/]")
    from bekenlab.jobs.rehearse import problem_of

    problem = problem_of(demo.rehearsal) if demo.rehearsal else None
    if problem is not None:
        raise problem
    return int(ExitCode.OK if demo.whole else ExitCode.VERIFY)


def _report(save: Path | None) -> dict[str, object]:
    from bekenlab.analysis.analyze import analyze
    from bekenlab.analysis.inputs import InputFile
    from bekenlab.report.json_report import to_json
    from bekenlab.samples import SAMPLE_NAME, build_sample

    return to_json(analyze(InputFile(SAMPLE_NAME, save or Path(SAMPLE_NAME), build_sample())))
