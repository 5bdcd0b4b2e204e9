"""``/api/dumps``: files dropped, what they say, what can be made of them."""

from __future__ import annotations

from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from bekenlab.analysis.subject import subject_of
from bekenlab.errors import NotADumpError, NotFoundError
from bekenlab.openbeken.config.edit import unique_bytes
from bekenlab.redaction.redact import redact
from bekenlab.report.dump_view import dump_view
from bekenlab.report.exports import EXPORTERS, Export
from bekenlab.report.exports import Request as ExportRequest
from bekenlab.report.html import html_report
from bekenlab.report.json_report import to_json
from bekenlab.web.body import attachment
from bekenlab.web.context import context_of
from bekenlab.web.views.dump import row_of

if TYPE_CHECKING:
    from typing import Any

    from starlette.requests import Request
    from starlette.responses import Response

    from bekenlab.web.uploads import Dump, UploadStore


_ENDINGS = {"config": ".bin", "openbeken": ".json", "json": ".json", "esphome": ".yaml"}


async def show_all(request: Request) -> Response:
    """All files that are open."""
    uploads = context_of(request).uploads
    rows = await run_in_threadpool(lambda: [_row(uploads, dump) for dump in uploads.dumps()])
    return JSONResponse({"dumps": rows})


async def add(request: Request) -> Response:
    """Take a file: its bytes are the body, its label is ``?name=``."""
    uploads = context_of(request).uploads
    body = await request.body()
    if not body:
        raise NotADumpError("the file is empty", hint="the read failed: read the chip again")
    name = request.query_params.get("name", "")
    made = await run_in_threadpool(uploads.put, name, body)
    rows = await run_in_threadpool(lambda: [_row(uploads, dump) for dump in made])
    return JSONResponse({"dumps": rows}, 201)


async def add_sample(request: Request) -> Response:
    """Take the sample plug, which is made by code, as if it had been dropped."""
    from bekenlab.samples import SAMPLE_NAME, build_sample

    uploads = context_of(request).uploads
    made = await run_in_threadpool(lambda: uploads.put(SAMPLE_NAME, build_sample()))
    return JSONResponse({"dumps": [_row(uploads, dump) for dump in made]}, 201)


async def show(request: Request) -> Response:
    """The report on a file, as ``bekenlab analyze --json`` prints it, without its secrets."""
    uploads = context_of(request).uploads
    analysis = await run_in_threadpool(uploads.analysis, request.path_params["id"])
    return JSONResponse(to_json(analysis))


async def download(request: Request) -> Response:
    """The bytes of a file, unpacked."""
    dump = context_of(request).uploads.get(request.path_params["id"])
    return attachment(dump.file.data, dump.file.name)


async def redacted(request: Request) -> Response:
    """A copy of a dump without its secrets, proven."""
    dump = context_of(request).uploads.get(request.path_params["id"])
    found = await run_in_threadpool(redact, dump.file)
    return attachment(found.data, f"redacted-{dump.file.name}")


async def report(request: Request) -> Response:
    """The report on a dump as one file to post, without its secrets."""
    uploads = context_of(request).uploads
    dump = uploads.get(request.path_params["id"])
    made = await run_in_threadpool(lambda: html_report(uploads.analysis(dump.id)))
    return attachment(made.encode(), f"{Path(dump.file.name).stem}.html")


async def export(request: Request) -> Response:
    """What is known of a device in the form another program wants; forms as in docs/export.md."""
    context, form = context_of(request), request.path_params["form"]
    exporter = EXPORTERS.get(form)
    if exporter is None:
        raise NotFoundError(
            f"there is no form {form[:20]!r}", hint=f"forms: {', '.join(EXPORTERS)}"
        )
    dump = context.uploads.get(request.path_params["id"])

    def make() -> Export:
        subject = subject_of(dump.file, analysis=context.uploads.analysis(dump.id))
        return exporter.write(ExportRequest(subject, None, unique_bytes(subject.mac, token_bytes)))

    made = await run_in_threadpool(make)
    if exporter.binary or "download" in request.query_params:
        ending = _ENDINGS.get(form, ".txt")
        return attachment(made.content, f"{Path(dump.file.name).stem}-{form}{ending}")
    return JSONResponse({"text": made.content.decode("utf-8"), "warnings": list(made.warnings)})


async def secrets(request: Request) -> Response:
    """The values of the storage, secrets among them; asked for by hand, so not a GET."""
    uploads = context_of(request).uploads
    analysis = await run_in_threadpool(uploads.analysis, request.path_params["id"])
    view = dump_view(analysis, show_secrets=True)
    keys = [{"name": key.name, "value": key.value, "secret": key.secret} for key in view.keys]
    return JSONResponse({"mac": view.mac, "keys": keys})


async def remove(request: Request) -> Response:
    """Forget a file."""
    context_of(request).uploads.remove(request.path_params["id"])
    return JSONResponse({"removed": True})


def _row(uploads: UploadStore, dump: Dump) -> dict[str, Any]:
    row = row_of(dump, uploads.analysis(dump.id))
    return {name: getattr(row, name) for name in row.__slots__}


ROUTES = (
    Route("/api/dumps", show_all, methods=["GET"]),
    Route("/api/dumps", add, methods=["POST"]),
    Route("/api/sample", add_sample, methods=["POST"]),
    Route("/api/dumps/{id}", show, methods=["GET"]),
    Route("/api/dumps/{id}/file", download, methods=["GET"]),
    Route("/api/dumps/{id}/redacted", redacted, methods=["GET"]),
    Route("/api/dumps/{id}/html", report, methods=["GET"]),
    Route("/api/dumps/{id}/export/{form}", export, methods=["GET"]),
    Route("/api/dumps/{id}/secrets", secrets, methods=["POST"]),
    Route("/api/dumps/{id}", remove, methods=["DELETE"]),
)
