"""The start page, and the settings for all pages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse
from starlette.routing import Route

from bekenlab.errors import UsageError
from bekenlab.flashing.unfinished import unfinished
from bekenlab.web.context import context_of
from bekenlab.web.pages import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, page
from bekenlab.web.texts import LANGUAGES

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_CHOICES = {"language": (LANGUAGE_COOKIE, LANGUAGES), "theme": (THEME_COOKIE, THEMES)}
_YEAR = 365 * 24 * 3600


async def show(request: Request) -> Response:
    """Show the start page."""
    context = context_of(request)
    cut_off = await run_in_threadpool(unfinished, context.settings.places)
    return page(request, "start", dumps=context.uploads.dumps(), unfinished=cut_off)


async def choose(request: Request) -> Response:
    """Store the language or theme in a cookie, and return to the page."""
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    back = form.get("back", ["/"])[0]
    # Only a local path: two leading slashes would name another server.
    answer = RedirectResponse(back if _is_path(back) else "/", status_code=303)
    for name, (cookie, choices) in _CHOICES.items():
        chosen = form.get(name, [""])[0]
        if chosen:
            if chosen not in choices:
                raise UsageError(f"unknown {name} {chosen[:20]!r}")
            answer.set_cookie(
                cookie, chosen, max_age=_YEAR, httponly=True, samesite="strict", path="/"
            )
    return answer


def _is_path(text: str) -> bool:
    return text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()


ROUTES = (Route("/", show), Route("/choose", choose, methods=["POST"]))
