"""Pins over a photo, in a real browser: in the right place, and nothing leaves the page."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import expect

from bekenlab.jobs.pinout import find_board
from bekenlab.report.pictures.geometry import geometry_of
from bekenlab.report.pictures.layout import spread
from bekenlab.report.pictures.overlay import by_corners
from bekenlab.report.pictures.projection import from_corners, from_pads, project
from bekenlab.report.pictures.theme import paints
from photos import CORNERS, SIZE, flat, photo_of_chip
from web.accessibility import violations

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Request, Route

    from web.serving import Served

Point = tuple[float, float]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    photo_of_chip()[0].save(tmp_path / "board.png")
    return tmp_path / "board.png"


def click_at(
    page: Page, place: Point, drag_to: Point | None = None, *, let_go: bool = True
) -> None:
    """Click a place of the photo, in its own pixels."""
    canvas = page.locator("#canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    width, height = canvas.evaluate("(canvas) => [canvas.width, canvas.height]")
    assert box is not None
    scale = min(box["width"] / width, box["height"] / height)
    left = box["x"] + (box["width"] - width * scale) / 2
    top = box["y"] + (box["height"] - height * scale) / 2

    def on_screen(point: Point) -> Point:
        return left + point[0] * scale, top + point[1] * scale

    page.mouse.move(*on_screen(place))
    page.mouse.down()
    if drag_to:
        page.mouse.move(*on_screen(drag_to), steps=4)
    if let_go:
        page.mouse.up()


def type_in(page: Page, points: tuple[Point, ...] | list[Point]) -> None:
    for n, (x, y) in enumerate(points):
        page.fill(f"#point-{n}-x", f"{x}")
        page.fill(f"#point-{n}-y", f"{y}")


def pins_of(page: Page) -> dict[str, Point]:
    rows: list[list[str]] = page.locator("#pins tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [row.cells[0].textContent, row.cells[2].textContent])"
    )
    found = {}
    for name, place in rows:
        x, y = place.split(", ")
        found[name] = (float(x), float(y))
    return found


def open_page(page: Page, served: Served, photo: Path, board: str = "BK7231N") -> None:
    page.goto(f"{served.url}/photo")
    page.select_option("#board", board)
    page.set_input_files("#file", photo)
    expect(page.locator("#task")).to_contain_text("Click in the photo")


def test_clicked_corners_put_every_pin_within_two_pixels(
    page: Page, served: Served, photo: Path, shoot: Callable[[Page, str], None]
) -> None:
    _, places = photo_of_chip()
    open_page(page, served, photo)
    why = "First open a photo and mark every point."
    expect(page.locator("#save")).to_have_accessible_description(why)
    for n, corner in enumerate(CORNERS):
        # The corner that the sentence asks for is the one that is marked in the list.
        marked = page.locator("#points [aria-current=true] span").inner_text()
        expect(page.locator("#task")).to_have_text(f"Click in the photo: {marked}.")
        expect(page.locator("#points li").nth(n)).to_have_attribute("aria-current", "true")
        click_at(page, corner)
    expect(page.locator("#task")).to_contain_text("Done")
    expect(page.locator("#save-why")).to_be_hidden()
    found = pins_of(page)
    assert set(found) == set(places)
    for pin, place in places.items():
        assert math.dist(found[pin], place) <= 2, pin
    shoot(page, "photo")


def test_what_is_drawn_is_where_the_pins_are(page: Page, served: Served, photo: Path) -> None:
    _, places = photo_of_chip()
    open_page(page, served, photo)
    type_in(page, CORNERS)
    expect(page.locator("#save")).to_be_enabled()
    for pin, kind in {"26": "serial", "27": "serial", "29": "log", "21": "reset"}.items():
        x, y = places[pin]
        pixel = page.evaluate(
            "([x, y]) => [...document.getElementById('canvas').getContext('2d')"
            ".getImageData(x, y, 1, 1).data].slice(0, 3)",
            [round(x), round(y)],
        )
        colour = paints()[f"kind-{kind}"].light
        assert pixel == [int(colour[n : n + 2], 16) for n in (1, 3, 5)], pin


def test_a_point_can_be_dragged_and_moved_by_keys(page: Page, served: Served, photo: Path) -> None:
    open_page(page, served, photo)
    wrong = [(CORNERS[0][0] - 30, CORNERS[0][1] + 25), *CORNERS[1:]]
    type_in(page, wrong)
    before = pins_of(page)
    click_at(page, wrong[0], drag_to=CORNERS[0])
    after = pins_of(page)
    _, places = photo_of_chip()
    assert math.dist(before["1"], places["1"]) > 5
    assert math.dist(after["1"], places["1"]) <= 2
    page.focus("#canvas")
    at = float(page.input_value("#point-0-x"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert float(page.input_value("#point-0-x")) == pytest.approx(at + 11, abs=0.11)


def test_with_the_keyboard_one_corner_follows_the_other(
    page: Page, served: Served, photo: Path
) -> None:
    """Enter goes on; the place of a corner is guessed from those before it."""
    open_page(page, served, photo)
    page.focus("#canvas")
    page.keyboard.press("Enter")
    expect(page.locator("#task")).to_contain_text(
        "Corner at pin 1 (the dot): place it with the arrow keys"
    )
    for corner in ("Second corner", "Third corner", "Fourth corner"):
        page.keyboard.press("Enter")
        expect(page.locator("#task")).to_contain_text(corner)
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#task")).to_contain_text("Done")
    expect(page.locator("#save")).to_be_enabled()
    expect(page.locator("#canvas")).to_be_focused()
    at = [[float(page.input_value(f"#point-{n}-{axis}")) for axis in ("x", "y")] for n in range(4)]
    assert at[1][0] == at[0][0]
    assert at[1][1] > at[0][1]
    assert at[2][0] > at[1][0], "around the chip, so that it is not mirrored"
    assert at[3][1] < at[2][1]


def test_on_a_phone_the_task_is_beside_the_photo(
    browser: Browser, served: Served, photo: Path, shoot: Callable[[Page, str], None]
) -> None:
    context = browser.new_context(locale="de-DE", viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(served.entrance)
    page.goto(f"{served.url}/photo")
    page.set_input_files("#file", photo)
    expect(page.locator("#task")).to_contain_text("Klicken Sie in das Foto")
    task, canvas = page.locator("#task").bounding_box(), page.locator("#canvas").bounding_box()
    assert task is not None
    assert canvas is not None
    assert 0 <= canvas["y"] - (task["y"] + task["height"]) < 40
    assert canvas["height"] <= 0.6 * 800
    shoot(page, "photo-marking-phone")
    context.close()


def test_a_loupe_shows_what_is_under_the_pointer(
    page: Page, served: Served, photo: Path, shoot: Callable[[Page, str], None]
) -> None:
    open_page(page, served, photo)
    page.check("#all")
    type_in(page, CORNERS)
    loupe = page.locator("#loupe")
    expect(loupe).to_be_hidden()
    click_at(page, CORNERS[3], drag_to=CORNERS[3], let_go=False)
    expect(loupe).to_be_visible()
    # Its middle is the corner: outside is board, inside is chip.
    sides = loupe.evaluate(
        "(loupe) => [[150, 40], [40, 150]].map(([x, y]) => "
        "[...loupe.getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3))"
    )
    assert sides[0][1] > 60 > sides[1][1]
    shoot(page, "photo-loupe")
    page.mouse.up()
    expect(loupe).to_be_hidden()


def test_corners_that_make_no_sense_are_explained(page: Page, served: Served, photo: Path) -> None:
    open_page(page, served, photo)
    type_in(page, [CORNERS[0], CORNERS[2], CORNERS[1], CORNERS[3]])
    expect(page.locator("#task")).to_contain_text("do not outline a chip")
    expect(page.locator("#save")).to_be_disabled()
    assert pins_of(page) == {}
    page.click("#again")
    expect(page.locator("#task")).to_contain_text("Corner at pin 1")


def test_only_the_board_chosen_last_counts(page: Page, served: Served, photo: Path) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "CB3S" in route.request.url:
            held.append(route)
        else:
            route.continue_()

    page.route("**/api/boards/**", hold)
    open_page(page, served, photo)
    page.select_option("#board", "CB3S")
    expect(page.locator("#task")).to_have_text("")
    page.keyboard.press("ArrowLeft")
    page.select_option("#board", "CB2S")
    expect(page.locator("#pad-0 option")).to_have_count(9)  # of the back of a CB2S
    with page.expect_response("**/api/boards/CB3S*"):
        held[0].continue_()
    page.wait_for_timeout(100)
    expect(page.locator("#pad-0 option")).to_have_count(9)


def test_a_module_by_two_pads(page: Page, served: Served, tmp_path: Path) -> None:
    geometry = geometry_of(find_board("CB2S"), {})
    Image.new("RGB", (900, 700), "#204060").save(tmp_path / "module.jpg")
    open_page(page, served, tmp_path / "module.jpg", "CB2S")
    assert page.input_value("#face") == "back"  # where RX1 and TX1 are
    page.select_option("#pad-0", "1")
    page.select_option("#pad-1", "11")
    type_in(page, [(200, 500), (700, 500)])
    found = pins_of(page)
    wanted = by_pads_in_python({"1": (200, 500), "11": (700, 500)})
    assert found.keys() == {mark.name for mark in geometry.faces["back"]}  # type: ignore[index]
    for pin, place in wanted.items():
        assert math.dist(found[pin], place) <= 0.1
    page.select_option("#face", "front")
    expect(page.locator("#pad-0 option")).to_have_count(5)
    assert pins_of(page) == {}


def by_pads_in_python(pads: dict[str, Point]) -> dict[str, Point]:
    from bekenlab.report.pictures.overlay import by_pads

    overlay = by_pads(geometry_of(find_board("CB2S"), {}), pads, (900, 700))
    return {tag.mark.name: tag.at for tag in overlay.tags}


def test_the_photo_never_leaves_the_page(page: Page, served: Served, photo: Path) -> None:
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    open_page(page, served, photo)
    type_in(page, CORNERS)
    with page.expect_download() as download:
        page.click("#save")
    assert download.value.suggested_filename == "BK7231N-pins.png"
    for request in sent:
        assert request.method == "GET"
        assert request.post_data_buffer is None
        assert request.url.startswith((served.url, "blob:" + served.url)), request.url


def test_the_saved_picture_has_the_pins_and_no_handles(
    page: Page, served: Served, photo: Path, tmp_path: Path
) -> None:
    picture, places = photo_of_chip()
    open_page(page, served, photo)
    type_in(page, CORNERS)
    with page.expect_download() as download:
        page.click("#save")
    download.value.save_as(tmp_path / "saved.png")
    saved = Image.open(tmp_path / "saved.png").convert("RGB")
    assert saved.size == SIZE
    x, y = places["26"]
    colour = paints()["kind-serial"].light
    assert saved.getpixel((round(x), round(y))) == tuple(
        int(colour[n : n + 2], 16) for n in (1, 3, 5)
    )
    # Beside the second corner a handle would be: there the photo is as it was.
    beside = (round(CORNERS[1][0]) - 12, round(CORNERS[1][1]))
    assert saved.getpixel(beside) == picture.getpixel(beside)


def test_a_photo_taken_upright_is_upright(page: Page, served: Served, tmp_path: Path) -> None:
    photo, places = photo_of_chip()
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = photo.transpose(Image.Transpose.ROTATE_90)
    turned.save(tmp_path / "turned.jpg", exif=exif, quality=95)
    assert ImageOps.exif_transpose(Image.open(tmp_path / "turned.jpg")).size == SIZE
    open_page(page, served, tmp_path / "turned.jpg")
    size = page.locator("#canvas").evaluate("(canvas) => [canvas.width, canvas.height]")
    assert tuple(size) == SIZE
    type_in(page, CORNERS)
    found = pins_of(page)
    assert all(math.dist(found[pin], place) <= 2 for pin, place in places.items())


@pytest.mark.parametrize(
    ("name", "content"), [("x.png", b"no picture"), ("x.jpg", b"\xff\xd8\xff\xe0" + bytes(50))]
)
def test_what_is_no_photo_is_said_so(
    name: str, content: bytes, page: Page, served: Served, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    page.goto(f"{served.url}/photo")
    page.set_input_files("#file", tmp_path / name)
    expect(page.locator("#trouble")).to_contain_text("not a photo")
    expect(page.locator("#save")).to_be_disabled()


def test_a_huge_photo_is_made_smaller(page: Page, served: Served, tmp_path: Path) -> None:
    Image.new("RGB", (6000, 1500), "#204060").save(tmp_path / "wide.jpg")
    open_page(page, served, tmp_path / "wide.jpg")
    size = page.locator("#canvas").evaluate("(canvas) => [canvas.width, canvas.height]")
    assert size == [4096, 1024]


def test_the_pins_of_an_open_dump_are_labelled(
    page: Page, served: Served, sample: Path, tmp_path: Path
) -> None:
    with served.script() as script:
        answer = script.post("/api/dumps?name=plug.bin", content=sample.read_bytes())
        dump = answer.json()["dumps"][0]["id"]
        told = script.get(f"/api/boards/CB2S?dump={dump}").json()
    back = {mark["name"]: mark for mark in told["faces"]["back"]}
    assert back["11"]["text"] == "P26 Relay 1"
    assert back["11"]["used"] is True
    page.goto(f"{served.url}/photo?dump={dump}")
    assert page.input_value("#board") == "CB2S"
    expect(page.get_by_text("The functions of the pins come from plug.bin")).to_be_visible()


def test_the_api_names_boards_and_refuses_unknown_ones(served: Served) -> None:
    with served.script() as script:
        names = script.get("/api/boards").json()["boards"]
        assert {"CB2S", "BK7231N"} <= set(names)
        assert script.get("/api/boards/LSC%20LMA35").json()["width"] == 20.0
        refused = script.get("/api/boards/CB2Z")
        assert refused.status_code == 422
        assert refused.json()["error"]["code"] == "unsupported"
        assert "CB2S" in refused.json()["error"]["hint"]
        assert script.get("/api/boards/CB2S?dump=gone").status_code == 200


def test_both_languages_know_the_photo_page(
    browser: Browser, served: Served, shoot: Callable[[Page, str], None]
) -> None:
    context = browser.new_context(locale="de-DE", viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(served.entrance)
    page.goto(f"{served.url}/photo")
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcher Pin ist welcher?")
    expect(page.locator("#task")).to_have_text("Wählen Sie ein Foto.")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shoot(page, "photo-german-phone")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(scheme: Any, browser: Browser, served: Served, photo: Path) -> None:
    context = browser.new_context(locale="en-US", color_scheme=scheme)
    page = context.new_page()
    page.goto(served.entrance)
    open_page(page, served, photo)
    type_in(page, CORNERS)
    expect(page.locator("#task")).to_contain_text("Done")
    assert violations(page) == []
    context.close()


_SCRIPT = """async ([corners, size, pads, photo, points, wanted]) => {
  const { fromCorners, fromPads, project, spread } = await import("/static/projection.js");
  const one = fromCorners(corners, size), two = fromPads(pads, photo);
  return [points.map((p) => project(one, p)), points.map((p) => project(two, p)),
    spread(wanted, 17)];
}"""


def test_script_and_program_reckon_alike(page: Page) -> None:
    luck = random.Random(7)
    for _ in range(50):
        middle, angle = (luck.uniform(300, 3000), luck.uniform(300, 3000)), luck.uniform(0, 6.28)
        corners = [
            (
                middle[0] + luck.uniform(80, 250) * math.cos(angle + turn * math.pi / 2),
                middle[1] + luck.uniform(80, 250) * math.sin(angle + turn * math.pi / 2),
            )
            for turn in luck.choice([(0, 1, 2, 3), (3, 2, 1, 0)])
        ]
        size = (luck.uniform(2, 20), luck.uniform(2, 20))
        try:
            one = from_corners(corners, size)
        except Exception:  # noqa: BLE001, S112  a quadrangle with a dent
            continue
        pads = ((0.0, 1.0), (luck.uniform(3, 9), luck.uniform(3, 9)))
        two = from_pads(pads, (corners[0], corners[2]))
        points = [(luck.uniform(0, 20), luck.uniform(0, 20)) for _ in range(10)]
        wanted = sorted(luck.uniform(0, 200) for _ in range(8))
        found = page.evaluate(
            _SCRIPT, [corners, size, pads, [corners[0], corners[2]], points, wanted]
        )
        for script, program in zip(
            found[0] + found[1], project(one, points) + project(two, points), strict=True
        ):
            assert script == pytest.approx(program, rel=1e-9, abs=1e-6)
        assert found[2] == pytest.approx(spread(wanted))


def test_the_flat_drawing_has_the_pins_in_place() -> None:
    """The photo of the tests is made of it."""
    from bekenlab.chips.outlines import outline_of

    outline = outline_of(find_board("BK7231N"))
    drawn = flat(outline)
    assert drawn.size == (900, 900)
    assert by_corners(geometry_of(find_board("BK7231N"), {}), CORNERS, SIZE).tags


def test_the_photo_and_its_marks_stay_when_language_or_theme_change(
    page: Page, served: Served, photo: Path
) -> None:
    page.goto(f"{served.url}/photo")
    page.set_input_files("#file", photo)
    for corner in CORNERS:
        click_at(page, corner)
    expect(page.locator("#task")).to_have_text("Done. Drag a point to correct it.")
    page.get_by_label("Appearance").select_option("dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("#task")).to_have_text("Done. Drag a point to correct it.")
    before = page.locator("#point-2-x").input_value()
    page.get_by_label("Language").select_option("de")
    expect(page.locator("#task")).to_have_text(
        "Fertig. Punkte lassen sich durch Ziehen korrigieren."
    )
    expect(page.locator("#point-2-x")).to_have_value(before)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
