"""``/api``: lists the routes, for authors of scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def show(request: Request) -> Response:
    """List all routes of the API with a description of each."""
    found = [
        {
            "path": route.path,
            "methods": sorted((route.methods or set()) - {"HEAD"}),
            "about": (route.endpoint.__doc__ or "").strip().splitlines()[0],
        }
        for route in request.app.routes
        if isinstance(route, Route) and route.path.startswith("/api")
    ]
    return JSONResponse({"routes": found})


ROUTES = (Route("/api", show, methods=["GET"]),)
