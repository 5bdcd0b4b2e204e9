"""What tests of pages ask for: a server, a browser, a visitor, a picture."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from bekenlab.samples import build_sample
from web.serving import Served, chromium, serving

# The computer may be busy with other tests.
expect.set_options(timeout=15_000)

# A browser must not look around in the network, and there is no screen.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of its own for the tests of one file, with empty folders."""
    with serving(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a file: elsewhere its event loop would be in the way."""
    path = chromium()
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield found
        found.close()


def _ours(said: ConsoleMessage) -> bool:
    """Whether a complaint is about a page; what the server refuses is told to the user as well."""
    return "Failed to load resource" not in said.text or "/api/" not in said.location["url"]


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """A visitor who was let in. Whatever the page complains about fails the test."""
    context = browser.new_context(locale="en-US", viewport={"width": 1200, "height": 800})
    found = context.new_page()
    complaints: list[str] = []
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" and _ours(said) else None,
    )
    found.goto(served.entrance)
    yield found
    context.close()
    assert not complaints


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dump of the sample plug, as a file."""
    path = tmp_path_factory.mktemp("sample") / "plug.bin"
    path.write_bytes(build_sample())
    return path


@pytest.fixture(scope="session")
def shoot() -> Callable[[Page, str], None]:
    """Keeps a picture of a page, in the folder that BEKENLAB_SCREENSHOTS names; else does nothing.

    No test looks at the pictures, and without a graphics card one takes up to a second.
    """
    kept = os.environ.get("BEKENLAB_SCREENSHOTS")

    def keep(page: Page, name: str) -> None:
        if kept:
            page.evaluate("scrollTo(0, 0)")  # or what sticks to the top is drawn in the middle
            page.screenshot(path=Path(kept, f"{name}.png"), full_page=True)  # makes the folder

    return keep
