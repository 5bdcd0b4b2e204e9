"""Report of ``redact``, as JSON and for a terminal, without secrets or a hash of the original.

With the redacted dump and a hash of the original, anyone could test guessed passwords.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bekenlab.report.json_report import SCHEMA
from bekenlab.report.messages_json import notices_json
from bekenlab.report.printable import Printable, printable
from bekenlab.report.text import heading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from bekenlab.redaction.redact import Redaction


def redact_json(redaction: Redaction, name: str) -> dict[str, Any]:
    """The report as plain JSON values; ``name`` is the name of the file written."""
    return {
        "schema": SCHEMA,
        "file": {"name": redaction.file.name, "size": redaction.file.size},
        "output": {"name": name, "size": len(redaction.data), "sha256": redaction.sha256},
        "secrets": redaction.secrets,
        "replaced": [
            {"kind": row.kind, "place": row.place, "count": row.count}
            for row in redaction.replacements
        ],
        "erased_pages": redaction.erased,
        "spellings": redaction.spellings,
        "searched": list(redaction.searched),
        "warnings": notices_json(redaction.notices),
    }


def render(redaction: Redaction, name: str) -> RenderableType:
    """The report for a terminal."""
    return Printable(Group(*_sections(redaction, name)))


def _sections(redaction: Redaction, name: str) -> Iterator[RenderableType]:
    title = f"{printable(name)}  {len(redaction.data):,} bytes"
    yield Text(title, style="bold")
    times = sum(row.count for row in redaction.replacements)
    facts = Table.grid(padding=(0, 2))
    facts.add_row("Made from", Text(printable(redaction.file.name)))
    facts.add_row("Secrets", f"{redaction.secrets} different ones, replaced {times} times")
    if redaction.erased:
        facts.add_row("Remains", f"{redaction.erased} pages of old values in the storage erased")
    facts.add_row("Searched", _searched(redaction))
    facts.add_row("Compared", "pins and parameters match the original")
    yield Padding(facts, (1, 0, 0, 2))
    if redaction.replacements:
        yield heading("Replaced")
        yield Padding(_table(redaction), (0, 0, 0, 2))
    if redaction.notices:
        yield heading("Warnings")
        for notice in redaction.notices:
            yield Padding(Text(f"! {notice.code}: {printable(notice.message)}"), (0, 0, 0, 2))


def _searched(redaction: Redaction) -> str:
    """What the search shows, and no more: it does not know secrets that were not found."""
    if not redaction.spellings:
        return "nothing: no secret was found that is long enough to be searched for"
    where = ", ".join(redaction.searched)
    doubt = any(notice.code == "redact-unchecked" for notice in redaction.notices)
    rest = "; what was not checked, see below" if doubt else ""
    return f"none of {redaction.spellings} encodings of them is left: {where}{rest}"


def _table(redaction: Redaction) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("Kind")
    table.add_column("Where")
    table.add_column("Times", justify="right")
    for row in redaction.replacements:
        table.add_row(row.kind, Text(printable(row.place)), str(row.count))
    return table
