"""Photos are read with care, and drawn over where the pins are."""

from __future__ import annotations

import base64
import io
import struct
import sys
import zlib
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bekenlab.errors import (
    CorruptInputError,
    FileAccessError,
    MissingExtraError,
    TooLargeError,
)
from bekenlab.jobs.pinout import find_board
from bekenlab.report.pictures.geometry import geometry_of
from bekenlab.report.pictures.overlay import Overlay, by_corners, label_text
from bekenlab.report.pictures.photo import load_photo, photo_png, photo_svg
from bekenlab.report.pictures.theme import paints
from photos import CORNERS, SIZE, photo_of_chip
from report.pictures.drawn import SVG, texts, tree, view_box

if TYPE_CHECKING:
    from pathlib import Path


def overlay() -> Overlay:
    return by_corners(geometry_of(find_board("BK7231N"), {}), CORNERS, SIZE)


def test_the_png_has_a_ring_in_the_right_colour_on_each_pin_that_is_needed() -> None:
    photo, places = photo_of_chip()
    drawn = Image.open(io.BytesIO(photo_png(photo, overlay())))
    assert drawn.size == photo.size
    for pin, kind in {"26": "serial", "27": "serial", "29": "log", "21": "reset"}.items():
        x, y = places[pin]
        colour = paints()[f"kind-{kind}"].light
        wanted = tuple(int(colour[n : n + 2], 16) for n in (1, 3, 5))
        assert drawn.getpixel((round(x), round(y))) == wanted
    assert photo.getpixel((5, 5)) == drawn.getpixel((5, 5))


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[n : n + 2], 16) for n in (1, 3, 5))


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """WCAG's contrast ratio of two colours, 1 to 21."""

    def luminance(colour: tuple[int, ...]) -> float:
        parts = [c / 255 for c in colour]
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_labels_in_the_png_can_be_read() -> None:
    """Each has its kind's colour as ground, and letters in one that stands out from it."""
    photo, _ = photo_of_chip()
    laid = overlay()
    drawn = Image.open(io.BytesIO(photo_png(photo, laid)))
    labelled = [tag for tag in laid.tags if tag.label]
    assert len(labelled) == 4
    for tag in labelled:
        assert tag.label
        x, y, width, height = tag.label
        # Inside its edge; the letters stand half a font from the left.
        box = (
            round(x + laid.font * 0.4),
            round(y) + 3,
            round(x + width) - 3,
            round(y + height) - 3,
        )
        pixels = drawn.crop(box).getcolors(1 << 16)
        shown = {colour: count for count, colour in pixels or []}
        ground = rgb(paints()[f"kind-{tag.mark.kind}"].light)
        letters = rgb(paints()[f"kind-{tag.mark.kind}-on"].light)
        assert max(shown, key=lambda colour: shown[colour]) == ground
        assert contrast(ground, letters) >= 4.5
        least = len(label_text(tag.mark).replace(" ", "")) * 4
        assert shown.get(letters, 0) >= least, "no letters to be seen"


def test_labels_in_the_svg_can_be_read() -> None:
    photo, _ = photo_of_chip()
    svg = tree(photo_svg(photo, overlay(), "BK7231N over a photo"))
    labels = 0
    for made in svg.iter(f"{SVG}g"):
        grounds = [box.attrib["fill"] for box in made.findall(f"{SVG}rect")]
        letters = [span.attrib["fill"] for span in made.findall(f"{SVG}text/{SVG}tspan")]
        if grounds:
            labels += 1
            assert len(grounds) == len(letters) == 1
            assert contrast(rgb(grounds[0]), rgb(letters[0])) >= 4.5
    assert labels == 4


def test_the_svg_holds_the_photo_and_the_labels() -> None:
    photo, places = photo_of_chip()
    svg = photo_svg(photo, overlay(), "BK7231N over a photo")
    assert view_box(svg) == SIZE
    [image] = tree(svg).iter(f"{SVG}image")
    head, _, packed = image.attrib["href"].partition(",")
    assert head == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(packed))).size == SIZE
    shown = {box.text for box in texts(svg)}
    assert shown == {"26  RX1 P10", "27  TX1 P11", "29  TX2 P0", "21  CEN"}
    rings = [(float(c.attrib["cx"]), float(c.attrib["cy"])) for c in tree(svg).iter(f"{SVG}circle")]
    for x, y in places.values():
        assert any(abs(cx - x) < 0.01 and abs(cy - y) < 0.01 for cx, cy in rings)


@pytest.mark.parametrize(
    ("form", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")]
)
def test_forms_that_are_read(form: str, name: str, tmp_path: Path) -> None:
    Image.new("RGB", (40, 30), "red").save(tmp_path / name, form)
    assert load_photo(tmp_path / name).size == (40, 30)


def test_a_photo_taken_upright_is_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees with the clock
    photo = Image.new("RGB", (40, 30), "blue")
    photo.paste("red", (0, 0, 10, 30))
    photo.save(tmp_path / "a.jpg", exif=exif, quality=100)
    found = load_photo(tmp_path / "a.jpg")
    assert found.size == (30, 40)
    red, _, blue = found.getpixel((15, 3))  # type: ignore[misc]
    assert red > 200 > blue


def test_a_transparent_or_grey_picture_becomes_colours(tmp_path: Path) -> None:
    for mode in ("RGBA", "L", "P", "I;16"):
        Image.new(mode, (20, 20)).save(tmp_path / "a.png")
        assert load_photo(tmp_path / "a.png").mode == "RGB"


def png_of(width: int, height: int) -> bytes:
    """The head of a PNG that says it is so large, with next to nothing behind."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" * 64))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + data + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "size", [(8001, 8000), (12_000, 9000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)]
)
def test_a_picture_that_would_fill_the_memory_is_refused_unread(
    size: tuple[int, int], tmp_path: Path
) -> None:
    (tmp_path / "bomb.png").write_bytes(png_of(*size))
    with pytest.raises(TooLargeError) as caught:
        load_photo(tmp_path / "bomb.png")
    assert "64,000,000 pixels" in caught.value.message


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate((50 << 20) + 1)
    with pytest.raises(TooLargeError):
        load_photo(tmp_path / "huge.jpg")


@pytest.mark.parametrize(
    "data",
    [b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"GIF89a" + bytes(40), b"%!PS-Adobe"],
)
def test_what_is_no_photo_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_bytes(data)
    with pytest.raises(CorruptInputError) as caught:
        load_photo(tmp_path / "x.jpg")
    assert "JPEG" in caught.value.hint


def test_a_cut_photo_is_refused(tmp_path: Path) -> None:
    whole = io.BytesIO()
    photo_of_chip()[0].save(whole, "JPEG")
    (tmp_path / "cut.jpg").write_bytes(whole.getvalue()[:4000])
    with pytest.raises(CorruptInputError):
        load_photo(tmp_path / "cut.jpg")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError):
        load_photo(tmp_path / "none.jpg")


def test_without_pillow_the_command_to_install_it_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingExtraError) as caught:
        load_photo(tmp_path / "a.jpg")
    assert "bekenlab[photo]" in caught.value.hint
