"""The page that draws a board's pins over a photo, and the pads' positions for it.

The photo itself is never uploaded: it stays in the browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from bekenlab.chips import find_module, usual_chip
from bekenlab.errors import BekenlabError
from bekenlab.jobs.pinout import board_known, board_names, find_board
from bekenlab.report.pictures import uses_of_subject
from bekenlab.report.pictures.geometry import geometry_of
from bekenlab.web.context import context_of
from bekenlab.web.pages import page, texts_for

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from bekenlab.analysis.subject import Subject


async def show(request: Request) -> Response:
    """Show the page; ``?dump=`` selects the board of an open file."""
    dump, subject = await _dump(request)
    names = board_names()
    reached = board_known(subject.module, subject.chip) if subject else None
    return page(
        request,
        "photo",
        modules=[name for name in names if find_module(name)],
        chips=[name for name in names if not find_module(name)],
        chosen=reached.name if reached else usual_chip().name,
        dump=dump,
        dump_name=subject.name if subject else "",
    )


async def boards(_request: Request) -> Response:
    """List the modules and chips whose pads are known."""
    return JSONResponse({"boards": board_names()})


async def geometry(request: Request) -> Response:
    """Positions of a board's pads in millimetres; with ``?dump=``, also the pads' functions."""
    found = find_board(request.path_params["name"])
    _, subject = await _dump(request)
    t = texts_for(request)
    words = t.picture_words
    uses = uses_of_subject(subject, words, t.label) if subject else {}
    return JSONResponse(geometry_of(found, uses, words).to_json())


async def _dump(request: Request) -> tuple[str, Subject | None]:
    """The file named in the query, if it is still open."""
    dump = request.query_params.get("dump", "")
    if not dump:
        return "", None
    try:
        return dump, await run_in_threadpool(context_of(request).uploads.subject, dump)
    except BekenlabError:
        return "", None


ROUTES = (
    Route("/photo", show),
    Route("/api/boards", boards),
    Route("/api/boards/{name}", geometry),
)
