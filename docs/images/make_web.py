"""Write the pictures of the pages again, from the sample device: python docs/images/make_web.py.

Needs Chromium, like the tests of the pages, whose server and browser these are, and for the page of
OpenBeken its image, like the tests with real firmware.
"""
# ruff: noqa: INP001  a script beside its result, no package

from __future__ import annotations

import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from air_devices import OBK_N, firmware  # noqa: E402  found by the line above
from bekenlab.jobs.run import Heard, RunOptions, run  # noqa: E402
from photos import CORNERS, SIZE, photo_of_chip  # noqa: E402  found by the line above
from web.serving import chromium, serving  # noqa: E402

WIDE = {"width": 1200, "height": 800}


def shoot(page: Page, name: str) -> None:
    """What is in the window, as it is."""
    page.screenshot(path=HERE / f"web-{name}.png")


def bench(page: Page) -> None:
    """The sample on the bench, its relay on, its LED lit, some seconds of edges behind it."""
    page.set_viewport_size({"width": 1040, "height": 960})
    page.wait_for_timeout(1500)
    page.locator('[data-part="P10"] button').click(delay=350)
    page.mouse.move(5, 5)
    page.wait_for_timeout(3000)
    page.locator('[data-part="P8"][data-on="true"]').wait_for()
    shoot(page, "bench")


def guide(page: Page, address: str) -> None:
    """The guided path with a virtual device, at the step that shows what it is."""
    page.set_viewport_size({"width": 1200, "height": 1120})
    page.goto(f"{address}/guide")
    page.get_by_text("No device at hand?").click()
    page.get_by_label("as slow as a real one").uncheck()
    page.get_by_role("button", name="Make it").click()
    for step in ("check", "backup", "understand"):
        page.locator("[data-do] [data-primary]").click()
        page.wait_for_url(f"**step={step}**")
    page.wait_for_timeout(500)
    shoot(page, "guide")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def openbeken(page: Page, folder: Path) -> None:
    """OpenBeken's own page in the virtual air, with a relay that is on; needs its image."""
    image, pins, stop = folder / "openbeken.bin", folder / "pins.json", threading.Event()
    image.write_bytes(firmware(OBK_N))
    pins.write_text('{"pins": {"26": "Rel;1", "10": "Btn;1", "8": "WifiLED_n;0"}}')
    joined, where = threading.Event(), [""]

    def listen(heard: Heard) -> None:
        if heard.kind == "page":
            where[0] = heard.text
        elif heard.kind == "joined":
            joined.set()

    def serve() -> None:
        options = RunOptions(network="ours")
        run(image, pins=pins, options=options, listen=listen, stopped=stop.is_set)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        joined.wait(120)
        page.set_viewport_size({"width": 640, "height": 760})
        page.goto(where[0] + "index")
        page.locator("input[type=submit]").first.click()
        page.wait_for_timeout(5000)
        shoot(page, "openbeken")
    finally:
        stop.set()
        thread.join()
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def photo(page: Page, address: str, folder: Path) -> None:
    """A chip in a photo that is drawn, with all pins labelled, one corner being dragged."""
    photo_of_chip()[0].save(folder / "board.png")
    page.set_viewport_size({"width": 1200, "height": 980})
    page.goto(f"{address}/photo")
    page.set_input_files("#file", folder / "board.png")
    page.check("#all")
    for number, place in enumerate(CORNERS):
        for axis, value in zip("xy", place, strict=True):
            page.fill(f"#point-{number}-{axis}", str(value))
    canvas = page.locator("#canvas")
    box = canvas.bounding_box() or {"x": 0.0, "y": 0.0, "width": 0.0, "height": 0.0}
    scale = box["width"] / SIZE[0]
    page.mouse.move(box["x"] + CORNERS[3][0] * scale, box["y"] + CORNERS[3][1] * scale)
    page.mouse.down()
    page.locator("#loupe").wait_for()
    shoot(page, "photo")
    page.mouse.up()


def main() -> None:
    """Visit the pages with the sample, as a user would."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as served,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport=WIDE, locale="en-US")  # type: ignore[arg-type]
        page.goto(served.entrance)
        shoot(page, "start")
        page.click("[data-sample]")
        page.wait_for_url("**/dump/*")
        shoot(page, "dump")
        guide(page, served.url)
        page.goto(f"{served.url}/device")
        page.get_by_text("No device at hand?").click()
        page.get_by_role("button", name="Make it").click()
        page.get_by_role("button", name="Back up").click()
        page.locator(".map .read").nth(300).wait_for(state="attached")
        page.locator("[data-job]").scroll_into_view_if_needed()
        shoot(page, "backup")
        page.goto(f"{served.url}/bench")
        page.click("[data-sample-chip]")
        page.wait_for_url("**/bench/*")
        bench(page)
        photo(page, served.url, Path(folder))
        openbeken(page, Path(folder))
        browser.close()


if __name__ == "__main__":
    main()
