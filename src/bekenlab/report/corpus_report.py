"""What building a corpus did, and the rows of an answer, as text and as JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from bekenlab.report.printable import Printable, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rich.console import RenderableType

    from bekenlab.corpus.ask import Answer
    from bekenlab.corpus.build import Report

SCHEMA = 1
_MIB = 1 << 20
# A terminal has no room for SHA-256 in a column; what is left finds the same.
_DIGEST = re.compile(r"[0-9a-f]{64}(?:#\d+)?$")
_HASH, _SHORT = 64, 12
_STATES = ("read", "failed", "ignored", "quarantined")


def build_json(report: Report) -> dict[str, Any]:
    """The report of a run as JSON; see docs/json.md."""
    files = sum(report.files.values())
    return {
        "schema": SCHEMA,
        "files": {state: report.files.get(state, 0) for state in _STATES},
        "dumps": report.dumps,
        "known": report.known,
        "skipped": report.skipped,
        "workers": report.workers,
        "lost_workers": report.lost,
        "seconds": round(report.seconds, 3),
        "files_per_second": round(files / report.seconds, 2) if report.seconds else None,
        "memory": report.memory or None,
        "stopped": report.stopped,
    }


def render_build(report: Report, folder: Path) -> RenderableType:
    """The report of a run for a terminal."""
    table = Table.grid(padding=(0, 2))
    for name, value in _facts(report):
        table.add_row(name, Text(printable(value)))
    table.add_row("Corpus", Text(printable(str(folder))))
    return Printable(table)


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    files, states = sum(report.files.values()), report.files
    rate = f", {files / report.seconds:.1f} a second" if report.seconds else ""
    yield "Files", f"{files:,} in {report.seconds:.1f} s{rate}"
    again = f", {report.known:,} known already" if report.known else ""
    yield "Contents", f"{report.dumps:,} read{again}"
    if report.skipped:
        yield "Skipped", f"{report.skipped:,} that were read before and have not changed"
    if states.get("ignored"):
        yield "Ignored", f"{states['ignored']:,} texts that are about no device"
    if states.get("failed"):
        yield "Failed", f"{states['failed']:,}; their rows in the table files say why"
    if states.get("quarantined"):
        yield "Given up", f"{states['quarantined']:,}; their rows in the table files say why"
    if report.lost:
        yield "Lost", f"workers were lost with {report.lost:,} bundles, which were sent anew"
    if report.workers:
        memory = f", {report.memory / _MIB:,.0f} MiB each at most" if report.memory else ""
        yield "Workers", f"{report.workers}{memory}"
    if report.stopped:
        yield "Stopped", "what was read is kept; the same command goes on"


def render_answer(answer: Answer) -> RenderableType:
    """The rows of an answer for a terminal."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for number, name in enumerate(answer.columns):
        values = [row[number] for row in answer.rows]
        numbers = any(isinstance(value, int | float) and value is not True for value in values)
        table.add_column(name, justify="right" if numbers else "left", overflow="fold")
    for row in answer.rows:
        table.add_row(*(Text(printable(_shown(value))) for value in row))
    return Printable(table)


def render_answers(answers: Sequence[tuple[str, Answer]]) -> RenderableType:
    """Answers below their titles, for a terminal."""
    parts: list[RenderableType] = []
    for title, answer in answers:
        if parts:
            parts.append(Text())
        more = f" (the first {len(answer.rows):,}; there are more)" if answer.cut else ""
        parts.append(Text(printable(title) + more, style="bold"))
        parts.append(render_answer(answer) if answer.rows else Text("nothing"))
    return Group(*parts)


def answers_json(name: str, answers: Sequence[tuple[str, Answer]]) -> dict[str, Any]:
    """Answers as JSON; see docs/json.md."""
    return {
        "schema": SCHEMA,
        "question": name,
        "answers": [
            {
                "title": title,
                "rows": [plain(record) for record in answer.records()],
                "cut": answer.cut,
            }
            for title, answer in answers
        ],
    }


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    text = str(value)
    return text[:_SHORT] + text[_HASH:] if _DIGEST.match(text) else text


def plain(value: Any) -> Any:
    """A value as JSON has it: what it has no type for is text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    return str(value)
