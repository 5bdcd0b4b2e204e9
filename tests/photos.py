"""Synthetic photos of a chip on a board: drawn with a known perspective."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from bekenlab.chips.outlines import Outline, outline_of
from bekenlab.jobs.pinout import find_board

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float]

SIZE = (1200, 900)
# Corners of the chip in the photo, pin 1's first and against the clock: turned, in perspective.
CORNERS: tuple[Point, ...] = ((455.0, 190.0), (300.0, 560.0), (715.0, 705.0), (840.0, 270.0))
_MM = 100  # pixels of the flat drawing for a millimetre
_EDGE = 2.0  # mm of board around the chip


def solve(source: Sequence[Point], target: Sequence[Point]) -> np.ndarray:
    """The homography by singular values: not the way the program does it."""
    rows = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows.append([-x, -y, -1, 0, 0, 0, u * x, u * y, u])
        rows.append([0, 0, 0, -x, -y, -1, v * x, v * y, v])
    _, _, vectors = np.linalg.svd(np.array(rows))
    matrix = vectors[-1].reshape(3, 3)
    scaled: np.ndarray = matrix / matrix[2, 2]
    return scaled


def flat(outline: Outline, scale: float = _MM) -> Image.Image:
    """A board seen from straight above: laminate, body, a dot at pin 1, silver pins."""
    size = outline.width + 2 * _EDGE, outline.height + 2 * _EDGE
    drawn = Image.new("RGB", (round(size[0] * scale), round(size[1] * scale)), "#1d5c3a")
    pen = ImageDraw.Draw(drawn)

    def box(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
        left, top = (x + _EDGE) * scale, (y + _EDGE) * scale
        return left, top, left + width * scale, top + height * scale

    pen.rectangle(box(0, 0, outline.width, outline.height), fill="#202326")
    for spot in outline.spots:
        at = (spot.x - spot.width / 2, spot.y - spot.height / 2)
        pen.rectangle(box(*at, spot.width, spot.height), fill="#d8dade")
    pen.ellipse(box(0.7, 0.7, 0.35, 0.35), fill="#f0f0f0")
    return drawn


def photo_of_chip(name: str = "BK7231N") -> tuple[Image.Image, dict[str, Point]]:
    """A photo in perspective, and where each pin is in it, pixels."""
    outline = outline_of(find_board(name))
    top = flat(outline)
    side = outline.width
    board = ((0.0, 0.0), (0.0, side), (side, side), (side, 0.0))
    matrix = solve(board, CORNERS)
    # Pillow wants the way back: from a pixel of the photo to one of the flat drawing.
    drawing = [((x + _EDGE) * _MM, (y + _EDGE) * _MM) for x, y in board]
    back = solve(CORNERS, drawing).ravel()[:8]
    photo = top.transform(
        SIZE,
        Image.Transform.PERSPECTIVE,
        tuple(back),
        Image.Resampling.BICUBIC,
        fillcolor="#143f28",
    )
    places = {}
    for spot in outline.spots:
        u, v, w = matrix @ np.array([spot.x, spot.y, 1.0])
        places[spot.name] = (float(u / w), float(v / w))
    return photo, places
