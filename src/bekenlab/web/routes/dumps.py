"""``/api/dumps``: files dropped, what they say, what can be made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from bekenlab.errors import NotADumpError
from bekenlab.report.json_report import to_json
from bekenlab.web.lab import lab_of
from bekenlab.web.views.dump import row_of

if TYPE_CHECKING:
    from typing import Any

    from starlette.requests import Request
    from starlette.responses import Response

    from bekenlab.web.uploads import Dump, Shelf


async def show_all(request: Request) -> Response:
    """All files that are open."""
    shelf = lab_of(request).shelf
    rows = await run_in_threadpool(lambda: [_row(shelf, dump) for dump in shelf.dumps()])
    return JSONResponse({"dumps": rows})


async def add(request: Request) -> Response:
    """Take a file: its bytes are the body, its label is ``?name=``."""
    shelf = lab_of(request).shelf
    body = await request.body()
    if not body:
        raise NotADumpError("the file is empty", hint="the read failed: read the chip again")
    name = request.query_params.get("name", "")
    made = await run_in_threadpool(shelf.put, name, body)
    rows = await run_in_threadpool(lambda: [_row(shelf, dump) for dump in made])
    return JSONResponse({"dumps": rows}, 201)


async def add_sample(request: Request) -> Response:
    """Take the sample plug, which is made by code, as if it had been dropped."""
    from bekenlab.samples import SAMPLE_NAME, build_sample

    shelf = lab_of(request).shelf
    made = await run_in_threadpool(lambda: shelf.put(SAMPLE_NAME, build_sample()))
    return JSONResponse({"dumps": [_row(shelf, dump) for dump in made]}, 201)


async def show(request: Request) -> Response:
    """The report on a file, as ``bekenlab analyze --json`` prints it, without its secrets."""
    shelf = lab_of(request).shelf
    analysis = await run_in_threadpool(shelf.analysis, request.path_params["id"])
    return JSONResponse(to_json(analysis))


async def remove(request: Request) -> Response:
    """Forget a file."""
    lab_of(request).shelf.remove(request.path_params["id"])
    return JSONResponse({"removed": True})


def _row(shelf: Shelf, dump: Dump) -> dict[str, Any]:
    row = row_of(dump, shelf.analysis(dump.id))
    return {name: getattr(row, name) for name in row.__slots__}


ROUTES = (
    Route("/api/dumps", show_all, methods=["GET"]),
    Route("/api/dumps", add, methods=["POST"]),
    Route("/api/sample", add_sample, methods=["POST"]),
    Route("/api/dumps/{id}", show, methods=["GET"]),
    Route("/api/dumps/{id}", remove, methods=["DELETE"]),
)
