"""The page of a device on a port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from bekenlab.errors import UnsupportedError
from bekenlab.jobs.pinout import board_names, find_board
from bekenlab.report.pictures import wiring_notes, wiring_picture
from bekenlab.web.context import context_of
from bekenlab.web.pages import page, texts_for
from bekenlab.web.views.dump import Kind, newest_first

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_USUAL_BOARD = "CB2S"
_ACTIONS = ("doctor", "backup", "install", "write", "log", "look", "reboot")
_PANELS = ("install", "write")


async def show(request: Request) -> Response:
    """Show ports, wiring, and what can be done with a device on a port."""
    words = texts_for(request).picture_words
    asked = request.query_params.get("board", "")
    try:
        board = find_board(asked or _USUAL_BOARD)
    except UnsupportedError:
        board = find_board(_USUAL_BOARD)
    drawn = wiring_picture(board, words_of=words, standalone=False)
    rows = await run_in_threadpool(context_of(request).uploads.rows)
    return page(
        request,
        "device",
        board=board.name,
        board_chosen=bool(asked),
        boards=board_names(),
        wiring=Markup(drawn),  # noqa: S704  our own SVG; names are escaped in it
        wiring_notes=wiring_notes(words),
        actions=_ACTIONS,
        panels=_PANELS,
        runnable=[row for row in rows if row.runs],
        writable=[row for row in rows if row.bytes_of_flash],
        images=newest_first([row for row in rows if row.kind == Kind.IMAGE]),
        chosen_dump=request.query_params.get("dump", ""),
    )


ROUTES = (Route("/device", show),)
