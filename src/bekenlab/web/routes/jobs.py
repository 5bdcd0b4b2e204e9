"""``/api/jobs``: start, watch, answer and stop long-running jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bekenlab.errors import NotFoundError, UsageError
from bekenlab.web.body import json_object
from bekenlab.web.context import context_of
from bekenlab.web.events import entries_of
from bekenlab.web.streaming import StreamAnswer
from bekenlab.web.tasks import start
from bekenlab.web.tasks.parameters import Parameters

if TYPE_CHECKING:
    from starlette.requests import Request

    from bekenlab.web.job import Job


async def show_all(request: Request) -> Response:
    """List all jobs, newest first."""
    return JSONResponse({"jobs": [job.to_json() for job in context_of(request).manager.jobs()]})


async def begin(request: Request) -> Response:
    """Start a job: ``{"kind": ..., ...}``; docs/web-api.md lists the parameters of each kind."""
    parameters = Parameters(await json_object(request))
    # Files that the job names may have to be analysed first.
    job = await run_in_threadpool(start, context_of(request), parameters)
    return JSONResponse(job.to_json(), 202)


async def show(request: Request) -> Response:
    """Show a job."""
    return JSONResponse(_job(request).to_json())


async def cancel(request: Request) -> Response:
    """Ask a job to stop."""
    job = _job(request)
    job.cancel()
    return JSONResponse(job.to_json())


async def answer(request: Request) -> Response:
    """Answer a job's question: ``{"number": ..., "answer": ...}``."""
    given = await json_object(request)
    number = given.get("number")
    if not isinstance(number, int):
        raise UsageError("number must be the number of the question")
    job = _job(request)
    job.answer(number, given.get("answer"))
    return JSONResponse(job.to_json())


async def events(request: Request) -> Response:
    """Send a job's events as server-sent events; after ``Last-Event-ID``, if given."""
    context, job = context_of(request), _job(request)
    last = request.headers.get("last-event-id", request.query_params.get("after", "0"))
    after = int(last) if last.isdecimal() and len(last) < 10 else 0
    if job.ended and after and not job.since(after):
        # Only this status keeps a browser from reconnecting.
        return Response(status_code=204)
    release = context.streams.admit()
    return StreamAnswer(entries_of(job, after, context.settings.closing), release)


def _job(request: Request) -> Job:
    job = context_of(request).manager.get(request.path_params["id"])
    if job is None:
        raise NotFoundError("this job does not exist, or no longer does")
    return job


ROUTES = (
    Route("/api/jobs", show_all, methods=["GET"]),
    Route("/api/jobs", begin, methods=["POST"]),
    Route("/api/jobs/{id}", show, methods=["GET"]),
    Route("/api/jobs/{id}", cancel, methods=["DELETE"]),
    Route("/api/jobs/{id}/answer", answer, methods=["POST"]),
    Route("/api/jobs/{id}/events", events, methods=["GET"]),
)
