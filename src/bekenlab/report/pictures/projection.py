"""From a board's millimetres to a photo's pixels: by four corners, or by two pads.

``web/static/projection.js`` is the same in the browser; ``tests/web`` holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bekenlab.errors import BadValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bekenlab.report.pictures.svg import Point

_LEAST_PIXELS = 8.0
# Sine of the smallest turn at a corner. With three corners all but in line there is no chip to
# see, and the equations have no exact answer.
_LEAST_TURN = 0.01
_HINT = "click the corners one after the other round the chip, the one at pin 1 first"


def from_corners(corners: Sequence[Point], size: Point) -> NDArray[np.float64]:
    """The homography that takes a chip's millimetres to pixels.

    Args:
        corners: The chip's four corners in the photo, pixels, y down: pin 1's first, then round the
            chip either way. A photo is never mirrored, so the order of the others is put right.
        size: Width and height of the chip, mm.

    Returns:
        A 3 x 3 matrix with 1 in its last place.

    Raises:
        BadValueError: The corners are no convex quadrangle, or too near together.
    """
    if min(np.hypot(*side) for side in _sides(corners)) < _LEAST_PIXELS:
        raise BadValueError("two corners are less than 8 pixels apart", hint=_HINT)
    turns = _turns(corners)
    if min(turns) < _LEAST_TURN and max(turns) > -_LEAST_TURN:
        raise BadValueError("the corners do not go round a chip", hint=_HINT)
    first, second, third, fourth = corners
    if turns[0] > 0:  # with the clock; pins count against it
        second, fourth = fourth, second
    width, height = size
    board = ((0.0, 0.0), (0.0, height), (width, height), (width, 0.0))
    rows, wanted = [], []
    for (x, y), (u, v) in zip(board, (first, second, third, fourth), strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
        wanted += [u, v]
    solved = np.linalg.solve(np.array(rows, float), np.array(wanted, float))
    return np.append(solved, 1.0).reshape(3, 3)


def from_pads(board: tuple[Point, Point], photo: tuple[Point, Point]) -> NDArray[np.float64]:
    """The similarity that takes a board's millimetres to pixels: moved, turned and scaled.

    Args:
        board: Two pads, mm, as seen from the face in the photo.
        photo: Where they are in the photo, pixels. It should be taken from straight above.

    Returns:
        A 3 x 3 matrix.

    Raises:
        BadValueError: The two places are the same, on the board or in the photo.
    """
    there = complex(*board[1]) - complex(*board[0])
    here = complex(*photo[1]) - complex(*photo[0])
    if abs(there) == 0 or abs(here) < _LEAST_PIXELS:
        raise BadValueError(
            "the two pads are one", hint="take two pads that are far from each other"
        )
    turn = here / there
    at = complex(*photo[0]) - turn * complex(*board[0])
    return np.array([[turn.real, -turn.imag, at.real], [turn.imag, turn.real, at.imag], [0, 0, 1]])


def project(matrix: NDArray[np.float64], points: Sequence[Point]) -> list[Point]:
    """Points of a board, in pixels of the photo."""
    if not points:
        return []
    spots = np.array([(x, y, 1.0) for x, y in points]) @ matrix.T
    return [(float(x / w), float(y / w)) for x, y, w in spots]


def _sides(corners: Sequence[Point]) -> list[Point]:
    return [
        (after[0] - here[0], after[1] - here[1])
        for here, after in zip(corners, [*corners[1:], corners[0]], strict=True)
    ]


def _turns(corners: Sequence[Point]) -> list[float]:
    """Sine of the border's turn at each corner: all positive clockwise, all negative the other way.

    No two corners may be the same.
    """
    sides = _sides(corners)
    return [
        (a[0] * b[1] - a[1] * b[0]) / float(np.hypot(*a) * np.hypot(*b))
        for a, b in zip(sides, [*sides[1:], sides[0]], strict=True)
    ]
