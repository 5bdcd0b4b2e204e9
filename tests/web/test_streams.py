"""One stream for all tabs of a browser, in a real browser and as a script sees it."""

import json
import time
from collections.abc import Iterator
from itertools import cycle, islice

import httpx
import pytest
from playwright.sync_api import Page, expect

from bekenlab.web.bundles import _MOST_WATCHED
from bekenlab.web.job import Job
from web.api import virtual
from web.serving import Served

TABS = 20
LONG = 30_000
CONNECTIONS = 6  # that a browser opens to one server


def messages(answer: httpx.Response) -> Iterator[dict[str, object]]:
    for line in answer.iter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def wait_for_job(served: Served, answers: dict[str, object]) -> Job:
    def wait(job: Job) -> dict[str, object]:
        job.emit("line", text="one", seconds=0.0)
        while not job.cancelled:
            job.ask("nothing")
        return answers

    return served.context.manager.start("wait", wait)


def test_twenty_tabs_are_at_work_at_the_same_time(page: Page, served: Served) -> None:
    """Each shows its chip or its job, and none waits for another one."""
    with served.script() as script:
        (dump,) = script.post("/api/sample").json()["dumps"]
        chip = script.post("/api/chips", json={"dump": dump["id"]}).json()["id"]
        virtual(script, dump["id"])
    paths = list(islice(cycle(["/", f"/bench/{chip}", "/dump"]), TABS))
    page.evaluate("paths => { for (const path of paths) open(path); }", paths)
    expected = paths.count(f"/bench/{chip}")
    while len(benches := [t for t in page.context.pages if "/bench/" in t.url]) < expected:
        page.wait_for_timeout(50)
    for tab in benches:
        expect(tab.locator("[data-log]")).to_contain_text("app_init finished", timeout=LONG)
    assert len(benches) > CONNECTIONS
    assert served.context.streams.open == 1
    # A page still loads, and what happens in one tab is seen in the others.
    page.goto(f"{served.url}/device")
    expect(page.get_by_role("radio").first).to_be_attached()
    benches[0].get_by_role("button", name="Pause").click()
    for tab in benches:
        expect(tab.locator("[data-state]")).to_have_text("paused")
    for tab in benches[1:]:
        tab.close()
    (session,) = served.context.chips.names().values()
    end = time.monotonic() + 10
    while len(session._watchers) > 1 and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert len(session._watchers) == 1, "closed tabs watch no longer"


def test_without_shared_workers_a_page_has_a_stream_of_its_own(page: Page, served: Served) -> None:
    page.context.add_init_script("delete window.SharedWorker")
    with served.script() as script:
        (dump,) = script.post("/api/sample").json()["dumps"]
        chip = script.post("/api/chips", json={"dump": dump["id"]}).json()["id"]
    page.goto(f"{served.url}/bench/{chip}")
    expect(page.locator("[data-log]")).to_contain_text("app_init finished")
    before = served.context.streams.open
    hide = """hidden => {
        Object.defineProperty(document, "hidden", { value: Boolean(hidden), configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, 1)
    end = time.monotonic() + 10
    while served.context.streams.open >= before and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert served.context.streams.open == before - 1
    page.evaluate(hide, 0)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-state]")).to_have_text("paused")


def test_a_stream_carries_what_is_chosen_and_goes_on_where_it_was(served: Served) -> None:
    job = wait_for_job(served, {})
    with served.script() as script, script.stream("GET", "/api/events") as answer:
        told = messages(answer)
        hello = next(told)
        assert hello["event"] == "hello"
        path = f"/api/events/{hello['stream']}"
        watch = {"key": "a", "job": job.id}
        assert script.post(path, json={"watch": [watch]}).status_code == 200
        first = next(told)
        assert (first["of"], first["told"]["text"]) == ("a", "one")  # type: ignore[index]
        assert next(told)["told"]["event"] == "question"  # type: ignore[index]
        again = {"key": "b", "job": job.id, "after": first["number"]}
        gone = {"key": "c", "job": "no-such-job"}
        script.post(path, json={"watch": [watch, again, gone]})
        seen = [next(told), next(told)]
        assert [(each["of"], each["told"]["event"]) for each in seen] == [  # type: ignore[index]
            ("b", "question"),
            ("c", "unknown"),
        ]
        script.post(path, json={"watch": [{**watch, "quiet": True}, again]})
        job.cancel()
        kinds = [(each["of"], each["told"]["event"]) for each in (next(told), next(told))]  # type: ignore[index]
        assert kinds == [("b", "answered"), ("b", "end")], "a hidden tab is sent nothing"
        script.post(path, json={"watch": [{**watch, "quiet": False}]})
        assert next(told)["of"] == "a"
    assert script_is_refused_after(served, path)


def script_is_refused_after(served: Served, path: str) -> bool:
    """Whether a stream that was closed is no longer known."""
    end = time.monotonic() + 10
    with served.script() as script:
        while time.monotonic() < end:
            if script.post(path, json={"watch": []}).status_code == 404:
                return True
            time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    "watch",
    [
        None,
        [1],
        [{"key": "a"}],
        [{"job": "x"}],
        [{"key": "a", "job": "x", "chip": "y"}],
        [{"key": "a", "job": 5}],
        [{"key": "a", "job": "x", "after": -1}],
        [{"key": "a", "job": "x", "after": True}],
        [{"key": "a" * 100, "job": "x"}],
        [{"key": f"{n}", "job": "x"} for n in range(_MOST_WATCHED + 1)],
    ],
    ids=lambda watch: str(watch)[:30],
)
def test_nonsense_is_refused(served: Served, watch: object) -> None:
    with served.script() as script, script.stream("GET", "/api/events") as answer:
        told = messages(answer)
        hello = next(told)
        refused = script.post(f"/api/events/{hello['stream']}", json={"watch": watch})
        assert refused.status_code in {400, 429}


def test_a_stream_counts_from_its_admission_until_it_ends(served: Served) -> None:
    """A browser that hangs up before the first message leaves nothing behind."""
    before = served.context.streams.open
    release = served.context.streams.admit()
    assert served.context.streams.open == before + 1
    release()
    for _ in range(5):
        with served.script() as script, script.stream("GET", "/api/events"):
            pass
    end = time.monotonic() + 10
    while served.context.streams.open > before and time.monotonic() < end:
        time.sleep(0.05)
    assert served.context.streams.open == before
