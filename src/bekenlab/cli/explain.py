"""``bekenlab explain``: the page of an error or a warning."""

from __future__ import annotations

import click

from bekenlab.cli.output import console


@click.command("explain")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Say what an error or a warning means, and what to do.

    CODE is the code that the error or the warning was printed with, such as no-link. Without one,
    all codes are listed.
    """
    from bekenlab.report.explanations import explanation_text, explanations, list_text
    from bekenlab.report.printable import Printable

    out = console()
    if code is None:
        out.print(Printable(list_text()))
        return
    found = [told for told in explanations() if told.code == code.strip().lower()]
    if not found:
        raise _unknown(code, sorted({told.code for told in explanations()}))
    for told in found:
        out.print(Printable(explanation_text(told)))


def _unknown(code: str, known: list[str]) -> Exception:
    from difflib import get_close_matches

    from bekenlab.errors import UsageError

    near = get_close_matches(code.strip().lower(), known)
    hint = f"did you mean {' or '.join(near)}?" if near else "bekenlab explain lists all codes"
    return UsageError(f"there is no error or warning with the code {code!r}", hint=hint)
