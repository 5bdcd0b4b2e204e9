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
    context = context_of(request)
    found = await run_in_threadpool(_cut_off, context)
    return JSONResponse({"unfinished": [_row(each, _ports_of(each, context)) for each in found]})


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


def _ports_of(each: Unfinished, context: AppContext) -> list[str]:
    """The ports where the latest check has met the chip that a write was cut off on."""
    latest = {job.port: job for job in reversed(context.manager.jobs()) if job.kind == "doctor"}
    return [
        port
        for port, job in latest.items()
        if port and any(row["message"] == each.notice for row in job.result.get("warnings", ()))
    ]


def _row(each: Unfinished, ports: list[str]) -> dict[str, Any]:
    return {
        "id": each.id,
        "kind": str(each.kind),
        "name": each.name or None,
        "chip": each.chip or None,
        "made": each.made or None,
        "done": each.done,
        "size": each.size,
        "backup": each.backup,
        "ports": ports,
    }


ROUTES = (
    Route("/api/unfinished", show_all, methods=["GET"]),
    Route("/api/unfinished/{id}", discard, methods=["DELETE"]),
)
