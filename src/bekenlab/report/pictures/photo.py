"""Draws a board's pins over a photo, as PNG or SVG. Needs Pillow (``[photo]``)."""

from __future__ import annotations

import base64
import io
import warnings
from typing import TYPE_CHECKING

from bekenlab.errors import CorruptInputError, MissingExtraError, TooLargeError, file_access
from bekenlab.report.pictures.overlay import Overlay, Tag, label_text
from bekenlab.report.pictures.svg import Drawing, group, path, shape, words
from bekenlab.report.pictures.theme import paints

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

    from bekenlab.report.pictures.svg import Point

_MOST_BYTES = 50 << 20
_MOST_PIXELS = 64_000_000
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 88


def load_photo(path: Path) -> Image:
    """Read a photo, rotated according to its EXIF data.

    Raises:
        MissingExtraError: Pillow is not installed.
        FileAccessError: The file cannot be read.
        TooLargeError: More than 50 MB, or more than 64 million pixels.
        CorruptInputError: It is not a JPEG, PNG or WebP picture, or it is damaged.
    """
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise MissingExtraError(
            "photos need Pillow, which is not installed",
            hint="python -m pip install 'bekenlab[photo]'",
        ) from error
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= _MOST_BYTES else b""
    except OSError as error:
        raise file_access(path, "read", error) from error
    if size > _MOST_BYTES:
        raise TooLargeError(f"{path.name} has {size:,} bytes", hint="make the picture smaller")
    try:
        with warnings.catch_warnings():
            # Pillow only warns where this refuses.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=_FORMATS)
        if opened.width * opened.height > _MOST_PIXELS:
            raise _too_many_pixels(path)
        return ImageOps.exif_transpose(opened).convert("RGB")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_many_pixels(path) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise CorruptInputError(
            f"{path.name} is not a readable picture", hint="use a JPEG, PNG or WebP file"
        ) from error


def _too_many_pixels(path: Path) -> TooLargeError:
    return TooLargeError(
        f"{path.name} has more than {_MOST_PIXELS:,} pixels",
        hint="make the picture smaller: 4000 pixels per side are plenty",
    )


def photo_png(photo: Image, overlay: Overlay) -> bytes:
    """The photo with the pins drawn over it, as PNG."""
    from PIL import ImageDraw

    drawn = photo.copy()
    pen = ImageDraw.Draw(drawn)
    line = max(round(overlay.font / 9), 2)
    pen.line([*overlay.border, overlay.border[0]], fill="#ffffff", width=line)
    _dot(pen, overlay.border[0], overlay.font * 0.35, "#ffffff", "#000000", line)
    for tag in overlay.tags:
        _ring(pen, tag, overlay, line)
    for tag in overlay.tags:
        _label(pen, tag, overlay, line)
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


def photo_svg(photo: Image, overlay: Overlay, title: str) -> str:
    """The photo with the pins drawn over it, as one SVG file that embeds the photo."""
    packed = io.BytesIO()
    photo.save(packed, "JPEG", quality=_QUALITY)
    listed = "; ".join(label_text(tag.mark) for tag in overlay.tags if tag.label)
    drawing = Drawing(overlay.width, overlay.height, title, listed, scale=1)
    address = "data:image/jpeg;base64," + base64.b64encode(packed.getvalue()).decode("ascii")
    size = {"width": float(overlay.width), "height": float(overlay.height)}
    shape(drawing.root, "image", "", href=address, **size)
    line = max(overlay.font / 9, 2)
    path(drawing.root, "page-line", [*overlay.border, overlay.border[0]], line)
    first = overlay.border[0]
    shape(drawing.root, "circle", "page", cx=first[0], cy=first[1], r=overlay.font * 0.35)
    for tag in overlay.tags:
        made = group(drawing.root, f"{tag.mark.name}: {tag.mark.detail}" if tag.mark.detail else "")
        paint = f"kind-{tag.mark.kind}"
        if tag.label:
            path(made, f"{paint}-line", [tag.at, _near_end(tag)], line)
        radius = overlay.font * (0.32 if tag.label else 0.2)
        at = {"cx": tag.at[0], "cy": tag.at[1], "r": radius}
        shape(made, "circle", f"{paint} page-line", stroke_width=line / 2, **at)
        if tag.label:
            x, y, width, height = tag.label
            box = {"x": x, "y": y, "width": width, "height": height, "rx": overlay.font * 0.3}
            shape(made, "rect", paint, **box)
            text = [(label_text(tag.mark), f"{paint}-on strong")]
            words(made, (x + overlay.font / 2, y + overlay.font * 1.03), text, overlay.font)
    return drawing.text(standalone=True)


def _ring(pen: ImageDraw, tag: Tag, overlay: Overlay, line: int) -> None:
    colour = paints()[f"kind-{tag.mark.kind}"].light
    if tag.label:
        pen.line([tag.at, _near_end(tag)], fill="#ffffff", width=line + 2)
        pen.line([tag.at, _near_end(tag)], fill=colour, width=line)
    radius = overlay.font * (0.32 if tag.label else 0.2)
    _dot(pen, tag.at, radius, colour, "#ffffff", max(line // 2, 1))


def _label(pen: ImageDraw, tag: Tag, overlay: Overlay, line: int) -> None:
    from PIL import ImageFont

    if tag.label is None:
        return
    x, y, width, height = tag.label
    kind = f"kind-{tag.mark.kind}"
    box = (x, y, x + width, y + height)
    pen.rounded_rectangle(
        box,
        overlay.font * 0.3,
        fill=paints()[kind].light,
        outline="#ffffff",
        width=max(line // 2, 1),
    )
    pen.text(
        (x + overlay.font / 2, y + height / 2),
        label_text(tag.mark),
        fill=paints()[f"{kind}-on"].light,
        font=ImageFont.load_default(overlay.font),
        anchor="lm",
    )


def _dot(pen: ImageDraw, at: Point, radius: float, fill: str, edge: str, line: int) -> None:
    x, y = at
    box = (x - radius, y - radius, x + radius, y + radius)
    pen.ellipse(box, fill=fill, outline=edge, width=line)


def _near_end(tag: Tag) -> Point:
    """The point where the line from the pad meets its label."""
    x, y, width, height = tag.label or (0.0, 0.0, 0.0, 0.0)
    return (x + width if tag.left else x, y + height / 2)
