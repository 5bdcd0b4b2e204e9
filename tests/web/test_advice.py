"""What can be done about an error is said in the visitor's language and by the pages' own names."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from shared import shared
from web.api import start, upload, virtual, wait_for
from web.serving import Served

GERMAN = {"accept-language": "de-DE"}
CHOOSE = "OpenBeken für BK7231N auswählen oder die neueste Version herunterladen lassen"


@pytest.fixture
def script(served: Served) -> Iterator[httpx.Client]:
    with served.script() as found:
        yield found


def failed_install(script: httpx.Client, sample: Path) -> str:
    """An install of OpenBeken for another chip, which shows when the device answers."""
    firmware = upload(script, shared("dumps", "openbk7231t-qio-1.18.300.bin.xz"))
    port = virtual(script, upload(script, sample))
    job = start(script, "install", port=port, firmware=firmware, rehearse=False)
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
    assert error["hints"]["en"].startswith("choose OpenBeken for BK7231N")
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


def test_what_is_no_openbeken_is_refused_before_there_is_a_job(
    script: httpx.Client, sample: Path
) -> None:
    dump = upload(script, sample)
    given = {"kind": "install", "port": virtual(script, dump), "firmware": dump}
    answer = script.post("/api/jobs", json=given, headers=GERMAN)
    assert answer.status_code == 400
    assert answer.json()["error"]["hint"].startswith("eine QIO-Datei von OpenBeken auswählen")
    assert not [
        job for job in script.get("/api/jobs").json()["jobs"] if job["port"] == given["port"]
    ]
