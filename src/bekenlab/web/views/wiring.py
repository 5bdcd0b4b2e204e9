"""The wiring of a module, for the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from bekenlab.errors import UnsupportedError
from bekenlab.jobs.pinout import board_names, find_board
from bekenlab.report.pictures import wiring_notes, wiring_picture

if TYPE_CHECKING:
    from bekenlab.report.pictures import Words

USUAL_BOARD = "CB2S"


def wiring_view(asked: str, words: Words) -> dict[str, Any]:
    """What ``part_wiring.html`` and ``part_safety.html`` need.

    Args:
        asked: Name of the module; if it is not known, a usual one is shown.
        words: The texts of the picture.
    """
    try:
        board = find_board(asked or USUAL_BOARD)
    except UnsupportedError:
        board = find_board(USUAL_BOARD)
    drawn = wiring_picture(board, words_of=words, standalone=False)
    return {
        "board": board.name,
        "boards": board_names(),
        "wiring": Markup(drawn),  # noqa: S704  our own SVG; names are escaped in it
        "wiring_notes": wiring_notes(words),
    }
