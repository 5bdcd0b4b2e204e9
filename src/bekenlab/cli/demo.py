"""``bekenlab demo``: the main job on a device that needs no hardware and no download."""

from __future__ import annotations

from pathlib import Path

import click

from bekenlab.cli.output import console, json_line


@click.command("demo")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also keep the sample dump as FILE (which must not exist yet).",
)
def command(as_json: bool, save: Path | None) -> None:
    """Build the flash dump of a sample metering plug and analyse it.

    The sample is made by code alone: a BK7231N plug with relay, button, Wi-Fi LED and power meter,
    encrypted, framed and stored the way Tuya does it. Nothing is downloaded.
    """
    # Imported here: numpy and the parsers take longer to load than --help may take.
    from bekenlab.files import write_new
    from bekenlab.jobs.analyze import analyze
    from bekenlab.jobs.inputs import InputFile
    from bekenlab.report.json_report import to_json
    from bekenlab.report.text import render
    from bekenlab.samples import SAMPLE_NAME, build_sample

    dump = build_sample()
    if save:
        write_new(save, dump)
    analysis = analyze(InputFile(SAMPLE_NAME, save or Path(SAMPLE_NAME), dump))
    if as_json:
        click.echo(json_line(to_json(analysis)))
        return
    out = console()
    out.print(f"Built the sample dump in memory: {len(dump):,} bytes of a metering plug.\n")
    out.print(render(analysis))
    where = str(save) if save else "my-dump.bin"
    out.print(f"\nNow your own:  [bold]bekenlab analyze {where}[/]")
