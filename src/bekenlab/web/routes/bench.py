"""The bench page: running virtual chips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from bekenlab.live.commands import PORTS
from bekenlab.live.online import NetworkKind
from bekenlab.live.source import demo_templates
from bekenlab.machine.chips import profile_names
from bekenlab.mcu.frames import DpType
from bekenlab.report.live_json import source_json
from bekenlab.web.context import context_of
from bekenlab.web.pages import page, texts_for
from bekenlab.web.routes.chips import session_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

# The most common ones first.
_KINDS = (DpType.BOOL, DpType.VALUE, DpType.ENUM, DpType.STRING, DpType.BITMAP, DpType.RAW)


async def choose(request: Request) -> Response:
    """Show the chips on the bench and offer new ones; ``?dump=ID`` selects an open file."""
    context = context_of(request)
    rows = await run_in_threadpool(context.uploads.rows)
    running = [
        {"id": name, **source_json(session.source)}
        for name, session in context.chips.names().items()
    ]
    return page(
        request,
        "bench",
        rows=rows,
        wanted=request.query_params.get("dump", ""),
        running=running,
        chips=profile_names(),
        demos=tuple(demo_templates()),
        network=None,
        networks=tuple(NetworkKind),
    )


async def show(request: Request) -> Response:
    """Show one chip."""
    session = session_of(request)
    network = session.picture.network
    known = [label for _, label in session.picture.labels]
    return page(
        request,
        "one_bench",
        section="bench",
        more_texts=texts_for(request).labels(known),
        id=request.path_params["id"],
        chip=source_json(session.source),
        notices=session.source.notices,
        ports=PORTS,
        network=network,
        networks=tuple(NetworkKind),
        kinds=[kind.name.lower() for kind in _KINDS],
    )


ROUTES = (Route("/bench", choose), Route("/bench/{id}", show))
