"""What is true of every page: for everybody, on a phone, in two languages and two themes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from web.accessibility import violations
from web.api import upload, virtual
from web.serving import Served

Shoot = Callable[[Page, str], None]
FIRST_PAGE = 150_000
MATTERS = ("moderate", "serious", "critical")


@pytest.fixture(scope="module")
def paths(served: Served, sample: Path) -> dict[str, str]:
    """Every page, with something on it."""
    with served.script() as script:
        dump = upload(script, sample)
        virtual(script, dump)
    return {
        "start": "/",
        "dumps": "/dump",
        "dump": f"/dump/{dump}",
        "device": "/device?board=CB3S",
        "chips": f"/bench?dump={dump}",
        "photo": f"/photo?dump={dump}",
        "jobs": "/jobs",
        "guide": "/guide",
        "understand": f"/guide?step=understand&dump={dump}",
        "install": "/guide?step=install&reached=install",
        "error": "/nowhere",
    }


PAGES = (
    "start",
    "guide",
    "understand",
    "install",
    "dumps",
    "dump",
    "device",
    "chips",
    "photo",
    "jobs",
    "error",
)


def visit(browser: Browser, served: Served, **settings: object) -> tuple[BrowserContext, Page]:
    context = browser.new_context(**settings)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(served.entrance)
    return context, page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_it(
    browser: Browser, served: Served, paths: dict[str, str], shoot: Shoot, name: str, scheme: str
) -> None:
    """Nothing that matters to axe-core, nothing wider than a phone."""
    phone = scheme == "dark"
    size = {"width": 375, "height": 750} if phone else {"width": 1200, "height": 800}
    language = "de-DE" if phone else "en-US"
    context, page = visit(browser, served, color_scheme=scheme, viewport=size, locale=language)
    page.goto(served.url + paths[name])
    if name == "device":
        expect(page.get_by_role("radio").first).to_be_attached()
    shoot(page, f"{name}-{scheme}")
    assert violations(page, *MATTERS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.locator("html").get_attribute("lang") == language[:2]
    context.close()


def choose_theme(page: Page, label: str, theme: str) -> None:
    """Choose as often as it takes: a choice applies once the page's script has run."""
    chosen = page.locator(f"html[data-theme={theme}]")
    for _ in range(100):
        page.get_by_label(label).select_option("auto")
        page.get_by_label(label).select_option(theme)
        page.wait_for_timeout(100)
        if chosen.count():
            return
    expect(chosen).to_be_attached()


def test_language_and_theme_can_be_chosen_and_stay(page: Page, served: Served) -> None:
    page.get_by_label("Language").select_option("de")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ein Tuya-Gerät befreien")
    choose_theme(page, "Darstellung", "dark")
    page.goto(f"{served.url}/device")
    expect(page.get_by_role("heading", level=1)).to_have_text("Gerät verbinden")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(map(int, ground.removeprefix("rgb(").removesuffix(")").split(","))) < 120


def test_the_switches_keep_what_the_page_is_about(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/device?board=WB3S&job=none")
    page.get_by_label("Language").select_option("de")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert page.url == f"{served.url}/device?board=WB3S&job=none"
    expect(page.locator("#board")).to_have_value("WB3S")


def test_a_page_can_be_walked_through_with_the_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "what has the focus can be seen"
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("[data-files]")).to_be_focused()


@pytest.mark.parametrize("name", ["start", "guide", "device"])
def test_a_page_is_light_and_asks_nobody_else(
    browser: Browser, served: Served, paths: dict[str, str], name: str
) -> None:
    context, page = visit(browser, served, locale="en-US")
    page.close()
    page = context.new_page()
    bodies: list[int] = []
    hosts: set[str] = set()

    def take(response: object) -> None:
        bodies.append(len(response.body()))  # type: ignore[attr-defined]
        hosts.add(response.url.split("/")[2])  # type: ignore[attr-defined]

    page.on("response", take)
    # Not until the network is idle: Playwright waits for the script of a shared worker for ever.
    page.goto(served.url + paths[name])
    page.wait_for_timeout(1000)
    assert hosts == {served.host}
    assert 0 < sum(bodies) < FIRST_PAGE
    context.close()


def test_without_the_key_there_is_only_a_closed_door(browser: Browser, served: Served) -> None:
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    page.goto(served.url)
    expect(page.get_by_role("heading")).to_have_text("Kein Zugriff")
    expect(page.locator("main")).to_contain_text("im Terminal")
    assert violations(page, *MATTERS) == []
    card = page.locator("main").bounding_box()
    assert card is not None
    assert card["height"] < 300, "as tall as what it says"
    context.close()


def test_a_virtual_device_is_told_from_a_real_one_without_colours(
    page: Page, served: Served, sample: Path
) -> None:
    ports = [
        {"id": "/dev/ttyUSB0", "name": "CH340", "kind": "adapter", "driver": "ch341"},
        {"id": "v1", "name": "plug.bin", "kind": "virtual", "chip": "BK7231N"},
    ]
    page.route("**/api/ports", lambda route: route.fulfill(json={"ports": ports}))
    page.goto(f"{served.url}/device")
    expect(page.locator(".port")).to_have_count(2)
    real, virtual = page.locator(".port").all()
    expect(real.locator(".badge")).to_have_text("adapter")
    expect(virtual.locator(".badge")).to_have_text("virtual device, no hardware")
    frame = "(node) => getComputedStyle(node).borderTopStyle"
    assert [real.evaluate(frame), virtual.evaluate(frame)] == ["solid", "dashed"]
