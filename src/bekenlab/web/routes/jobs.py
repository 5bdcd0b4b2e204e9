"""``/api/jobs``: start what takes a while, watch it, answer it, stop it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bekenlab.errors import NotFoundError, UsageError
from bekenlab.web.body import json_object
from bekenlab.web.context import context_of
from bekenlab.web.tasks import start
from bekenlab.web.tasks.parameters import Parameters

if TYPE_CHECKING:
    from starlette.requests import Request

    from bekenlab.web.manager import Job


async def show_all(request: Request) -> Response:
    """All jobs, newest first."""
    return JSONResponse({"jobs": [job.to_json() for job in context_of(request).manager.jobs()]})


async def begin(request: Request) -> Response:
    """Start a job: ``{"kind": ..., ...}``; what else a kind takes is in docs/web-api.md."""
    job = start(context_of(request), Parameters(await json_object(request)))
    return JSONResponse(job.to_json(), 202)


async def show(request: Request) -> Response:
    """One job."""
    return JSONResponse(_job(request).to_json())


async def cancel(request: Request) -> Response:
    """Ask a job to end."""
    job = _job(request)
    job.cancel()
    return JSONResponse(job.to_json())


async def answer(request: Request) -> Response:
    """Answer the question of a job: ``{"number": ..., "answer": ...}``."""
    given = await json_object(request)
    number = given.get("number")
    if not isinstance(number, int):
        raise UsageError("which question? It has a number")
    job = _job(request)
    job.answer(number, given.get("answer"))
    return JSONResponse(job.to_json())


async def events(request: Request) -> Response:
    """What a job tells, as server-sent events; with ``Last-Event-ID`` only what came after."""
    context, job = context_of(request), _job(request)
    last = request.headers.get("last-event-id", request.query_params.get("after", "0"))
    after = int(last) if last.isdecimal() and len(last) < 10 else 0
    if job.ended and after and not job.since(after):
        # This status, and nothing else, keeps a browser from asking again.
        return Response(status_code=204)
    context.streams.raise_if_full()
    return StreamingResponse(
        context.streams.of(job, after, context.settings.closing), media_type="text/event-stream"
    )


def _job(request: Request) -> Job:
    job = context_of(request).manager.get(request.path_params["id"])
    if job is None:
        raise NotFoundError("there is no such job (any more)")
    return job


ROUTES = (
    Route("/api/jobs", show_all, methods=["GET"]),
    Route("/api/jobs", begin, methods=["POST"]),
    Route("/api/jobs/{id}", show, methods=["GET"]),
    Route("/api/jobs/{id}", cancel, methods=["DELETE"]),
    Route("/api/jobs/{id}/answer", answer, methods=["POST"]),
    Route("/api/jobs/{id}/events", events, methods=["GET"]),
)
