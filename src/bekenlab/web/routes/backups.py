"""``/api/backups``: backups of devices, kept in the user's folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Route

from bekenlab.web.context import context_of

if TYPE_CHECKING:
    from typing import Any

    from starlette.requests import Request
    from starlette.responses import Response

    from bekenlab.flashing.backup_list import Backup


async def show_all(request: Request) -> Response:
    """List the backups whose files exist, newest first."""
    found = await run_in_threadpool(context_of(request).backups.all)
    return JSONResponse({"backups": [_row(backup) for backup in found]})


async def download(request: Request) -> Response:
    """Download a backup."""
    found = await run_in_threadpool(context_of(request).backups.get, request.path_params["id"])
    return FileResponse(found.path, filename=found.path.name)


async def open_dump(request: Request) -> Response:
    """Open a backup as if it had been dropped."""
    context = context_of(request)

    def put() -> list[dict[str, Any]]:
        found = context.backups.get(request.path_params["id"])
        made = context.uploads.put(found.path.name, found.path.read_bytes())
        return [{"id": dump.id, "name": dump.file.name} for dump in made]

    return JSONResponse({"dumps": await run_in_threadpool(put)}, 201)


def _row(backup: Backup) -> dict[str, Any]:
    return {
        "id": backup.id,
        "name": backup.path.name,
        "size": backup.size,
        "chip": backup.chip or None,
        "made": backup.made or None,
        "sha256": backup.sha256 or None,
    }


ROUTES = (
    Route("/api/backups", show_all, methods=["GET"]),
    Route("/api/backups/{id}", download, methods=["GET"]),
    Route("/api/backups/{id}/dump", open_dump, methods=["POST"]),
)
