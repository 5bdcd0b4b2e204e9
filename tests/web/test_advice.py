"""What can be done about an error is said in the visitor's language and by the pages' own names."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from web.api import start, upload, virtual, wait_for
from web.serving import Served

GERMAN = {"accept-language": "de-DE"}
CHOOSE = "eine QIO-Datei von OpenBeken auswählen oder die neueste herunterladen lassen"


@pytest.fixture
def script(served: Served) -> Iterator[httpx.Client]:
    with served.script() as found:
        yield found


def failed_install(script: httpx.Client, sample: Path) -> str:
    """An install of something that is not OpenBeken."""
    dump = upload(script, sample)
    job = start(script, "install", port=virtual(script, dump), firmware=dump, rehearse=False)
    assert wait_for(script, job, "end")["state"] == "failed"
    return job


def test_a_refusal_advises_in_the_language_of_the_request(
    script: httpx.Client, tmp_path: Path
) -> None:
    file = tmp_path / "plug.txt"
    file.write_text("{rl1_pin:26,rl1_lv:1}")
    path = f"/api/dumps/{upload(script, file)}/export/esphome"
    hints = {script.get(path, headers=headers).json()["error"]["hint"] for headers in ({}, GERMAN)}
    assert hints == {"choose the chip", "den Chip auswählen"}


def test_a_job_that_failed_advises_in_every_language(script: httpx.Client, sample: Path) -> None:
    error = wait_for(script, failed_install(script, sample), "end")["error"]
    assert error["hint"] == error["hints"]["en"]
    assert error["hints"]["en"].startswith("choose a QIO file of OpenBeken")
    assert error["hints"]["de"] == CHOOSE


def test_a_doctor_advises_in_every_language(script: httpx.Client, sample: Path) -> None:
    port = virtual(script, upload(script, sample))
    result = wait_for(script, start(script, "doctor", port=port), "end")["result"]
    assert result["advice"] == result["hints"]["en"] == "make a backup next"
    assert result["hints"]["de"] == "als Nächstes eine Sicherung machen"


def test_a_page_shows_its_reader_the_advice(
    browser: Browser, served: Served, script: httpx.Client, sample: Path
) -> None:
    failed_install(script, sample)
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    page.goto(served.entrance)
    page.goto(f"{served.url}/device")
    expect(page.locator("[data-job-outcome]")).to_contain_text(f"Was Sie tun können: {CHOOSE}")
    context.close()
