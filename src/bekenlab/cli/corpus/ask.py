"""``bekenlab corpus sql``, and the questions that are ready made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.output import console, json_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.corpus.ask import Answer, Corpus

    Answers = tuple[tuple[str, Answer], ...]

corpus_option = click.option(
    "--corpus",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("corpus"),
    show_default=True,
    envvar="BEKENLAB_CORPUS",
    show_envvar=True,
    metavar="FOLDER",
    help="The corpus.",
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
@corpus_option
@click.argument("question", metavar="SQL")
@_most_option
@json_option
def sql(folder: Path, question: str, limit: int, as_json: bool) -> None:
    """Ask a corpus in SQL; it is only read.

    Its tables are files, dumps, firmware, partitions, keys, parameters, pins,
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


def _answer(
    folder: Path,
    name: str,
    ask: Callable[[Corpus], Answers],
    *,
    as_json: bool,
    other: Path | None = None,
) -> None:
    """Ask, and print the answers with their titles."""
    from bekenlab.corpus.ask import opened
    from bekenlab.corpus.store import Store
    from bekenlab.report.corpus_report import answers_json, render_answers

    with opened(Store(folder), Store(other) if other else None) as corpus:
        answers = ask(corpus)
    if as_json:
        click.echo(json_line(answers_json(name, answers)))
    else:
        console().print(render_answers(answers))


def _ready(
    folder: Path,
    name: str,
    *,
    limit: int,
    as_json: bool,
    other: Path | None = None,
    **values: str,
) -> None:
    from bekenlab.corpus.questions import ask_all

    def ask(corpus: Corpus) -> Answers:
        return ask_all(corpus, name, values, most=limit)

    _answer(folder, name, ask, as_json=as_json, other=other)


_one_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.command("stats")
@corpus_option
@_most_option
@_one_json
def stats(folder: Path, limit: int, as_json: bool) -> None:
    """Count files, chips, modules, firmwares, sources of pins and warnings."""
    _ready(folder, "stats", limit=limit, as_json=as_json)


@click.command("find")
@corpus_option
@click.option(
    "--pin",
    "pins",
    multiple=True,
    metavar="PIN[=ROLE]",
    help="A pin they have: 26, 26=Rel, 26=Rel_n or '26=Rel;1'; repeatable.",
)
@click.option("--chip", metavar="NAME", help="Their chip, such as BK7231N.")
@click.option("--module", metavar="NAME", help="Their module, such as CB2S; * stands for anything.")
@click.option("--firmware", metavar="NAME", help="Name of their firmware.")
@click.option("--product", metavar="ID", help="Their product id or firmware key.")
@click.option("--schema", metavar="ID", help="Id of their schema.")
@click.option("--kind", metavar="KIND", help="dump, configuration, log, report or openbeken.")
@_most_option
@_one_json
def find(
    folder: Path, pins: tuple[str, ...], limit: int, as_json: bool, **facts: str | None
) -> None:
    """List what has these pins and facts.

    Upper and lower case are the same. A role without _n is found with either active level, one
    without a number with any channel.
    """
    from bekenlab.corpus import questions

    wanted = {name: value for name, value in facts.items() if value}

    def ask(corpus: Corpus) -> Answers:
        return (("Found", questions.find(corpus, pins, wanted, most=limit)),)

    _answer(folder, "find", ask, as_json=as_json)


@click.command("unknown")
@corpus_option
@_most_option
@_one_json
def unknown(folder: Path, limit: int, as_json: bool) -> None:
    """Count what has no pins, by the reason."""
    _ready(folder, "unknown", limit=limit, as_json=as_json)


@click.command("diff")
@click.argument("first", type=click.Path(path_type=Path, file_okay=False), metavar="FIRST")
@click.argument("second", type=click.Path(path_type=Path, file_okay=False), metavar="SECOND")
@_most_option
@_one_json
def diff(first: Path, second: Path, limit: int, as_json: bool) -> None:
    """Compare two corpora of the same dumps, such as before and after an update of bekenlab."""
    _ready(first, "diff", limit=limit, as_json=as_json, other=second)


@click.command("versions")
@corpus_option
@click.argument("firmware", metavar="FIRMWARE")
@_most_option
@_one_json
def versions(folder: Path, firmware: str, limit: int, as_json: bool) -> None:
    """List the versions of a firmware, such as oem_bk7231n_plug."""
    _ready(folder, "versions", limit=limit, as_json=as_json, firmware=firmware)


@click.command("shared-code")
@corpus_option
@click.argument("dump", metavar="DUMP")
@_most_option
@_one_json
def shared_code(folder: Path, dump: str, limit: int, as_json: bool) -> None:
    """List the apps that share code with that of a dump, and who has them.

    DUMP is a file, or the name or the beginning of the SHA-256 of a dump in the corpus. "functions"
    is the estimated share of all functions of both that both have, wherever they lie; "sectors"
    counts the sectors of 4 KiB that are the same.
    """
    from bekenlab.corpus import questions
    from bekenlab.files import is_there

    def ask(corpus: Corpus) -> Answers:
        if is_there(Path(dump)):
            from bekenlab.jobs.corpus.app_of import fingerprint_of

            wanted = fingerprint_of(Path(dump))
        else:
            wanted = questions.fingerprint_in(corpus, dump)
        title = f"Apps with shared code, of {len(set(wanted.sectors))} sectors"
        return ((title, questions.shared_code(corpus, wanted, most=limit)),)

    _answer(folder, "shared-code", ask, as_json=as_json)


@click.command("calibration")
@corpus_option
@_most_option
@_one_json
def calibration(folder: Path, limit: int, as_json: bool) -> None:
    """Count which dumps have RF data, with which tables, and how many devices they are of."""
    _ready(folder, "calibration", limit=limit, as_json=as_json)


COMMANDS = (sql, stats, find, unknown, diff, versions, shared_code, calibration)
