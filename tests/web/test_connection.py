"""What pages say when the server has ended, is silent, was started again, or was slept through."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from web.accessibility import violations
from web.api import start, upload, virtual
from web.serving import TOKEN, Served, serving
from web.test_unfinished import full_file

Shoot = Callable[[Page, str], None]
BAR = "#connection"


class Restarting:
    """A server that can be ended and started again at the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = ExitStack()
        self.served: Served = self._stack.enter_context(serving(folder))
        self._port = int(self.served.host.rpartition(":")[2])

    def end(self) -> None:
        self._stack.close()

    def start(self, token: str = TOKEN) -> Served:
        self.served = self._stack.enter_context(serving(self.folder, at=self._port, token=token))
        return self.served


@pytest.fixture
def server(tmp_path: Path) -> "Restarting":
    return Restarting(tmp_path)


def visitor(browser: Browser, served: Served, language: str = "en-US") -> Page:
    context = browser.new_context(locale=language, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(served.entrance)
    return page


def test_an_ended_server_is_told_and_nothing_looks_empty(
    browser: Browser, server: Restarting, shoot: Shoot, tmp_path: Path
) -> None:
    """Until it is back with the same key: then the page goes on by itself."""
    page = visitor(browser, server.served)
    with server.served.script() as script:
        # So much that the backup cannot have ended before the server.
        port = virtual(script, upload(script, full_file(tmp_path)), paced=True)
        page.goto(f"{server.served.url}/device")
        expect(page.get_by_role("radio").last).to_be_attached()
        job = start(script, "backup", port=port)
    expect(page.locator("[data-job-state]")).to_have_text("running")
    expect(page.locator("[data-job-progress]")).to_be_visible()
    page.evaluate("window.kept = true")
    server.end()
    expect(page.locator(BAR)).to_contain_text("has not been reachable since")
    expect(page.locator("[data-job-state]")).to_have_text("unknown")
    expect(page.locator("[data-job-doubt]")).to_be_visible()
    expect(page.locator('[data-slot="pace"]')).to_be_hidden()
    page.wait_for_timeout(3500)  # the ports have been looked for meanwhile
    expect(page.get_by_role("radio").last).to_be_attached()
    expect(page.locator("[data-no-ports]")).to_be_hidden()
    page.get_by_text("No device at hand?").click()
    why = re.compile("has not been reachable since")
    expect(page.get_by_role("button", name="Make it")).to_be_disabled()
    expect(page.get_by_role("button", name="Make it")).to_have_accessible_description(why)
    shoot(page, "connection-lost")

    server.start()
    expect(page.locator(BAR)).to_contain_text("was started again")
    expect(page.locator("[data-job-outcome]")).to_contain_text("It is not known how this ended")
    expect(page.locator("[data-job-state]")).to_have_text("unknown")
    expect(page.locator("[data-unfinished]")).to_contain_text("was cut off")
    assert page.evaluate("window.kept"), "the page was not loaded again"
    shoot(page, "connection-restarted")
    page.get_by_role("button", name="Reload this page").click()
    expect(page.locator(BAR)).to_be_hidden()
    assert job
    page.context.close()
    server.end()


def test_every_page_tells_of_another_key(
    browser: Browser, server: Restarting, shoot: Shoot
) -> None:
    tabs = [visitor(browser, server.served, "de-DE")]
    for path in ("/dump", "/bench", "/photo", "/device"):
        tabs.append(tabs[0].context.new_page())
        tabs[-1].goto(server.served.url + path)
    server.end()
    for tab in tabs:
        expect(tab.locator(BAR)).to_contain_text("nicht erreichbar")
    for tab in tabs[:3]:  # nothing is offered that cannot work
        expect(tab.locator("[data-files]")).to_be_disabled()
        expect(tab.locator("[data-at-server]:enabled")).to_have_count(0)
    served = server.start("another-key")
    for tab in tabs:
        expect(tab.locator(BAR)).to_contain_text("dessen Schlüssel nicht mehr gilt")
        expect(tab.locator(f"{BAR} button:visible")).to_have_text(["Seite neu laden"])
    tabs[0].set_viewport_size({"width": 390, "height": 700})
    tabs[0].emulate_media(color_scheme="dark")
    shoot(tabs[0], "connection-key")
    # In another tab, the address with the new key is opened: these pages may ask again.
    other = tabs[0].context.new_page()
    other.goto(f"{served.url}/?token=another-key")
    for tab in tabs:
        expect(tab.locator(BAR)).to_contain_text("Die Verbindung steht wieder")
        expect(tab.locator("[data-at-server]:disabled")).to_have_count(0)
    assert violations(tabs[0]) == []
    tabs[0].context.close()
    server.end()


@pytest.fixture
def own_clock(browser: Browser, served: Served) -> Iterator[Page]:
    """A page whose stream is its own, with a clock that can be put forward."""
    context = browser.new_context(locale="en-US", viewport={"width": 390, "height": 800})
    context.add_init_script("delete window.SharedWorker")
    page = context.new_page()
    page.clock.install()
    page.goto(served.entrance)
    expect(page.locator(BAR)).to_be_hidden()
    end = time.monotonic() + 10
    while not served.context.streams.open and time.monotonic() < end:
        page.wait_for_timeout(50)
    yield page
    context.close()


def test_a_silent_server_is_told_until_it_speaks(own_clock: Page, shoot: Shoot) -> None:
    """One that was suspended takes connections and says nothing."""
    waiting: list[Route] = []
    own_clock.route("**/api/events", lambda route: waiting.append(route))
    own_clock.clock.fast_forward(15_000)
    expect(own_clock.locator(BAR)).to_contain_text("has not answered since")
    expect(own_clock.locator(BAR)).to_contain_text("Ctrl-Z")
    shoot(own_clock, "connection-silent")
    own_clock.unroute("**/api/events")
    own_clock.get_by_role("button", name="Try again").click()
    for route in waiting:
        route.continue_()
    expect(own_clock.locator(BAR)).to_be_hidden()


def test_a_sleep_is_told_once(own_clock: Page) -> None:
    own_clock.clock.fast_forward(600_000)
    expect(own_clock.locator(BAR)).to_contain_text("was asleep for 10 min")
    own_clock.get_by_role("button", name="Close").click()
    expect(own_clock.locator(BAR)).to_be_hidden()
    own_clock.reload()
    expect(own_clock.locator(BAR)).to_be_hidden()


def test_what_fails_is_told_on_every_page(page: Page, served: Served) -> None:
    """Also where nobody waits for it: a file that is gone, say."""
    with served.script() as script:
        (dump,) = script.post("/api/sample").json()["dumps"]
        page.goto(f"{served.url}/dump/{dump['id']}")
        script.delete(f"/api/dumps/{dump['id']}")
    page.get_by_role("button", name="Show hidden values").click()
    expect(page.locator("#failed")).to_contain_text("this file is no longer open")
    page.locator("#failed").get_by_role("button", name="Close").click()
    expect(page.locator("#failed")).to_be_hidden()


def test_ports_that_could_not_be_asked_for_are_not_none(page: Page, served: Served) -> None:
    broken = {"error": {"code": "internal", "message": "it broke", "hint": ""}}
    page.route("**/api/ports", lambda route: route.fulfill(status=500, json=broken))
    page.goto(f"{served.url}/device")
    expect(page.locator("[data-trouble]")).to_contain_text("it broke")
    expect(page.locator("[data-no-ports]")).to_be_hidden()
