"""What the pages say of a job is so: what it has left behind, waits for, counts and advises."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from bekenlab.errors import DeclinedError
from bekenlab.samples import build_sample
from bekenlab.web.job import Job
from web.api import start, upload, virtual, wait_for
from web.serving import Served

LONG = 60_000
SECTOR = 4096
OUTCOME = "[data-job-outcome] .notice"
Work = Callable[[Job], dict[str, Any]]


@pytest.fixture
def script(served: Served) -> Iterator[httpx.Client]:
    with served.script() as found:
        yield found


@pytest.fixture
def port(script: httpx.Client, sample: Path) -> Iterator[str]:
    found = virtual(script, upload(script, sample))
    yield found
    for job in script.get("/api/jobs").json()["jobs"]:
        if job["port"] == found and job["state"] == "running":
            script.delete(f"/api/jobs/{job['id']}")
            wait_for(script, job["id"], "end")
    script.delete(f"/api/virtual/{found}")


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    other = bytearray(build_sample())
    other[0x150000 : 0x150000 + SECTOR] = b"\x5a" * SECTOR
    path = tmp_path / "changed.bin"
    path.write_bytes(other)
    return path


def telling(*events: str) -> Work:
    """A job that tells of the device's write, and then goes on until it is stopped."""

    def work(job: Job) -> dict[str, Any]:
        for event in events:
            job.emit(event, job="write")
        job.ask("wire")
        return {}

    return work


@pytest.mark.parametrize(
    ("kind", "events", "said"),
    [
        ("write", ["started"], "half written and may not start"),
        ("restore", ["started"], "half written and may not start"),
        ("install", ["started"], "half written and may not start"),
        ("install", ["started", "finished"], "written and compared before"),
        ("write", [], "Nothing was changed on the device"),
        ("install", [], "Nothing was changed on the device"),
        ("backup", [], "Resume the backup"),
        ("verify", [], "start it again at any time"),
    ],
)
def test_what_a_stopped_job_has_left_behind(
    page: Page,
    served: Served,
    script: httpx.Client,
    port: str,
    kind: str,
    events: list[str],
    said: str,
) -> None:
    job = served.context.manager.start(kind, telling(*events), title="x", port=port)
    wait_for(script, job.id, "question")
    job.cancel()
    wait_for(script, job.id, "end")
    page.goto(f"{served.url}/device?job={job.id}")
    expect(page.locator(OUTCOME)).to_contain_text(said)
    assert ("Nothing is lost" in page.locator(OUTCOME).inner_text()) == (kind == "backup")


def test_a_missing_backup_is_made_from_the_question(
    page: Page, served: Served, script: httpx.Client, port: str, changed: Path
) -> None:
    job = start(script, "write", port=port, dump=upload(script, changed))
    wait_for(script, job, "question")
    page.goto(f"{served.url}/device?job={job}")
    expect(page.locator("[data-action=backup]")).to_have_accessible_description(
        "A job on this port waits for your answer."
    )
    page.get_by_role("button", name="Back up first").click()
    outcome = page.locator(OUTCOME)
    expect(outcome).to_contain_text("Backed up", timeout=LONG)
    expect(outcome).to_contain_text("512: ")
    expect(outcome).not_to_contain_text("earlier run")
    assert wait_for(script, job, "end")["state"] == "declined"


def test_what_a_restore_would_lose_is_said_with_a_way_to_keep_it(
    page: Page, served: Served, script: httpx.Client, port: str, changed: Path
) -> None:
    kept = wait_for(script, start(script, "backup", port=port), "end")["result"]
    write = wait_for(
        script, start(script, "write", port=port, dump=upload(script, changed)), "question"
    )
    answer = {"number": write["question"]["number"], "answer": {"yes": True}}
    assert script.post(f"/api/jobs/{write['id']}/answer", json=answer).is_success
    wait_for(script, write["id"], "end")
    job = start(script, "restore", port=port, backup=kept["backup"])
    restore = wait_for(script, job, "question")
    plan = restore["question"]["plan"]
    same = [range(*span) for span in plan["same"]]
    assert plan["sectors_equal"] == sum(len(span) for span in same) // SECTOR
    assert not any(start in span for start, _, _ in plan["kept"] for span in same)
    assert plan["sectors_equal"] < 511, "what is kept is not counted as well"
    page.goto(f"{served.url}/device?job={restore['id']}")
    question = page.locator(".question")
    expect(question.locator("[data-slot=backup]")).to_have_text(
        "none: nothing holds the present content"
    )
    expect(question).to_contain_text("choose “Change nothing”, then back up")
    expect(question).not_to_contain_text("make another backup")


