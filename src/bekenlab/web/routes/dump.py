"""The page of an open file: chip, pins and flash, and the exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from bekenlab.chips import board
from bekenlab.pins import Source
from bekenlab.report.dump_view import subject_view
from bekenlab.report.exports import EXPORTERS
from bekenlab.report.pictures import board_picture, flash_facts, flash_map, uses_of_subject
from bekenlab.web.context import context_of
from bekenlab.web.failures import advice_in
from bekenlab.web.pages import page, texts_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from bekenlab.analysis.model import Analysis
    from bekenlab.analysis.subject import Subject
    from bekenlab.errors import BekenlabError
    from bekenlab.report.pictures import Words


async def show_all(request: Request) -> Response:
    """Show the drop zone and the open files."""
    rows = await run_in_threadpool(context_of(request).uploads.rows)
    return page(request, "dump", rows=rows)


async def show_one(request: Request) -> Response:
    """Show one file."""
    context = context_of(request)
    uploads = context.uploads
    dump = uploads.get(request.path_params["id"])
    t = texts_for(request)
    words = t.picture_words

    def worked_out() -> dict[str, Any]:
        subject = uploads.subject(dump.id)
        return {
            "view": subject_view(subject),
            "row": uploads.row(dump.id),
            "problem": subject.problem,
            "advice": _advice(subject.problem, t.language),
            "picture": _board(subject, words, t.label),
            "flash": _flash(subject.analysis, words),
            "boots_itself": boot is None and uploads.would_boot(dump.id),
        }

    boot = context.manager.latest("boot", dump.id)
    values = await run_in_threadpool(worked_out)
    return page(
        request, "one_dump", section="dump", dump=dump, forms=tuple(EXPORTERS), boot=boot, **values
    )


def _advice(problem: BekenlabError | None, language: str) -> str:
    return advice_in(language, problem.hint, problem.actions) if problem else ""


def _board(subject: Subject, words: Words, name: Callable[[str], str]) -> Markup | None:
    """Picture of the module or chip with its pins; None if neither is known."""
    found = board(subject.module, subject.chip)
    if found is None:
        return None
    uses = uses_of_subject(subject, words, name)
    doubtful = subject.source is Source.FIRMWARE_DEFAULT
    # Our own SVG; text from the file is escaped in it.
    drawn = board_picture(found, uses, words_of=words, standalone=False, doubtful=doubtful)
    return Markup(drawn)  # noqa: S704


def _flash(analysis: Analysis | None, words: Words) -> Markup | None:
    facts = flash_facts(analysis) if analysis else None
    if facts is None:
        return None
    return Markup(flash_map(facts, words_of=words, standalone=False))  # noqa: S704  as above


ROUTES = (Route("/dump", show_all), Route("/dump/{id}", show_one))
