"""A server that ended, came back, has another key, or is silent; a computer that slept."""

from contextlib import ExitStack

from playwright.sync_api import Route, expect

from bekenlab.samples import build_sample
from web.api import start
from web.gallery.device import made
from web.gallery.studio import Stage
from web.open_files import drop
from web.pacing import full
from web.serving import TOKEN, Served, serving

BAR = "#connection"


def _port(served: Served) -> int:
    return int(served.host.rpartition(":")[2])


def _hold(_route: Route) -> None:
    """A request that is never answered."""


def ended(stage: Stage) -> None:
    """The server ends during a backup, and is started again; then with another key."""
    folder = stage.served.folder / "own"
    with ExitStack() as first:
        served = first.enter_context(serving(folder))
        page = stage.studio.visitor(served)
        with served.script() as script:
            own = Stage(stage.studio, served, script, page)
            port = made(own, full(), paced=True)
            page.goto(f"{served.url}/device?port={port}")
            start(script, "backup", port=port)
        expect(page.locator("[data-job-progress]")).to_be_visible()
        jobs = page.context.new_page()
        jobs.goto(f"{served.url}/jobs")
        files = page.context.new_page()
        files.goto(f"{served.url}/dump")
    for tab, name in ((page, "device"), (jobs, "jobs"), (files, "files")):
        expect(tab.locator(BAR)).to_be_visible()
        stage.studio.keep(tab, f"lost-{name}")
    with serving(folder, at=_port(served), token=TOKEN):
        page.wait_for_timeout(4000)
        stage.studio.keep(page, "restarted-device")
        stage.studio.keep(jobs, "restarted-jobs")
    with serving(folder, at=_port(served), token="another-key"):  # noqa: S106
        page.wait_for_timeout(6000)
        stage.studio.keep(files, "other-key")
    page.context.close()


def own_clock(stage: Stage) -> None:
    """A server that is silent, and a computer that slept."""
    drop(stage.script, "plug.bin", build_sample())
    for name, minutes in (("silent", 0.25), ("asleep", 10)):
        context = stage.studio.browser.new_context(
            locale={"de": "de-DE", "en": "en-US"}[stage.studio.language],
            viewport={"width": 1280, "height": 900},
        )
        context.add_init_script("delete window.SharedWorker")
        page = context.new_page()
        page.clock.install()
        page.goto(stage.served.entrance)
        page.wait_for_timeout(1000)
        if name == "silent":
            page.route("**/api/events", _hold)
        page.clock.fast_forward(int(minutes * 60_000))
        expect(page.locator(BAR)).to_be_visible()
        stage.studio.keep(page, name)
        context.close()


SCENES = (ended, own_clock)