def test_a_lost_connection_is_no_running_job(
    page: Page, served: Served, script: httpx.Client, port: str
) -> None:
    job = served.context.manager.start("doctor", telling(), title="x", port=port)
    wait_for(script, job.id, "question")
    page.goto(f"{served.url}/device?job={job.id}")
    button = page.locator("[data-action=backup]")
    expect(button).to_have_accessible_description("A job on this port waits for your answer.")
    event = "new CustomEvent('connection', {detail: {name: 'lost', before: 'live'}})"
    lost = page.evaluate(
        "async () => (await import('/static/portlist.js')).whyBusy({job_waits: true}, false)"
    )
    assert lost == "The connection to bekenlab is lost."
    page.evaluate(f"document.dispatchEvent({event})")
    expect(button).to_be_disabled()


def test_a_stopped_backup_is_resumed_on_the_path(
    page: Page, served: Served, script: httpx.Client, port: str
) -> None:
    job = served.context.manager.start("backup", telling(), title="x", port=port)
    wait_for(script, job.id, "question")
    job.cancel()
    wait_for(script, job.id, "end")
    page.goto(f"{served.url}/guide?step=backup&port={port}&job={job.id}")
    expect(page.locator("[data-do] [data-primary]")).to_have_text("Resume the backup")


@pytest.mark.parametrize("passed", [True, False])
def test_steps_before_a_no_are_over(
    page: Page, served: Served, script: httpx.Client, port: str, *, passed: bool
) -> None:
    def work(job: Job) -> dict[str, Any]:
        job.emit("step", job="install", step="rehearse", title="x")
        job.ask("wire", rehearsal={"passed": passed})
        raise DeclinedError("no")

    job = served.context.manager.start("install", work, title="x", port=port)
    asked = wait_for(script, job.id, "question")
    job.answer(asked["question"]["number"], {"yes": False})
    wait_for(script, job.id, "end")
    page.goto(f"{served.url}/device?job={job.id}")
    expect(page.locator("[data-job-steps] > li")).to_have_class("over" if passed else "over doubt")


def test_a_device_that_does_not_start_is_said_first(
    page: Page, served: Served, script: httpx.Client, tmp_path: Path
) -> None:
    erased = bytearray(build_sample())
    erased[:0x11000] = b"\xff" * 0x11000
    (tmp_path / "erased.bin").write_bytes(erased)
    dump = upload(script, tmp_path / "erased.bin")
    page.goto(f"{served.url}/guide?step=understand&dump={dump}")
    grave = page.locator("[data-grave]").filter(has_text="the device does not start")
    expect(grave).to_contain_text("QIO file brings a boot loader")
    assert page.evaluate(
        "document.querySelector('[data-grave]').compareDocumentPosition("
        "document.getElementById('facts')) & Node.DOCUMENT_POSITION_FOLLOWING"
    )


def test_sentences_take_the_full_width(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/device")
    found = page.evaluate("""async () => {
      const { outcomeOf } = await import("/static/outcomes.js");
      const firmware = "OpenBK7231N 1.18.300";
      const result = { outcome: "started", firmware, rehearsal: { passed: true } };
      const made = outcomeOf({ kind: "install" }, result, () => {});
      document.querySelector("main").append(made);
      const prose = document.querySelector(".facts > .prose");
      return [prose.offsetWidth, prose.parentElement.offsetWidth,
        getComputedStyle(prose.querySelector("dd")).fontWeight,
        document.querySelectorAll(".facts > .prose").length];
    }""")
    assert found[0] == found[1]
    assert found[2:] == ["400", 1]
