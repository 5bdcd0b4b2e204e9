"""The page of a device on a port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from bekenlab.web.pages import page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def show(request: Request) -> Response:
    """Ports, and what can be done with what is behind one."""
    return page(request, "device")


ROUTES = (Route("/device", show),)
