"""``/pictures``: SVG pictures for the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from bekenlab.jobs.pinout import find_board
from bekenlab.report.pictures import board_picture, stylesheet, wiring_picture
from bekenlab.web.pages import texts_for

if TYPE_CHECKING:
    from starlette.requests import Request

_SVG = "image/svg+xml"


async def style(request: Request) -> Response:
    """Style sheet of all pictures, for both themes."""
    del request
    return Response(stylesheet(switched=True), media_type="text/css")


async def wiring(request: Request) -> Response:
    """Draw how an adapter is wired to a board."""
    found = find_board(request.path_params["board"])
    words = texts_for(request).picture_words
    drawn = wiring_picture(found, words_of=words, standalone=False)
    return Response(drawn, media_type=_SVG)


async def board(request: Request) -> Response:
    """Draw the pads of a board."""
    found = find_board(request.path_params["board"])
    drawn = board_picture(found, {}, words_of=texts_for(request).picture_words, standalone=False)
    return Response(drawn, media_type=_SVG)


ROUTES = (
    Route("/pictures/style.css", style),
    Route("/pictures/wiring/{board}", wiring),
    Route("/pictures/board/{board}", board),
)
