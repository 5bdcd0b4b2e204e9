"""Pins by experiments, on the page of a dump."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from web.accessibility import violations
from web.api import start, upload, wait_for
from web.serving import Served

LONG = 240_000


@pytest.fixture
def script(served: Served) -> Iterator[httpx.Client]:
    with served.script() as found:
        yield found


def test_experiments_are_told_of_and_their_result_stays(
    page: Page, sample: Path, shoot: Callable[[Page, str], None]
) -> None:
    page.set_input_files("[data-files]", sample)
    page.wait_for_url("**/dump/*")
    card = page.locator("[data-probe-card]")
    card.get_by_role("button", name="Start the experiments").click()
    expect(card.locator("[data-probe-seen] li").first).to_be_visible(timeout=LONG)
    expect(card.get_by_role("button", name="Stop")).to_be_visible()
    expect(card.get_by_role("table")).to_be_visible(timeout=LONG)
    row = card.get_by_role("row").filter(has=page.get_by_role("rowheader", name="P26"))
    expect(row).to_contain_text("Relay 1")
    expect(row).to_contain_text("Rel;1 agrees")
    strip = card.get_by_role("img", name="press-short P10").first
    expect(strip).to_be_visible()
    assert "P10, driven by the experiment, changed 2 times" in (strip.text_content() or "")
    # What is stored is confirmed, not replaced.
    pins = page.get_by_role("table").first
    expect(pins.get_by_role("row").filter(has_text="P26")).to_contain_text("press-short P10")
    expect(pins.get_by_role("row").filter(has_text="P26")).to_contain_text("rl1_pin")
    assert violations(page, "serious", "moderate") == []
    page.set_viewport_size({"width": 390, "height": 800})
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    assert violations(page, "serious", "moderate") == []
    shoot(page, "probe")


def test_experiments_are_stopped_at_once(script: httpx.Client, sample: Path) -> None:
    dump = upload(script, sample)
    job = start(script, "probe", dump=dump)
    script.delete(f"/api/jobs/{job}")
    assert wait_for(script, job, "end")["state"] == "cancelled"
