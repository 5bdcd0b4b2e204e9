"""The ASGI application: access checks, pages, API."""

from __future__ import annotations

from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount

from bekenlab.errors import BekenlabError, NotFoundError, internal_error
from bekenlab.web.pages import failure, page
from bekenlab.web.routes import ROUTES
from bekenlab.web.security import Guard
from bekenlab.web.static_files import LeanFiles

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.responses import Response
    from starlette.types import ASGIApp, Scope

    from bekenlab.web.context import AppContext


def create_app(context: AppContext) -> ASGIApp:
    """The server as an ASGI application, behind its access checks.

    Args:
        context: State shared by all pages.
    """

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        context.manager.close()
        context.chips.close_all()

    static = resources.files("bekenlab.web") / "static"
    app = Starlette(
        routes=[*ROUTES, Mount("/static", LeanFiles(directory=Path(str(static))))],
        exception_handlers={
            BekenlabError: _bekenlab_error,
            HTTPException: _http_error,
            Exception: _internal_error,
        },
        lifespan=lifespan,
    )
    app.state.context = context
    return Guard(app, context.policy, _refusal)


def _refusal(scope: Scope, status: int, reason: str) -> Response:
    """The answer to a request that fails the access checks; it reveals no data."""
    if scope["type"] != "http":
        return JSONResponse({}, status)
    request = Request(scope)
    if scope["path"].startswith("/api/"):
        return JSONResponse({"error": {"code": "not-let-in", "reason": reason}}, status)
    return page(request, "denied", status=status, reason=reason)


async def _bekenlab_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, BekenlabError):
        raise error
    return failure(request, error)


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException) or error.status_code != 404:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = error.headers if isinstance(error, HTTPException) else None
        return JSONResponse({"error": {"code": "http", "message": str(error)}}, status, headers)
    return failure(request, NotFoundError(f"there is nothing at {request.url.path}"))


async def _internal_error(request: Request, error: Exception) -> Response:
    # The traceback goes to the server's log; the page only says that bekenlab failed.
    return failure(request, internal_error(error))
