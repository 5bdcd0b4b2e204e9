"""Pictures can be read on a desktop and on a phone, enlarged, and printed with what is known."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from web.api import upload
from web.serving import Served

# The height of every text of the pictures, in pixels of the screen.
FONTS = """() => [...document.querySelectorAll("main svg")].map((svg) => {
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    return Math.min(...[...svg.querySelectorAll("text")].map(
        (text) => Number(text.getAttribute("font-size")) * scale));
})"""
# What a person sees of a table: how far its cells reach, and whether it is cut.
REACH = """() => Math.max(...[...document.querySelectorAll("main table *")].map(
    (node) => node.getBoundingClientRect().right))"""


@pytest.fixture(scope="module")
def dump(served: Served, sample: Path) -> str:
    with served.script() as script:
        return f"/dump/{upload(script, sample)}"


def opened(browser: Browser, served: Served, width: int, **settings: Any) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 844}, **settings)
    page = context.new_page()
    page.goto(served.entrance)
    return page


@pytest.fixture(params=[(1280, 12.0), (390, 10.5)], ids=["desktop", "phone"])
def sized(request: Any, browser: Browser, served: Served) -> Iterator[tuple[Page, float]]:
    width, least = request.param
    page = opened(browser, served, width, locale="de-DE")
    yield page, least
    page.context.close()


def test_labels_of_pictures_can_be_read(
    sized: tuple[Page, float], served: Served, dump: str
) -> None:
    page, least = sized
    for path in (dump, "/device?board=CB3S"):
        page.goto(served.url + path)
        fonts = page.evaluate(FONTS)
        assert fonts
        assert all(font >= least for font in fonts), (path, fonts)


def test_a_picture_is_enlarged_with_keys_and_buttons(page: Page, served: Served, dump: str) -> None:
    page.goto(served.url + dump)
    frame = page.get_by_role("region", name="Picture of the board")
    drawn = frame.locator("svg")

    def width() -> float:
        found: float = drawn.evaluate("(svg) => svg.getBoundingClientRect().width")
        return found

    before = width()
    frame.focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert width() == pytest.approx(before * 2, rel=0.05)
    left = frame.evaluate("(node) => node.scrollLeft")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "([node, left]) => node.scrollLeft > left", arg=[frame.element_handle(), left]
    )
    page.keyboard.press("0")
    assert width() == pytest.approx(before, rel=0.02)
    bar = page.get_by_role("group", name="Size of the picture").first
    expect(bar.get_by_role("button", name="Reduce")).to_be_disabled()
    bar.get_by_role("button", name="Enlarge").click()
    assert width() == pytest.approx(before * 1.5, rel=0.05)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1200


def test_the_table_of_pins_is_whole_on_a_phone(browser: Browser, served: Served, dump: str) -> None:
    page = opened(browser, served, 390, locale="de-DE")
    page.goto(served.url + dump)
    assert page.evaluate(REACH) <= 390
    row = page.locator("tr", has=page.get_by_role("rowheader", name="P26"))
    expect(row).to_contain_text("Relais 1")
    labels = row.locator("td").evaluate_all("(cells) => cells.map((cell) => cell.dataset.label)")
    assert labels == ["Pad", "Funktion", "Aktiv", "In OpenBeken", "Nachweis"]
    page.context.close()


def test_a_dump_prints_as_a_document(browser: Browser, served: Served, dump: str) -> None:
    """White, without anything that can only be clicked, and no table cut at the edge."""
    page = opened(browser, served, 700, color_scheme="dark")
    page.goto(served.url + dump)
    page.emulate_media(media="print", color_scheme="dark")
    for clicked in ("button", "nav", "select", "input", "footer", "a.button", ".tabs"):
        for found in page.locator(clicked).all():
            expect(found).to_be_hidden()
    colours = page.evaluate(
        "['background-color', 'color'].map((name) => "
        "getComputedStyle(document.body).getPropertyValue(name))"
    )
    assert colours == ["rgb(255, 255, 255)", "rgb(28, 35, 38)"]
    lid = page.locator("svg .bl-lid").first
    assert lid.evaluate("(node) => getComputedStyle(node).fill") == "rgb(207, 214, 221)"
    for known in ("Pins", "Flash"):
        expect(page.get_by_role("heading", name=known, exact=True)).to_be_visible()
    for scroller in page.locator(".scroll").all():
        assert scroller.evaluate("(node) => node.scrollWidth <= node.clientWidth + 1")
    assert page.pdf().startswith(b"%PDF")
    page.context.close()
