"""The page that lists jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from bekenlab.web.pages import page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def show(request: Request) -> Response:
    """Show all jobs; a script keeps the list current."""
    return page(request, "jobs")


ROUTES = (Route("/jobs", show),)
