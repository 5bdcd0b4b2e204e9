"""Pictures and the HTML report as a real browser shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from analyses import real, sample
from bekenlab.chips import Module, modules, packages
from bekenlab.jobs.pinout import board_known
from bekenlab.pins import Source
from bekenlab.report.html import html_report
from bekenlab.report.pictures import (
    board_picture,
    flash_facts,
    flash_map,
    stylesheet,
    uses_of,
    wiring_picture,
)
from bekenlab.web.texts import texts
from web.accessibility import violations

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

KNOWN = [module for module in (*modules(), *packages()) if module.pads_known]

# Every text with the room the browser gives it, in pixels; and the picture's own.
_BOXES = """() => {
  const box = (node) => { const b = node.getBoundingClientRect();
    return [b.left, b.top, b.right, b.bottom]; };
  const svg = document.querySelector("svg");
  return { whole: box(svg), texts: [...svg.querySelectorAll("text")].map(
    (node) => [node.textContent, box(node)]) };
}"""


@pytest.fixture(scope="module")
def sheet(browser: Browser) -> Page:
    """An empty page 640 pixels wide."""
    return browser.new_page(viewport={"width": 640, "height": 900})


def show(sheet: Page, svg: str) -> dict[str, Any]:
    sheet.set_content(f"<style>body{{margin:0}}{stylesheet()}</style>{svg}")
    found: dict[str, Any] = sheet.evaluate(_BOXES)
    return found


def assert_texts_are_apart(found: dict[str, Any]) -> None:
    left, top, right, bottom = found["whole"]
    texts = found["texts"]
    assert texts
    for text, box in texts:
        assert left <= box[0] <= box[2] <= right, text
        assert top - 2 <= box[1] <= box[3] <= bottom, text
    for index, (one, a) in enumerate(texts):
        for other, b in texts[index + 1 :]:
            # The browser's box of a line has some room above and below the letters.
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] - 3 <= b[1] or b[3] - 3 <= a[1]
            assert apart, (one, other)


@pytest.mark.parametrize("module", KNOWN, ids=lambda module: module.key)
def test_no_text_covers_another_in_a_browser(module: Module, sheet: Page) -> None:
    svg = board_picture(module, uses_of(sample().pins), standalone=False)
    assert_texts_are_apart(show(sheet, svg))
    assert_texts_are_apart(show(sheet, wiring_picture(module, standalone=False)))


def test_the_flash_map_in_a_browser(sheet: Page) -> None:
    facts = flash_facts(sample())
    assert facts is not None
    assert_texts_are_apart(show(sheet, flash_map(facts, standalone=False)))


REAL = (
    "bk7231n-tuya-10gang-wallswitch-tuyamcu-3.1.28",
    "bk7231t-tuyaconfig-pc44ha",
    "bl2028n-dreo-dr-htf004s-fan-pai-053",
    "daybetter-flsl501115wifity-rgb-led-strip",
    "openbk7238-qio-1.18.300",
    "tuya-generic-ds-101jl-4-gang-smart-switch",
)


@pytest.mark.parametrize("language", ["en", "de"])
def test_labels_and_legends_of_real_dumps_are_apart(language: str, sheet: Page) -> None:
    t = texts(language)
    for name in REAL:
        analysis = real(name)
        found = board_known(analysis.module, analysis.chip.name)
        assert found is not None
        uses = uses_of(analysis.pins, t.picture_words, t.label)
        doubtful = analysis.tuya.source is Source.FIRMWARE_DEFAULT
        board = board_picture(
            found, uses, words_of=t.picture_words, standalone=False, doubtful=doubtful
        )
        assert_texts_are_apart(show(sheet, board))
        facts = flash_facts(analysis)
        assert facts is not None
        drawn = flash_map(facts, words_of=t.picture_words, standalone=False)
        assert_texts_are_apart(show(sheet, drawn))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1000])
def test_the_report_can_be_used_by_everybody(
    scheme: Any, width: int, browser: Browser, tmp_path: Path, shoot: Callable[[Page, str], None]
) -> None:
    (tmp_path / "report.html").write_text(html_report(sample()), encoding="utf-8")
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, offline=True
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto((tmp_path / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    shoot(page, f"report-{scheme}-{width}")
    context.close()
    assert complaints == []


def test_the_report_prints(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(html_report(sample()), encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "report.html").as_uri())
    page.emulate_media(media="print")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    assert page.pdf().startswith(b"%PDF")
    page.close()
