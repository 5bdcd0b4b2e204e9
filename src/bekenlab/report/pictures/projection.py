"""From a board's millimetres to a photo's pixels: by four corners, or by two pads.

``web/static/projection.js`` is its equivalent in the browser; ``tests/web`` compares the two.
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
# Minimum sine of the turn at a corner. If three corners are almost in line, no chip is visible and
# the equations are ill-conditioned.
_LEAST_TURN = 0.01
_HINT = "click the corners in order around the chip, beginning at pin 1"


def from_corners(corners: Sequence[Point], size: Point) -> NDArray[np.float64]:
    """The homography from a chip's millimetres to pixels.

    Args:
        corners: The chip's four corners in the photo, pixels, y down: pin 1 first, then around the
            chip in either direction. A photo is never mirrored, so the order of the others is
            corrected.
        size: Width and height of the chip, mm.

    Returns:
        A 3 x 3 matrix whose last element is 1.

    Raises:
        BadValueError: The corners are not a convex quadrilateral, or too close together.
    """
    if min(np.hypot(*side) for side in _sides(corners)) < _LEAST_PIXELS:
        raise BadValueError("two corners are less than 8 pixels apart", hint=_HINT)
    turns = _turns(corners)
    if min(turns) < _LEAST_TURN and max(turns) > -_LEAST_TURN:
        raise BadValueError("the corners do not outline a chip", hint=_HINT)
    first, second, third, fourth = corners
    if turns[0] > 0:  # clockwise; pins are numbered counterclockwise
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
    """The similarity from a board's millimetres to pixels: translation, rotation and scale.

    Args:
        board: Two pads, mm, as seen from the face in the photo.
        photo: Their positions in the photo, pixels. It should be taken from straight above.

    Returns:
        A 3 x 3 matrix.

    Raises:
        BadValueError: The two positions are the same, on the board or in the photo.
    """
    there = complex(*board[1]) - complex(*board[0])
    here = complex(*photo[1]) - complex(*photo[0])
    if abs(there) == 0 or abs(here) < _LEAST_PIXELS:
        raise BadValueError("the two pads are the same", hint="choose two pads that are far apart")
    turn = here / there
    at = complex(*photo[0]) - turn * complex(*board[0])
    return np.array([[turn.real, -turn.imag, at.real], [turn.imag, turn.real, at.imag], [0, 0, 1]])


def project(matrix: NDArray[np.float64], points: Sequence[Point]) -> list[Point]:
    """Map points of a board to pixels of the photo."""
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
    """Sine of the outline's turn at each corner: all positive clockwise, negative otherwise.

    All corners must be different.
    """
    sides = _sides(corners)
    return [
        (a[0] * b[1] - a[1] * b[0]) / float(np.hypot(*a) * np.hypot(*b))
        for a, b in zip(sides, [*sides[1:], sides[0]], strict=True)
    ]
