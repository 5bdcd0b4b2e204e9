"""Backups and writes that were cut off are listed, and can be finished or put back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Dialog, Page, expect

from bekenlab.flashing.journal import WriteJournal, WriteRecord
from web.api import start, upload, virtual, wait_for, wait_until_told
from web.pacing import full, pace
from web.serving import Served

Shoot = Callable[[Page, str], None]
LONG = 60_000


@pytest.fixture(autouse=True)
def nothing_is_left(served: Served) -> None:
    for folder in (served.folder / "backups", served.folder / "state" / "writes"):
        for path in folder.glob("*"):
            path.unlink()


def unfinished(script: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = script.get("/api/unfinished").json()["unfinished"]
    return found


def full_file(folder: Path) -> Path:
    """Firmware that takes a while to read or write."""
    path = folder / "full.bin"
    path.write_bytes(full())
    return path


def cut_off_a_write(served: Served, script: httpx.Client, sample: Path, folder: Path) -> None:
    """Stop a write to a virtual device halfway."""
    port = virtual(script, upload(script, sample))
    assert wait_for(script, start(script, "backup", port=port), "end")["state"] == "done"
    pace(served, port, paced=True)
    job = start(script, "write", port=port, dump=upload(script, full_file(folder)))
    question = wait_for(script, job, "question")["question"]
    said = {"number": question["number"], "answer": {"yes": True}}
    script.post(f"/api/jobs/{job}/answer", json=said)
    wait_until_told(script, job, "progress", phase="write")
    assert unfinished(script) == [], "a write that is at work is not cut off"
    script.delete(f"/api/jobs/{job}")
    assert wait_for(script, job, "end")["state"] == "cancelled"
    pace(served, port, paced=False)


def test_a_write_that_was_cut_off_is_put_back(
    page: Page, served: Served, sample: Path, tmp_path: Path, shoot: Shoot
) -> None:
    with served.script() as script:
        cut_off_a_write(served, script, sample, tmp_path)
        (found,) = unfinished(script)
    assert (found["kind"], found["name"], found["chip"]) == ("write", "full.bin", "BK7231N")
    assert found["backup"]
    page.goto(f"{served.url}/device")
    card = page.locator("[data-unfinished]")
    expect(card).to_contain_text("full.bin")
    expect(card).to_contain_text("half written")
    expect(card.get_by_role("button", name="Put the backup back")).to_be_enabled()
    shoot(page, "unfinished-write")
    card.get_by_role("button", name="Write it again").click()
    expect(page.locator("#write-file")).to_be_focused()
    expect(page.locator("#write-file option:checked")).to_have_text("full.bin")
    card.get_by_role("button", name="Put the backup back").click()
    page.locator(".question").get_by_role("button", name="Carry it out").click(timeout=LONG)
    outcome = page.locator("[data-job-outcome] .notice")
    expect(outcome).to_contain_text("Written and verified", timeout=LONG)
    expect(card).to_be_hidden()


def test_a_backup_that_was_cut_off_is_finished(page: Page, served: Served, tmp_path: Path) -> None:
    with served.script() as script:
        port = virtual(script, upload(script, full_file(tmp_path)), paced=True)
        job = start(script, "backup", port=port)
        wait_until_told(script, job, "progress")
        assert unfinished(script) == [], "a backup that is at work is not cut off"
        script.delete(f"/api/jobs/{job}")
        wait_for(script, job, "end")
        (found,) = unfinished(script)
    assert found["kind"] == "backup"
    assert 0 < found["done"] < found["size"] == 2 << 20
    pace(served, port, paced=False)
    page.goto(f"{served.url}/device")
    card = page.locator("[data-unfinished]")
    page.locator(f'input[value="{port}"]').check()
    card.get_by_role("button", name="Finish the backup").click()
    expect(page.locator("[data-job-said]")).to_contain_text("Resuming from", timeout=LONG)
    expect(page.locator("[data-job-outcome]")).to_contain_text("Backed up", timeout=LONG)
    expect(card).to_be_hidden()


def test_without_a_port_it_says_what_is_needed_and_it_can_be_discarded(
    page: Page, served: Served
) -> None:
    record = WriteRecord({"chip": "BK7231T"}, ((0, 4096),), {0: 1}, {}, None, title="app.rbl")
    WriteJournal(served.folder / "state").save(record, None)
    page.route("**/api/ports", lambda route: route.fulfill(json={"ports": []}))
    page.goto(f"{served.url}/device")
    card = page.locator("[data-unfinished]")
    expect(card).to_contain_text("app.rbl")
    expect(card.get_by_role("button", name="Put the backup back")).to_be_hidden()
    expect(card.get_by_role("button", name="Write it again")).to_be_disabled()
    expect(card).to_contain_text("choose its port")
    asked: list[str] = []

    def decline(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", decline)
    card.get_by_role("button", name="Discard").click()
    assert "app.rbl" in asked[0]
    expect(card).to_contain_text("app.rbl")
    page.once("dialog", lambda dialog: dialog.accept())
    card.get_by_role("button", name="Discard").click()
    expect(card).to_be_hidden()
    assert not list((served.folder / "state" / "writes").iterdir())


def test_odd_files_are_no_work_that_was_cut_off(served: Served) -> None:
    backups, writes = served.folder / "backups", served.folder / "state" / "writes"
    for folder in (backups, writes):
        folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(
        ["", "[]", "{}", '{"format":"bekenlab-backup","size":"x"}', "\0"]
    ):
        (backups / f"{number}.bin.journal").write_text(text, encoding="utf-8")
        (writes / f"{number}.json").write_text(text, encoding="utf-8")
    with served.script() as script:
        assert unfinished(script) == []
        assert script.delete("/api/unfinished/..%2Fx").status_code == 404
        assert script.delete("/api/unfinished/x").status_code == 404
