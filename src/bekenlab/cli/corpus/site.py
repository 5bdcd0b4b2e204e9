"""``bekenlab corpus site``: a corpus as pages to search in."""

from __future__ import annotations

from pathlib import Path

import click

from bekenlab.cli.corpus.ask import corpus_option


@click.command("site")
@corpus_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="The site, a folder that must not exist yet.",
)
@click.option(
    "--title", default="Known devices", show_default=True, metavar="TEXT", help="Its title."
)
@click.option("--no-names", is_flag=True, help="Leave out the names of the files.")
def command(folder: Path, output: Path, title: str, no_names: bool) -> None:
    """Make a site of files: a page to search in, and one for each kind of device.

    It can be put on any web server, or opened from the folder: it fetches nothing. It has pictures,
    pins, data points and versions of firmware, but no secrets and no dumps.
    """
    # Imported here, because --help must not wait for the packages of the extra.
    from bekenlab.jobs.corpus.site import write_site
    from bekenlab.report.corpus_site import site_files

    count = write_site(folder, output, site_files, title=title, names=not no_names)
    click.echo(f"{count:,} files; open {output / 'index.html'}")
