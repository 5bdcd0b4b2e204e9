"""What pages say when the server has ended, is silent, was started again, or was slept through."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from web.api import start, virtual
from web.serving import TOKEN, Served, serving

Shoot = Callable[[Page, str], Path]
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
    browser: Browser, server: Restarting, shoot: Shoot
) -> None:
    """Until it is back with the same key: then the page goes on by itself."""
    page = visitor(browser, server.served)
    with server.served.script() as script:
        (dump,) = script.post("/api/sample").json()["dumps"]
        port = virtual(script, dump["id"], paced=True)
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
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("[data-trouble]")).to_contain_text("did not answer")
    shoot(page, "connection-lost")

    server.start()
    expect(page.locator(BAR)).to_contain_text("was started again")
    expect(page.locator("[data-job-outcome]")).to_contain_text("How this ended is not known")
    expect(page.locator("[data-job-state]")).to_have_text("unknown")
    expect(page.locator("[data-unfinished]")).to_contain_text("was cut off")
    assert page.evaluate("window.kept"), "the page was not loaded again"
    shoot(page, "connection-restarted")
    page.get_by_role("button", name="Reload this page").click()
    expect(page.locator(BAR)).to_be_hidden()
    assert job
    page.context.close()
    server.end()


@pytest.mark.parametrize("path", ["/", "/dump", "/bench", "/photo"])
def test_every_page_tells_of_another_key(browser: Browser, server: Restarting, path: str) -> None:
    page = visitor(browser, server.served, "de-DE")
    page.goto(server.served.url + path)
    server.end()
    expect(page.locator(BAR)).to_contain_text("nicht erreichbar")
    served = server.start("another-key")
    expect(page.locator(BAR)).to_contain_text("dessen Schlüssel nicht mehr gilt")
    # In another tab, the address with the new key is opened: this page may ask again.
    other = page.context.new_page()
    other.goto(f"{served.url}/?token=another-key")
    expect(page.locator(BAR)).to_contain_text("Die Verbindung steht wieder")
    page.context.close()
    server.end()
