"""The page of one file: what was found, or why nothing was."""

import json

from playwright.sync_api import expect

from web.api import start, wait_for
from web.gallery.files import broken, real
from web.gallery.studio import LONG, Stage
from web.open_files import KINDS, drop


def _show(stage: Stage, name: str, content: bytes) -> str:
    dump = str(drop(stage.script, f"{name}.bin", content)["dumps"][0]["id"])
    stage.page.goto(f"{stage.served.url}/dump/{dump}")
    stage.page.wait_for_timeout(400)
    _until_booted(stage)
    stage.keep(f"dump-{name}")
    return dump


def _until_booted(stage: Stage) -> None:
    """A dump that boots itself is waited for."""
    if stage.page.locator("[data-boot-itself]").count():
        outcome = stage.page.locator("[data-boot-outcome]")
        expect(outcome).to_be_visible(timeout=LONG)
        stage.page.wait_for_timeout(800)


def kinds(stage: Stage) -> None:
    """What can be opened besides dumps, and the sample with everything unfolded."""
    for name, content in KINDS.items():
        dump = _show(stage, name, content)
    for tab in stage.page.locator("[data-form]").all():
        tab.click()
        expect(stage.page.locator("[data-export-do]")).to_be_visible()
        stage.keep(f"dump-export-{tab.get_attribute('data-form')}")
    stage.go(f"/dump/{dump}")
    for details in stage.page.locator("main details").all():
        details.evaluate("(node) => { node.open = true; }")
    stage.page.locator("[data-reveal]").click()
    stage.page.wait_for_timeout(500)
    stage.keep("dump-all-open")


def damage(stage: Stage) -> None:
    """Dumps that lack something."""
    for name, content in broken().items():
        dump = _show(stage, name, content)
        at = f"/guide?step=understand&reached=understand&dump={dump}"
        stage.show(f"guide-understand-{name}", at)


def devices(stage: Stage) -> None:
    """Real dumps and images."""
    for name, content in real().items():
        _show(stage, name, content)


def booting(stage: Stage) -> None:
    """A dump while it boots, and after a boot without pins."""
    dump = drop(stage.script, "meter.bin", real()["no-pins"])["dumps"][0]["id"]
    stage.page.goto(f"{stage.served.url}/dump/{dump}")
    log = stage.page.locator("[data-boot-log]")
    expect(log).to_be_visible(timeout=LONG)
    stage.keep("dump-booting")
    wait_for(stage.script, _boot_of(stage), "end")
    stage.page.wait_for_timeout(2000)  # the page loads itself again
    stage.show("dump-booted-no-pins", f"/dump/{dump}")


def _boot_of(stage: Stage) -> str:
    jobs = json.loads(stage.script.get("/api/jobs").text)["jobs"]
    return str(next(job["id"] for job in jobs if job["kind"] == "boot"))


def sample_booted(stage: Stage) -> None:
    """The sample's log with the lines that gave its pins."""
    dump = stage.script.post("/api/sample").json()["dumps"][0]["id"]
    wait_for(stage.script, start(stage.script, "boot", dump=dump), "end")
    stage.show("dump-booted", f"/dump/{dump}")


def probing(stage: Stage) -> None:
    """Experiments while they run, with their result, and for a dump whose pins nothing names."""
    for name, content in (("plug", real()["lamp"]), ("meter", real()["no-pins"])):
        dump = drop(stage.script, f"{name}.bin", content)["dumps"][0]["id"]
        stage.go(f"/dump/{dump}")
        _until_booted(stage)
        stage.page.locator("[data-probe]").click()
        expect(stage.page.locator("[data-probe-seen] li").first).to_be_visible(timeout=LONG)
        stage.keep(f"dump-probing-{name}")
        expect(stage.page.locator("[data-probe-card][data-shown]")).to_be_visible(timeout=LONG)
        stage.keep(f"dump-probed-{name}")


SCENES = (kinds, damage, devices, booting, sample_booted, probing)
