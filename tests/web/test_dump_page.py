"""The page of a dump, in a real browser."""

from pathlib import Path

from playwright.sync_api import Page, expect


def test_a_dropped_dump_shows_its_pins(page: Page, sample: Path) -> None:
    page.set_input_files("[data-files]", sample)
    page.wait_for_url("**/dump/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("plug.bin")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="P26"))
    expect(row).to_contain_text("Relay 1")
    expect(row).to_contain_text("Rel;1")
