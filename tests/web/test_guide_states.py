"""What the guided path says of steps that were done, that failed, and of other devices."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from bekenlab.errors import RefusedError
from bekenlab.flashing.journal import WriteJournal, WriteRecord
from bekenlab.samples import build_sample
from bekenlab.web.job import Job
from shared import dump
from web.api import start, upload, virtual, wait_for
from web.open_files import drop
from web.serving import Served
from web.test_unfinished import cut_off_a_write

Shoot = Callable[[Page, str], None]
LONG = 60_000
TICKED = ".path li.done a"


@pytest.fixture(autouse=True)
def nothing_is_left(served: Served) -> None:
    for folder in (served.folder / "backups", served.folder / "state" / "writes"):
        for path in folder.glob("*"):
            path.unlink()


@pytest.fixture
def script(served: Served) -> Iterator[httpx.Client]:
    with served.script() as found:
        yield found


@pytest.fixture
def port(script: httpx.Client, sample: Path) -> str:
    return virtual(script, upload(script, sample))


def done(script: httpx.Client, kind: str, port: str, **parameters: Any) -> Any:
    """Do a job, and what it found."""
    told = wait_for(script, start(script, kind, port=port, **parameters), "end")
    assert told["state"] == "done"
    return told["result"]


def ticks(page: Page) -> list[str]:
    return page.locator(TICKED).all_inner_texts()


def test_what_was_done_on_the_path_stays_ticked(
    page: Page, served: Served, script: httpx.Client, port: str
) -> None:
    """Also when the port is gone, and the server has been started again and knows of no job."""
    done(script, "doctor", port)
    page.goto(f"{served.url}/guide?step=backup&port={port}")
    expect(page.locator(TICKED)).to_have_text(["Wire", "Check"])
    with page.expect_response("**/api/jobs"):
        page.get_by_role("button", name="Back up now").click()
    page.get_by_role("button", name="See what was found").click(timeout=LONG)
    page.wait_for_url("**step=understand**")
    script.delete(f"/api/virtual/{port}")
    expect(page.locator(TICKED)).to_have_text(["Wire", "Check", "Back up"])
    jobs = served.context.manager._jobs  # as after a restart of the server
    jobs.clear()
    page.reload()
    expect(page.locator(TICKED)).to_have_text(["Wire", "Check", "Back up"])
    page.get_by_role("button", name="Continue to the installation").click()
    page.wait_for_url("**step=install**")
    expect(page.locator(TICKED)).to_have_text(["Wire", "Check", "Back up", "Understand"])


def test_whatever_got_an_answer_shows_that_it_is_wired(
    page: Page, served: Served, script: httpx.Client, port: str
) -> None:
    page.goto(f"{served.url}/guide?step=install&reached=install&port={port}")
    assert ticks(page) == [], "nothing was seen yet"
    kept = done(script, "backup", port)["backup"]
    page.goto(f"{served.url}/guide?step=install&reached=install&port={port}&backup={kept}")
    assert ticks(page) == ["Wire", "Check", "Back up"]


def test_a_tick_is_taken_back_when_the_opposite_was_seen(
    page: Page, served: Served, port: str
) -> None:
    manager = served.context.manager
    job = manager.start("doctor", lambda _: {"works": False, "checks": []}, port=port)
    while not job.ended:
        page.wait_for_timeout(10)
    page.goto(f"{served.url}/guide?step=backup&port={port}&done=wire.check.backup&backup=gone")
    assert ticks(page) == []


def test_an_install_that_failed_is_told_at_the_end_of_the_path(
    page: Page, served: Served, port: str, shoot: Shoot
) -> None:
    page.goto(f"{served.url}/guide?step=runs&reached=runs&port={port}")
    expect(page.get_by_role("button", name="To the installation")).to_be_visible()
    expect(page.locator("[data-history]")).to_be_hidden()  # there is none

    def fail(job: Job) -> dict[str, Any]:
        raise RefusedError("this install failed for the test")

    served.context.manager.start("install", fail, title="x", port=port)
    page.reload()
    expect(page.locator("[data-history] [data-job-outcome]")).to_contain_text("Refused")
    expect(page.locator("[data-history]")).to_have_attribute("open", "")
    shoot(page, "runs-failed")
    page.get_by_role("button", name="To the installation").click()
    page.wait_for_url("**step=install**")


def test_a_rehearsal_that_showed_something_else_is_not_ticked(
    page: Page, served: Served, port: str, shoot: Shoot
) -> None:
    network = {"tried": True, "joined": False, "page": False, "timed_out": False}
    rehearsal = {"passed": False, "pins": [], "network": network}

    def install(job: Job) -> dict[str, Any]:
        for inner, step in (("install", "rehearse"), ("rehearse", "boot"), ("rehearse", "join")):
            job.emit("step", job=inner, step=step, title=step)
        return {"rehearsal": rehearsal, "outcome": "unseen", "chip": None}

    served.context.manager.start("install", install, title="x", port=port)
    page.goto(f"{served.url}/guide?step=install&reached=install&port={port}")
    steps = page.locator("[data-job-steps]")
    expect(steps.locator("li.over:not(.doubt)")).to_have_text(["Start it there"])
    expect(steps.locator("ol li.doubt")).to_contain_text("join a virtual network")
    shoot(page, "rehearsal-doubt")


@pytest.mark.parametrize("step", ["check", "backup", "install"])
def test_what_was_cut_off_elsewhere_is_on_the_first_page_only(
    page: Page, served: Served, port: str, step: str
) -> None:
    record = WriteRecord({"chip": "BK7231T"}, ((0, 4096),), {0: 1}, {}, None, title="app.rbl")
    WriteJournal(served.folder / "state").save(record, None)
    page.goto(f"{served.url}/guide?step={step}&reached=install&port={port}")
    expect(page.locator("[data-on-port]")).to_be_visible()
    page.wait_for_timeout(300)  # until what was cut off was asked for
    expect(page.locator("[data-unfinished]")).to_be_hidden()
    page.goto(served.url)
    page.get_by_role("link", name="Writing app.rbl to a BK7231T was cut off").click()
    expect(page.locator("[data-unfinished]")).to_contain_text("app.rbl")


def test_what_was_cut_off_on_this_device_is_on_its_path(
    page: Page, served: Served, script: httpx.Client, sample: Path, tmp_path: Path, shoot: Shoot
) -> None:
    cut_off_a_write(served, script, sample, tmp_path)
    (found,) = script.get("/api/unfinished").json()["unfinished"]
    port = script.get("/api/jobs").json()["jobs"][0]["port"]
    card = page.locator("[data-unfinished]")
    # Its backup is that of the path.
    page.goto(f"{served.url}/guide?step=install&reached=install&backup={found['backup']}")
    expect(card).to_contain_text("full.bin")
    # The check has met the chip.
    page.goto(f"{served.url}/guide?step=check&port={port}")
    page.get_by_role("button", name="Check the connection").click()
    expect(card).to_contain_text("full.bin", timeout=LONG)
    shoot(page, "guide-unfinished")


def test_what_a_rehearsal_proved_is_told_of_the_job(
    page: Page, served: Served, port: str, shoot: Shoot
) -> None:
    """With the plan, and when the job has ended."""
    relays = [{"gpio": 26, "moved": True}, {"gpio": 8, "moved": False}]
    network = {"tried": True, "joined": True, "page": True, "timed_out": False}
    rehearsal = {"passed": True, "pins": [], "network": network | {"by_http": relays}}
    rehearsal["network"]["broker"] = False  # type: ignore[index]
    plan: dict[str, Any] = {
        **{name: [] for name in ("kept", "same", "write", "repair", "warnings", "refusals")},
        "titles": {},
        "title": "x",
        "sectors_to_write": [],
        "sectors_equal": 0,
        "bytes": 0,
        "backup": None,
        "size": 2 << 20,
        "seconds": 1,
    }

    def install(job: Job) -> dict[str, Any]:
        asked = {"pins": [], "wifi": "home", "firmware": "x", "device": "", "warnings": []}
        job.ask("install", plan=plan, rehearsal=rehearsal, **asked)
        return {"rehearsal": rehearsal, "outcome": "started", "chip": None, "backup": ""}

    served.context.manager.start("install", install, title="x", port=port)
    page.goto(f"{served.url}/device")
    page.locator(f'input[value="{port}"]').check()
    for place in (page.locator(".question"), page.locator("[data-job-outcome]")):
        expect(place).to_contain_text("and its page answered")
        expect(place).to_contain_text("Through its page, P26 could be switched there.")
        expect(place).to_contain_text("Through its page, P8 could not be switched there.")
        expect(place).to_contain_text("It did not connect to a broker of the name you gave.")
        shoot(page, f"rehearsal-{place.get_attribute('class') or 'outcome'}")
        for yes in place.locator("[data-yes]").all():
            yes.click()


@pytest.mark.parametrize(
    ("content", "press", "other"),
    [
        (None, "To the backup", True),
        (build_sample()[:0x180000], "Back up again", True),
        (build_sample(), "Continue to the installation", False),
    ],
)
def test_what_is_not_known_is_read_before_something_is_installed(
    page: Page, served: Served, script: httpx.Client, content: bytes | None, press: str, other: bool
) -> None:
    file = drop(script, "file.bin", content)["dumps"][0]["id"] if content else "closed"
    page.goto(f"{served.url}/guide?step=understand&dump={file}")
    expect(page.locator("[data-do] .primary")).to_have_text(press)
    on = page.get_by_role("button", name="Continue to the installation")
    expect(on).to_be_visible()
    assert ("primary" in (on.get_attribute("class") or "")) != other
    if other:
        page.locator("[data-do] .primary").click()
        page.wait_for_url("**step=backup**")


def test_an_image_is_chosen_where_it_is_installed(
    page: Page, served: Served, script: httpx.Client, port: str
) -> None:
    image = dump("openbk7231n-qio-1.18.300")
    for name in ("a.bin", "b.bin", "c.bin"):
        drop(script, name, image)
    (row,) = [row for row in script.get("/api/dumps").json()["dumps"] if row["name"] == "b.bin"]
    page.goto(f"{served.url}/dump/{row['id']}")
    page.get_by_role("link", name="Install this on a device").click()
    page.locator(f'input[value="{port}"]').check()
    page.get_by_role("button", name="Check the connection").click()
    page.wait_for_url("**step=check**")
    page.goto(page.url.replace("step=check", "step=install"))
    expect(page.locator("#install-file")).to_have_value(row["id"])
    script.delete("/api/dumps")
