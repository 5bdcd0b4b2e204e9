"""Every button that cannot be used says why, and none can be used that must fail."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bekenlab.flashing.journal import WriteJournal, WriteRecord
from bekenlab.flashing.unfinished import unfinished
from bekenlab.samples import build_sample
from bekenlab.web.guide import STEPS
from bekenlab.web.job import Job
from live_chips import tiny
from machine_support import prints
from web.api import start, upload, virtual, wait_for
from web.serving import Served

Shoot = Callable[[Page, str], None]
LONG = 60_000
NEXT = "[data-do] [data-primary]"
BUSY = "A job on this port waits for your answer."
REASONLESS = """() => [...document.querySelectorAll("button:disabled")]
  .filter((button) => button.checkVisibility())
  .filter((button) => {
    const reason = document.getElementById(button.getAttribute("aria-describedby") ?? "");
    return !reason?.checkVisibility() || !reason.innerText.trim();
  })
  .map((button) => button.outerHTML)"""


@pytest.fixture(scope="module")
def visitor(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(served.entrance)
    yield page
    context.close()


@pytest.fixture(scope="module")
def dump(served: Served, sample: Path) -> str:
    with served.script() as script:
        return upload(script, sample)


@pytest.fixture
def free(served: Served, dump: str) -> Iterator[str]:
    """A virtual device on which nothing runs; its port."""
    with served.script() as script:
        port = virtual(script, dump)
        yield port
        script.delete(f"/api/virtual/{port}")


@pytest.fixture
def busy(served: Served, free: str) -> Iterator[Job]:
    """A job on a port that goes on until it is stopped."""
    job = served.context.manager.start("doctor", until_stopped, title="x", port=free)
    yield job
    job.cancel()
    with served.script() as script:
        wait_for(script, job.id, "end")


def until_stopped(job: Job) -> dict[str, Any]:
    job.ask("wire")  # ends when the job is stopped
    return {}


@pytest.fixture
def backup(served: Served, free: str) -> str:
    """A backup of the virtual device."""
    with served.script() as script:
        told = wait_for(script, start(script, "backup", port=free), "end")
    return str(told["result"]["backup"])


def without_ports(page: Page) -> None:
    page.route("**/api/ports", lambda route: route.fulfill(json={"ports": []}))


def all_say_why(page: Page) -> None:
    for _ in range(100):  # the list of ports is asked for every three seconds
        if not page.evaluate(REASONLESS):
            return
        page.wait_for_timeout(100)
    assert page.evaluate(REASONLESS) == []


@pytest.mark.parametrize("step", STEPS)
def test_without_a_port_the_path_offers_what_needs_none(
    visitor: Page, served: Served, dump: str, backup: str, step: str
) -> None:
    page = visitor
    without_ports(page)
    place = f"?step={step}&reached=runs&dump={dump}&backup={backup}"
    page.goto(f"{served.url}/guide{place}")
    waiting = {"wire", "check", "backup"}
    button = page.locator("[data-install] [type=submit]" if step == "install" else NEXT)
    if step in waiting | {"install"}:
        expect(button).to_be_disabled()
        expect(button).to_have_accessible_description("Choose a port first.")
    else:
        expect(button).to_be_enabled()
    all_say_why(page)
    page.unroute("**/api/ports")


def test_what_a_backup_found_can_be_seen_without_its_port(
    visitor: Page, served: Served, free: str, backup: str
) -> None:
    page = visitor
    page.goto(f"{served.url}/guide?step=backup&port={free}")
    expect(page.locator(NEXT)).to_have_text("See what was found")
    without_ports(page)
    page.reload()
    expect(page.locator("[data-no-port]")).to_be_visible()
    page.locator(NEXT).click()
    page.wait_for_url("**step=understand**")
    assert f"port={free}" in page.url, "it is known which port it was"
    page.unroute("**/api/ports")


@pytest.mark.parametrize("step", STEPS)
def test_at_a_port_in_use_the_path_says_so(
    visitor: Page, served: Served, dump: str, busy: Job, step: str
) -> None:
    page = visitor
    page.goto(f"{served.url}/guide?step={step}&reached=runs&dump={dump}&port={busy.port}")
    button = page.locator("[data-install] [type=submit]" if step == "install" else NEXT)
    if step in {"wire", "backup", "install"}:
        expect(button).to_be_disabled()
        expect(button).to_have_accessible_description(BUSY)
    all_say_why(page)


def test_single_tasks_say_why_they_have_to_wait(
    visitor: Page, served: Served, backup: str, busy: Job, shoot: Shoot
) -> None:
    assert backup
    record = WriteRecord({"chip": "BK7231T"}, ((0, 4096),), {0: 1}, {}, None, title="app.rbl")
    WriteJournal(served.folder / "state").save(record, None)
    page = visitor
    for port in (busy.port, ""):
        page.goto(f"{served.url}/device?job={busy.id}")
        if not port:
            without_ports(page)
            page.reload()
        for name in ("Compare", "Restore", "Write it again"):
            expect(page.get_by_role("button", name=name).first).to_be_disabled()
        if port:
            expect(page.locator("[data-action=backup]")).to_be_disabled()
        all_say_why(page)
        shoot(page, f"device-waits-{bool(port)}")
    page.unroute("**/api/ports")
    for each in unfinished(served.context.settings.places):
        each.discard()


def test_a_job_that_is_being_stopped_says_so(visitor: Page, served: Served, free: str) -> None:
    finish = threading.Event()

    def slow(job: Job) -> dict[str, Any]:
        finish.wait(60)
        job.raise_if_cancelled()
        return {}

    page = visitor
    job = served.context.manager.start("backup", slow, title="slow", port=free)
    page.goto(f"{served.url}/device?job={job.id}")
    page.locator("[data-job-stop]").click()
    expect(page.locator("[data-job-state]")).to_have_text("stopping …")
    all_say_why(page)
    page.reload()
    expect(page.locator("[data-job-stop]")).to_be_disabled()
    all_say_why(page)
    page.goto(f"{served.url}/jobs")
    expect(page.locator("[data-jobs] li").first).to_contain_text("stopping …")
    expect(page.locator("[data-jobs] [data-stop]").first).to_be_disabled()
    all_say_why(page)
    finish.set()
    expect(page.locator("[data-jobs] li").first).to_contain_text("stopped")


def test_what_follows_a_job_is_not_offered_without_its_port(
    visitor: Page, served: Served, free: str
) -> None:
    page = visitor
    with served.script() as script:
        job = start(script, "doctor", port=free)
        wait_for(script, job, "end")
    page.goto(f"{served.url}/device?job={job}")
    again = page.locator("[data-job-outcome] [data-next] button")
    expect(again).to_be_enabled()
    without_ports(page)
    expect(again).to_be_disabled()
    all_say_why(page)
    page.unroute("**/api/ports")


def test_a_reason_against_a_plan_is_answered_in_one_way(
    visitor: Page, served: Served, free: str, backup: str, tmp_path: Path, shoot: Shoot
) -> None:
    assert backup
    page = visitor
    other = bytearray(build_sample())
    other[0x1D0000:0x1D1000] = bytes(range(256)) * 16  # its RF calibration
    (tmp_path / "other.bin").write_bytes(other)
    with served.script() as script:
        job = start(script, "write", port=free, dump=upload(script, tmp_path / "other.bin"))
        wait_for(script, job, "question")
    page.goto(f"{served.url}/device?job={job}")
    question = page.locator(".question")
    again = question.get_by_role("button", name="Make a new plan")
    expect(again).to_be_disabled()
    all_say_why(page)
    shoot(page, "plan-refused")
    row = question.locator("[data-refusals] li", has=page.get_by_label("keep the chip's own"))
    keep, force = row.get_by_label("keep the chip's own"), row.get_by_label("do it anyway")
    keep.check()
    expect(again).to_be_enabled()
    force.check()
    expect(keep).not_to_be_checked()
    keep.check()
    expect(force).not_to_be_checked()
    keep.uncheck()
    expect(again).to_be_disabled()
    keep.check()
    again.click()
    expect(question.get_by_role("button", name="Carry it out")).to_be_visible(timeout=LONG)
    question.get_by_role("button", name="Change nothing").click()
    expect(page.locator("[data-job-outcome] .notice")).to_be_visible()


def test_pictures_photos_and_boots_say_why(visitor: Page, served: Served, dump: str) -> None:
    page = visitor
    page.goto(f"{served.url}/dump/{dump}")
    expect(page.get_by_role("button", name="Reduce").first).to_be_disabled()
    page.locator("[data-boot-on]").check()
    page.locator("[data-boot]").click()
    expect(page.locator("[data-boot]")).to_be_disabled()
    all_say_why(page)
    page.locator("[data-boot-stop]").click()
    expect(page.locator("[data-boot]")).to_be_enabled()
    page.goto(f"{served.url}/photo")
    expect(page.locator("#save")).to_be_disabled()
    all_say_why(page)


def test_a_bench_without_its_chip_offers_nothing(visitor: Page, served: Served) -> None:
    page = visitor
    name = served.context.chips.open(tiny(*prints(b"hello\n", 0xE7F000F0)))
    page.goto(f"{served.url}/bench/{name}")
    for button in ("Run", "Step"):
        expect(page.get_by_role("button", name=button)).to_be_disabled()
    all_say_why(page)
    served.context.chips.close_all()
    expect(page.get_by_role("alert").filter(has_text="no longer running")).to_be_visible()
    for button in ("Reset", "Send"):
        expect(page.get_by_role("button", name=button, exact=True)).to_be_disabled()
    all_say_why(page)


@pytest.mark.parametrize(
    "path", ["/", "/dump", "/device", "/bench", "/photo", "/jobs", "/guide", "/nowhere"]
)
def test_every_page_says_why(visitor: Page, served: Served, path: str) -> None:
    visitor.goto(served.url + path)
    expect(visitor.locator("h1")).to_be_visible()
    all_say_why(visitor)
