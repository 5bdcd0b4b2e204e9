"""A browser that takes four pictures of each state: computer and phone, light and dark."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from playwright.sync_api import Browser, Page, Playwright, expect

from web.serving import Served, chromium, serving

WIDTHS = {"1280": (1280, 900), "390": (390, 844)}
SCHEMES = ("light", "dark")
LONG = 120_000


@dataclass(frozen=True)
class Studio:
    """Where pictures are taken.

    Args:
        browser: The browser.
        folder: Where the pictures go.
        language: Of the pages, ``"de"`` or ``"en"``.
        wanted: Patterns of names of states; a picture of any other is not kept.
    """

    browser: Browser
    folder: Path
    language: str
    wanted: tuple[str, ...]

    def keep(self, page: Page, name: str) -> None:
        """Take the four pictures of what a page shows now."""
        if not any(fnmatch(name, pattern) for pattern in self.wanted):
            return
        before = page.viewport_size
        for width, (across, down) in WIDTHS.items():
            page.set_viewport_size({"width": across, "height": down})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                page.evaluate("scrollTo(0, 0)")
                page.wait_for_timeout(150)
                path = self.folder / f"{name}.{self.language}.{width}.{scheme}.png"
                page.screenshot(path=path, full_page=True, animations="disabled")
        if before:
            page.set_viewport_size(before)

    def visitor(self, served: Served) -> Page:
        """Somebody who was let in, with nothing remembered."""
        context = self.browser.new_context(
            locale={"de": "de-DE", "en": "en-US"}[self.language],
            viewport={"width": 1280, "height": 900},
        )
        page = context.new_page()
        page.goto(served.entrance)
        return page


@dataclass(frozen=True)
class Stage:
    """A server of its own, a script that sets it up, and a visitor."""

    studio: Studio
    served: Served
    script: httpx.Client
    page: Page

    def go(self, path: str) -> None:
        """Open a page and wait until its scripts have run and its lists have come."""
        self.page.goto(self.served.url + path)
        self.page.wait_for_load_state("load")
        self.page.wait_for_timeout(500)

    def keep(self, name: str) -> None:
        """Take the pictures of what the page shows now."""
        self.studio.keep(self.page, name)

    def show(self, name: str, path: str) -> None:
        """Open a page and take its pictures."""
        self.go(path)
        self.keep(name)


@contextmanager
def staged(studio: Studio) -> Iterator[Stage]:
    """A stage with empty folders."""
    with TemporaryDirectory() as folder, serving(Path(folder)) as served:
        page = studio.visitor(served)
        with served.script() as script:
            yield Stage(studio, served, script, page)
        page.context.close()


def browser_of(playwright: Playwright) -> Browser:
    """The system's browser, without a screen."""
    expect.set_options(timeout=LONG)
    return playwright.chromium.launch(
        executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
    )
