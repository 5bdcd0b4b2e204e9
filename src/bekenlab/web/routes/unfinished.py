"""``/api/unfinished``: backups and writes that were cut off, by an earlier run as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from bekenlab.errors import NotFoundError
from bekenlab.flashing.unfinished import unfinished
from bekenlab.web.context import context_of

if TYPE_CHECKING:
    from typing import Any

    from starlette.requests import Request
    from starlette.responses import Response

    from bekenlab.flashing.unfinished import Unfinished
    from bekenlab.web.context import AppContext


async def show_all(request: Request) -> Response:
    """List what was cut off; writes come first."""
    found = await run_in_threadpool(_cut_off, context_of(request))
    return JSONResponse({"unfinished": [_row(each) for each in found]})


async def discard(request: Request) -> Response:
    """Delete what a backup or write that was cut off has left."""
    name = request.path_params["id"]
    found = await run_in_threadpool(_cut_off, context_of(request))
    chosen = next((each for each in found if each.id == name), None)
    if chosen is None:
        raise NotFoundError("this does not exist, or no longer does")
    await run_in_threadpool(chosen.discard)
    return JSONResponse({"discarded": True})


def _cut_off(context: AppContext) -> list[Unfinished]:
    return unfinished(context.settings.places)


def _row(each: Unfinished) -> dict[str, Any]:
    return {
        "id": each.id,
        "kind": str(each.kind),
        "name": each.name or None,
        "chip": each.chip or None,
        "made": each.made or None,
        "done": each.done,
        "size": each.size,
        "backup": each.backup,
    }


ROUTES = (
    Route("/api/unfinished", show_all, methods=["GET"]),
    Route("/api/unfinished/{id}", discard, methods=["DELETE"]),
)
