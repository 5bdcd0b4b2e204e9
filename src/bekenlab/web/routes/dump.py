"""The page of a dump: its chip, pins and flash, and the exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from bekenlab.chips import board
from bekenlab.pins import Source
from bekenlab.report.dump_view import dump_view
from bekenlab.report.exports import EXPORTERS
from bekenlab.report.pictures import board_picture, flash_facts, flash_map, uses_of
from bekenlab.web.context import context_of
from bekenlab.web.pages import page, texts_for
from bekenlab.web.views.dump import row_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from bekenlab.analysis.model import Analysis
    from bekenlab.report.pictures import Words


async def show_all(request: Request) -> Response:
    """Show the drop zone and the open files."""
    uploads = context_of(request).uploads
    rows = await run_in_threadpool(
        lambda: [row_of(dump, uploads.analysis(dump.id)) for dump in uploads.dumps()]
    )
    return page(request, "dump", rows=rows)


async def show_one(request: Request) -> Response:
    """Show one dump."""
    uploads = context_of(request).uploads
    dump = uploads.get(request.path_params["id"])
    words = texts_for(request).picture_words

    def worked_out() -> dict[str, Any]:
        analysis = uploads.analysis(dump.id)
        return {
            "view": dump_view(analysis),
            "size": analysis.file.size,
            "problem": analysis.problem,
            "picture": _board(analysis, words),
            "flash": _flash(analysis, words),
        }

    values = await run_in_threadpool(worked_out)
    return page(request, "one_dump", section="dump", dump=dump, forms=tuple(EXPORTERS), **values)


def _board(analysis: Analysis, words: Words) -> Markup | None:
    """Picture of the module or chip with its pins; None if neither is known."""
    found = board(analysis.module, analysis.chip.name)
    if found is None:
        return None
    uses = uses_of(analysis.pins, words)
    doubtful = analysis.tuya.source is Source.FIRMWARE_DEFAULT
    # Our own SVG; text from the file is escaped in it.
    return Markup(board_picture(found, uses, words_of=words, standalone=False, doubtful=doubtful))  # noqa: S704


def _flash(analysis: Analysis, words: Words) -> Markup | None:
    facts = flash_facts(analysis)
    if facts is None:
        return None
    return Markup(flash_map(facts, words_of=words, standalone=False))  # noqa: S704  as above


ROUTES = (Route("/dump", show_all), Route("/dump/{id}", show_one))
