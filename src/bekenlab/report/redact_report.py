"""What ``redact`` replaced, as JSON and for a terminal; never a secret, nor a hash of the original.

A hash of the original beside the redacted dump would let anybody try passwords against it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from bekenlab.report.json_report import SCHEMA
from bekenlab.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from bekenlab.jobs.redact import Redaction


def redact_json(redaction: Redaction, name: str) -> dict[str, Any]:
    """The report as plain JSON values; ``name`` is that of the file written."""
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
        "warnings": [{"code": n.code, "message": n.message} for n in redaction.notices],
    }


def render(redaction: Redaction, name: str) -> RenderableType:
    """The report for a person."""
    return Group(*_sections(redaction, name))


def _sections(redaction: Redaction, name: str) -> Iterator[RenderableType]:
    yield Text.assemble(
        (printable(name), "bold"), f"  {len(redaction.data):,} bytes, redacted from "
    ).append(printable(redaction.file.name))
    times = sum(row.count for row in redaction.replacements)
    yield Text(f"\n  Secrets    {redaction.secrets} different ones, replaced {times} times")
    if redaction.erased:
        yield Text(f"  Remains    {redaction.erased} pages of old values in the storage erased")
    yield Text(
        f"  Proof      none of {redaction.spellings} spellings is left; pins, parameters and "
        "warnings are\n             those of the original\n"
    )
    if redaction.replacements:
        yield _table(redaction)
    if redaction.notices:
        yield Text("\nWarnings", style="bold cyan")
    for notice in redaction.notices:
        yield Text.assemble((f"  ! {notice.code}: ", "yellow"), printable(notice.message))


def _table(redaction: Redaction) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2), header_style="bold cyan")
    table.add_column("Kind")
    table.add_column("Where")
    table.add_column("Times", justify="right")
    for row in redaction.replacements:
        table.add_row(Text(row.kind), Text(printable(row.place)), str(row.count))
    return table
