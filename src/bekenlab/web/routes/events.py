"""``/api/events``: one stream for all tabs of a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

from bekenlab.errors import NotFoundError
from bekenlab.web.body import json_object
from bekenlab.web.bundles import Bundle, wanted_in
from bekenlab.web.context import context_of
from bekenlab.web.streaming import StreamAnswer

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def listen(request: Request) -> Response:
    """Send everything that a browser watches, as server-sent events."""
    context = context_of(request)
    release = context.streams.admit()
    bundle = Bundle(context.manager.get, lambda name: context.chips.names().get(name))
    context.bundles.add(bundle)

    def ended() -> None:
        context.bundles.drop(bundle)
        release()

    messages = bundle.messages(context.bundles.run, context.settings.closing)
    return StreamAnswer(messages, ended)


async def watch(request: Request) -> Response:
    """Choose what a stream carries: ``{"watch": [{"key", "job" or "chip", "after", "quiet"}]}``."""
    bundle = context_of(request).bundles.get(request.path_params["id"])
    if bundle is None:
        raise NotFoundError("this stream has ended", hint="open another one")
    wanted = wanted_in(await json_object(request))
    bundle.want(wanted)
    return JSONResponse({"watching": len(wanted)})


ROUTES = (
    Route("/api/events", listen, methods=["GET"]),
    Route("/api/events/{id}", watch, methods=["POST"]),
)
