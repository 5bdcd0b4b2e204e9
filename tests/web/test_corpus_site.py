"""The site of a corpus in a browser, opened from its folder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.report.corpus_site import site_files
from report.test_corpus_site import KNOWN
from web.accessibility import violations

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser


def test_devices_are_searched_without_a_server(browser: Browser, tmp_path: Path) -> None:
    lamp = replace(KNOWN, id="ba9876543210", firmware="lamp", module="CB3S", layout="6=PWM;1")
    for path, content in site_files([KNOWN, lamp], "Known devices"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    # What checks accessibility is a script, which the page itself does not allow.
    context = browser.new_context(bypass_csp=True)
    checked = context.new_page()
    checked.goto((tmp_path / "index.html").as_uri())
    assert violations(checked) == []
    context.close()
    context = browser.new_context()
    page = context.new_page()
    wanted: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: wanted.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((tmp_path / "index.html").as_uri())
    assert page.inner_text("#count") == "2 of 2 kinds of devices"
    for query, ids in (("26=rel", [KNOWN.id]), ("6=pwm", [lamp.id]), ("6=rel", []), ("cb", 2)):
        page.fill("#query", query)
        links = [link.get_attribute("href") for link in page.query_selector_all("#found a")]
        if isinstance(ids, int):
            assert len(links) == ids
        else:
            assert links == [f"devices/{each}.html" for each in ids]
    page.fill("#query", "script")
    page.click("#found a")
    assert page.inner_text("h1") == "</script><b> on CB2S"
    page.go_back()
    assert page.input_value("#query") == "script"
    assert page.inner_text("#count") == "1 of 2 kinds of devices"
    assert all(url.startswith("file:") for url in wanted)
    assert said == []
    context.close()
