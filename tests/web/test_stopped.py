"""What a page says of a job that was stopped or that waits, and what it then offers."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from web.api import start, upload, virtual, wait_for, wait_until_told
from web.serving import Served
from web.test_unfinished import full_file, pace

LONG = 60_000
OUTCOME = "[data-job-outcome]"


@pytest.fixture
def script(served: Served) -> Iterator[httpx.Client]:
    for folder in (served.folder / "backups", served.folder / "state" / "writes"):
        for path in folder.glob("*"):
            path.unlink()
    with served.script() as found:
        yield found


def stopped(script: httpx.Client, job: str) -> None:
    script.delete(f"/api/jobs/{job}")
    assert wait_for(script, job, "end")["state"] == "cancelled"


def show(page: Page, served: Served, port: str, job: str) -> None:
    page.goto(f"{served.url}/device?port={port}&job={job}")
    page.locator(f'input[value="{port}"]').check()


def test_a_write_that_was_stopped_has_left_half_of_it(
    page: Page, served: Served, script: httpx.Client, sample: Path, tmp_path: Path
) -> None:
    port = virtual(script, upload(script, sample))
    wait_for(script, start(script, "backup", port=port), "end")
    pace(served, port, paced=True)
    job = start(script, "write", port=port, dump=upload(script, full_file(tmp_path)))
    question = wait_for(script, job, "question")["question"]
    said = {"number": question["number"], "answer": {"yes": True}}
    script.post(f"/api/jobs/{job}/answer", json=said)
    wait_until_told(script, job, "progress", phase="write")
    stopped(script, job)
    pace(served, port, paced=False)
    show(page, served, port, job)
    expect(page.locator(OUTCOME)).to_contain_text("half written and may not start")
    expect(page.locator("main")).not_to_contain_text("Nothing is lost")


@pytest.mark.parametrize(
    ("kind", "told"),
    [("write", "the device is as it was"), ("backup", "resume where it stopped")],
)
def test_what_has_not_written_has_changed_nothing(
    page: Page,
    served: Served,
    script: httpx.Client,
    sample: Path,
    tmp_path: Path,
    kind: str,
    told: str,
) -> None:
    port = virtual(script, upload(script, full_file(tmp_path)), paced=True)
    if kind == "write":
        pace(served, port, paced=False)
        job = start(script, "write", port=port, dump=upload(script, sample))
        wait_for(script, job, "question")
    else:
        job = start(script, "backup", port=port)
        wait_until_told(script, job, "progress")
    stopped(script, job)
    show(page, served, port, job)
    expect(page.locator(OUTCOME)).to_contain_text(told)
    expect(page.locator(OUTCOME)).not_to_contain_text("half written")


def test_what_would_be_lost_can_be_backed_up_first(
    page: Page, served: Served, script: httpx.Client, sample: Path, tmp_path: Path
) -> None:
    """The advice to make a backup can be followed where it is given."""
    port = virtual(script, upload(script, sample))
    job = start(script, "write", port=port, dump=upload(script, full_file(tmp_path)))
    wait_for(script, job, "question")
    show(page, served, port, job)
    expect(page.locator("[data-doing]")).to_contain_text("A job waits for your answer below.")
    page.get_by_role("button", name="Back up first").click()
    expect(page.locator("[data-job-title]")).to_have_text("Back up")
    expect(page.locator(OUTCOME)).to_contain_text("Backed up", timeout=LONG)
    expect(page.locator("[data-doing]")).not_to_contain_text("A job waits for your answer")
    assert script.get(f"/api/jobs/{job}").json()["state"] == "declined"
