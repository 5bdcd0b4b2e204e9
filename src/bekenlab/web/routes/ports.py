"""``/api/ports``: ports and virtual devices to connect to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bekenlab.errors import NotFoundError, RefusedError
from bekenlab.report.chip_json import port_json
from bekenlab.web.body import json_object
from bekenlab.web.context import context_of
from bekenlab.web.failures import told
from bekenlab.web.tasks.parameters import Parameters

if TYPE_CHECKING:
    from starlette.requests import Request

    from bekenlab.web.context import AppContext
    from bekenlab.web.ports import Offer, VirtualDevice


async def show_all(request: Request) -> Response:
    """List ports of this computer, ports named in the terminal, and virtual devices."""
    context = context_of(request)
    offers = await run_in_threadpool(context.ports.offers)
    return JSONResponse({"ports": [_row(context, offer) for offer in offers]})


async def make_virtual(request: Request) -> Response:
    """Make a virtual device from a dump: ``{"dump": ID, "paced": true}``."""
    context = context_of(request)
    given = Parameters(await json_object(request))
    dump = context.uploads.get(given.text("dump"))
    paced = given.flag("paced")

    def make() -> VirtualDevice:
        return context.ports.make_virtual(
            dump.file.name, context.uploads.analysis(dump.id), paced=paced
        )

    device = await run_in_threadpool(make)
    return JSONResponse({"port": device.id}, 201)


async def remove(request: Request) -> Response:
    """Discard a virtual device."""
    context, name = context_of(request), request.path_params["id"]
    if context.manager.holder(name):
        raise RefusedError("a job is running on this device", hint="stop it first")
    context.ports.remove(name)
    return JSONResponse({"removed": True})


async def open_dump(request: Request) -> Response:
    """Open the current flash of a virtual device as if it had been dropped."""
    context = context_of(request)

    def put() -> list[dict[str, Any]]:
        device = context.ports.find(request.path_params["id"]).device
        if device is None:
            raise NotFoundError("this is not a virtual device")
        made = context.uploads.put(device.name, device.flash)
        return [{"id": dump.id, "name": dump.file.name} for dump in made]

    return JSONResponse({"dumps": await run_in_threadpool(put)}, 201)


def _row(context: AppContext, offer: Offer) -> dict[str, Any]:
    holder = context.manager.holder(offer.id)
    row: dict[str, Any] = {
        "id": offer.id,
        "job": holder.id if holder else None,
        "job_waits": holder is not None and holder.waits,
    }
    if offer.known is not None:
        return row | port_json(offer.known) | told(offer.known.fix)
    if offer.device is not None:
        device = offer.device
        facts = {
            "kind": "virtual",
            "name": device.name,
            "chip": device.chip,
            "paced": device.paced,
        }
        return row | facts
    return row | {"kind": "named", "name": offer.id}


ROUTES = (
    Route("/api/ports", show_all, methods=["GET"]),
    Route("/api/virtual", make_virtual, methods=["POST"]),
    Route("/api/virtual/{id}", remove, methods=["DELETE"]),
    Route("/api/virtual/{id}/dump", open_dump, methods=["POST"]),
)
