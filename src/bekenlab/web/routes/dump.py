"""The page of a dump: what it is, its pins, its flash, what can be made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from bekenlab.report.dump_view import dump_view
from bekenlab.web.lab import lab_of
from bekenlab.web.pages import page
from bekenlab.web.views.dump import row_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def show_all(request: Request) -> Response:
    """The place to drop files, and those that were dropped."""
    shelf = lab_of(request).shelf
    rows = await run_in_threadpool(
        lambda: [row_of(dump, shelf.analysis(dump.id)) for dump in shelf.dumps()]
    )
    return page(request, "dump", rows=rows)


async def show_one(request: Request) -> Response:
    """One dump."""
    shelf = lab_of(request).shelf
    dump = shelf.get(request.path_params["id"])
    analysis = await run_in_threadpool(shelf.analysis, dump.id)
    return page(request, "one_dump", section="dump", dump=dump, view=dump_view(analysis))


ROUTES = (Route("/dump", show_all), Route("/dump/{id}", show_one))
