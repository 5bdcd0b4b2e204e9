"""The page of a device on a port, and the guided path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from bekenlab.errors import NotFoundError
from bekenlab.report.dump_view import subject_view
from bekenlab.web.context import context_of
from bekenlab.web.guide import JOBS, PATH, STEPS, Position, job_of, steps, with_done
from bekenlab.web.pages import page, texts_for
from bekenlab.web.views.board import board_view
from bekenlab.web.views.dump import Kind, newest_first, read_again, why_no_pins
from bekenlab.web.views.wiring import wiring_view

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from bekenlab.web.context import AppContext
    from bekenlab.web.texts import Texts

SAFETY_COOKIE = "bekenlab-safety"
"""Set by a page when its safety notes have been read."""

_ACTIONS = ("doctor", "backup", "install", "write", "log", "look", "reboot")
_PANELS = ("install", "write")
# Sections of the catalogue that the scripts need at a step, where they are not those of a job.
_TEXTS = {"wire": ("device.connect", "device.kind"), "understand": ("device", "dump")}
_NOTHING_KNOWN = {"view": None, "row": None, "picture": None, "boots_itself": False, "again": False}
# Warnings that the device does not run as it is: said before anything else.
_GRAVE = ("no-boot-loader", "no-app", "keys-disagree")
_WITH_PINS = (Kind.DUMP, Kind.TEMPLATE, Kind.CONFIG, Kind.LOG, Kind.TEXT)


async def show(request: Request) -> Response:
    """Show ports, wiring, and what can be done with a device on a port."""
    asked = request.query_params.get("board", "")
    common = await run_in_threadpool(_common, request, asked)
    return page(
        request,
        "device",
        board_chosen=bool(asked),
        actions=_ACTIONS,
        panels=_PANELS,
        chosen_dump=request.query_params.get("dump", ""),
        chosen_image="",
        **common,
    )


async def guide(request: Request) -> Response:
    """Show one step of the guided path."""
    context = context_of(request)
    asked = Position.of(request.query_params)

    def values() -> dict[str, Any]:
        position, found = _understood(asked, context, texts_for(request))
        position = with_done(position, context)
        job = job_of(position, context)
        return {
            "guide": position,
            "steps": steps(position),
            "step_number": STEPS.index(position.step) + 1,
            "job": job.id if job else "",
            "job_kind": JOBS.get(position.step, ""),
            "begun": bool(request.query_params),
            "chosen_dump": position.dump,
            "chosen_image": position.image,
            "grave": _GRAVE,
            **found,
            **_common(request, position.board),
        }

    also = _TEXTS.get(asked.step, ("device",))
    return page(request, "guide", also=also, **await run_in_threadpool(values))


def _understood(
    position: Position, context: AppContext, t: Texts
) -> tuple[Position, dict[str, Any]]:
    """What the open file in the address says of the device; its module then is the board."""
    try:
        subject = context.uploads.subject(position.dump) if position.dump else None
    except NotFoundError:  # closed meanwhile
        subject = None
    if subject is None:
        return position, dict(_NOTHING_KNOWN)
    view = subject_view(subject)
    row = context.uploads.row(position.dump)
    on_module = view.board if view.on_module else ""
    found = {
        "view": view,
        "row": row,
        "no_pins": why_no_pins(view, row, booted=False),
        "again": read_again(view, subject.problem),
        "picture": board_view(subject, t.picture_words, t.label),
        "boots_itself": context.manager.latest("boot", position.dump) is None
        and context.uploads.would_boot(position.dump),
    }
    return position.with_board(position.board or on_module), found


def _common(request: Request, board: str) -> dict[str, Any]:
    rows = context_of(request).uploads.rows()
    return {
        **wiring_view(board, texts_for(request).picture_words),
        "safety_read": SAFETY_COOKIE in request.cookies,
        "runnable": [row for row in rows if row.runs],
        "writable": [row for row in rows if row.bytes_of_flash],
        "images": newest_first([row for row in rows if row.kind == Kind.IMAGE]),
        "pin_sources": [row for row in rows if row.kind in _WITH_PINS and row.pins],
    }


ROUTES = (Route("/device", show), Route(PATH, guide))
