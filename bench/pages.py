"""How soon the pages can be used, in a real browser on this computer.

    PYTHONPATH=src:tests python bench/pages.py [--rounds 5]

A page is *interactive* when its scripts have run: they are modules, which the browser runs before
it tells that the document is loaded. *Pins* are there when the pins of a dump of 2 MiB stand in the
table, counted from the moment its file is given to the page. Exits with 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import InputFile
from bekenlab.samples import SAMPLE_NAME, build_sample
from shared import dump
from web.serving import chromium, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser

    from web.serving import Served

REAL = "bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17"
FIRST_PAGE_BYTES = 150_000
INTERACTIVE = 1.0
PINS = 1.5


def first_page(browser: Browser, served: Served) -> tuple[float, int]:
    """Seconds until the first page is interactive, and bytes that were sent for it."""
    page = browser.new_context().new_page()
    page.goto(served.entrance)
    fresh = page.context.new_page()
    sizes: list[int] = []
    fresh.on("response", lambda response: sizes.append(len(response.body())))
    fresh.goto(served.url, wait_until="networkidle")
    timing = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
    seconds = float(fresh.evaluate(timing)) / 1000
    page.context.close()
    return seconds, sum(sizes)


def pins(browser: Browser, served: Served, path: Path) -> float:
    """Seconds from a file to its pins."""
    page = browser.new_context().new_page()
    page.goto(served.entrance)
    began = time.perf_counter()
    page.set_input_files("[data-files]", path)
    page.locator("tbody th", has_text="P").first.wait_for()
    seconds = time.perf_counter() - began
    page.context.close()
    return seconds


def alone_seconds(file: InputFile) -> float:
    """Seconds of the analysis by itself."""
    return analyze(file, boot=BootMode.NEVER).seconds


def median(rounds: int, measure: Callable[[], float]) -> float:
    """The median of several rounds; the first, which loads everything, is not counted."""
    measure()
    return statistics.median(measure() for _ in range(rounds))


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds: int = parser.parse_args().rounds
    missed = False
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as served,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        _, size = first_page(browser, served)
        seconds = median(rounds, lambda: first_page(browser, served)[0])
        print(f"first page: interactive after {seconds:.2f} s, {size:,} bytes")
        missed |= seconds > INTERACTIVE or size > FIRST_PAGE_BYTES
        for name, content in ((SAMPLE_NAME, build_sample()), (REAL, dump(REAL))):
            file = InputFile(name, Path(name), content)
            alone = median(rounds, partial(alone_seconds, file))
            path = Path(folder, name)
            path.write_bytes(content)
            shown = median(rounds, partial(pins, browser, served, path))
            print(f"{name}: pins after {shown:.2f} s, {shown / alone:.1f} times analyze() alone")
            missed |= shown > PINS
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
