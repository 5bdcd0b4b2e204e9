"""``bekenlab corpus sql``, and the questions that are ready made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.output import console, json_line

if TYPE_CHECKING:
    from bekenlab.corpus.ask import Answer

corpus_argument = click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER"
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object per row, one per line."
)
_most_option = click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    metavar="N",
    help="Rows to print.",
)


@click.command("sql")
@corpus_argument
@click.argument("question", metavar="SQL")
@_most_option
@json_option
def sql(folder: Path, question: str, limit: int, as_json: bool) -> None:
    """Ask a corpus in SQL; it is only read.

    FOLDER is the corpus. Its tables are files, dumps, firmware, partitions, keys, parameters, pins,
    data_points, warnings and behaviour; "DESCRIBE dumps" lists the columns of one.
    """
    # Imported here, because --help must not wait for the packages of the extra.
    from bekenlab.corpus.ask import opened
    from bekenlab.corpus.store import Store

    with opened(Store(folder)) as corpus:
        show(corpus.ask(question, most=limit), as_json=as_json)


def show(answer: Answer, *, as_json: bool) -> None:
    """Print the rows of an answer."""
    from bekenlab.report.corpus_report import plain, render_answer

    if as_json:
        for record in answer.records():
            click.echo(json_line({name: plain(value) for name, value in record.items()}))
    else:
        console().print(render_answer(answer))
    if answer.cut:
        click.echo(f"these are the first {len(answer.rows):,} rows; there are more", err=True)


COMMANDS = (sql,)
