"""The page about corpora has every option, table, column, command and field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bekenlab.corpus.build import Report
from bekenlab.corpus.tables import TABLES
from bekenlab.report.corpus_report import build_json
from docs.pages import DOCS, rows, text_of
from docs.program import run
from docs.test_reference import documented_fields, paths_of, quoted

if TYPE_CHECKING:
    from pathlib import Path

PAGE = DOCS / "corpus.md"
FIELDS = {"schema", "question", "answers", "answers[].title", "answers[].rows", "answers[].cut"}


def options_of(words: list[str], folder: Path) -> set[str]:
    _, out = run([*words, "--help"], folder)
    return set(re.findall(r"(?<![\w-])--[a-z][\w-]*", out)) - {"--help"}


def test_every_option_of_build_is_in_its_table(tmp_path: Path) -> None:
    table = rows(PAGE, "Build")
    named = {quoted(row[0])[0].split()[0] for row in table}
    assert named == options_of(["corpus", "build"], tmp_path)


def test_every_option_of_the_questions_is_told(tmp_path: Path) -> None:
    text = text_of(PAGE)
    _, out = run(["corpus", "--help"], tmp_path)
    commands = re.findall(r"^  ([a-z-]+)  ", out.partition("Commands:")[2], re.MULTILINE)
    assert {"build", "sql", "diff", "site"} <= set(commands)
    for command in commands:
        assert re.search(rf"`(?:bekenlab )?corpus {command}\b", text), command
        missing = {each for each in options_of(["corpus", command], tmp_path) if each not in text}
        assert missing == set(), command


def test_every_column_of_every_table_is_told() -> None:
    told = {quoted(row[0])[0]: set(quoted(row[2])) for row in rows(PAGE, "Tables")}
    assert set(told) == {table.name for table in TABLES}
    for table in TABLES:
        assert set(table.columns) - told[table.name] == set(), table.name


def test_every_field_of_the_reports_is_documented() -> None:
    real = set(paths_of(build_json(Report())))
    assert set(documented_fields("A corpus")) == (real | FIELDS) - {"files"}
