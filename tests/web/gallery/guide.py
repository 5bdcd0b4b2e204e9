"""The guided path, step by step."""

from typing import Any

from playwright.sync_api import expect

from bekenlab.samples import build_sample
from bekenlab.web.job import State
from shared import dump
from web.api import start, wait_for
from web.gallery.device import IMAGE, OPENBEKEN, answered, made
from web.gallery.files import real
from web.gallery.studio import Stage
from web.open_files import drop
from web.pacing import full


def _show(stage: Stage, name: str, query: str, *, wait: int = 900) -> None:
    stage.page.goto(f"{stage.served.url}/guide?{query}")
    stage.page.wait_for_timeout(wait)
    stage.keep(f"guide-{name}")


def path(stage: Stage) -> None:
    """All goes well."""
    port = made(stage, build_sample())
    image = drop(stage.script, IMAGE, dump(OPENBEKEN))["dumps"][0]["id"]
    stage.go("/guide")
    stage.page.locator("[data-safety-read]").click()
    stage.page.locator(f'input[value="{port}"]').check()
    stage.page.wait_for_timeout(300)
    stage.keep("guide-wire-chosen")
    at = f"port={port}"
    _show(stage, "check", f"step=check&reached=check&{at}")
    job = start(stage.script, "doctor", port=port)
    wait_for(stage.script, job, "end")
    _show(stage, "check-done", f"step=check&reached=check&{at}&job={job}")
    _show(stage, "backup", f"step=backup&reached=backup&{at}")
    job = start(stage.script, "backup", port=port)
    wait_for(stage.script, job, "end")
    _show(stage, "backup-done", f"step=backup&reached=backup&{at}&job={job}")
    kept = stage.script.get("/api/backups").json()["backups"][0]
    opened = stage.script.post(f"/api/backups/{kept['id']}/dump").json()["dumps"][0]["id"]
    at += f"&backup={kept['id']}&dump={opened}"
    _show(stage, "understand", f"step=understand&reached=understand&{at}")
    _show(stage, "install", f"step=install&reached=install&{at}")
    stage.page.locator("[name=wifi_ssid]").fill("Zuhause")
    stage.page.locator("[name=wifi_password]").fill("kurz")
    stage.page.locator("[data-install] [type=submit]").click()
    expect(stage.page.locator(".field-trouble")).to_be_visible()
    stage.keep("guide-install-trouble")
    wifi = {"wifi_ssid": "Zuhause", "wifi_password": "nicht-zu-sehen"}
    job = start(stage.script, "install", port=port, firmware=image, rehearse=True, **wifi)
    wait_for(stage.script, job, "question")
    _show(stage, "install-question", f"step=install&reached=install&{at}&job={job}")
    answered(stage, job, yes=False)
    _show(stage, "install-declined", f"step=install&reached=install&{at}&job={job}")
    job = start(stage.script, "install", port=port, firmware=image, rehearse=False, **wifi)
    answered(stage, job, yes=True)
    _show(stage, "runs", f"step=runs&reached=runs&{at}&job={job}")
    for details in stage.page.locator("[data-history]").all():
        details.evaluate("(node) => { node.open = true; }")
    stage.page.wait_for_timeout(300)
    stage.keep("guide-runs-history")
    stage.go("/guide")
    expect(stage.page.locator("[data-come-back]")).to_be_visible()
    stage.keep("guide-come-back")


def without_wifi(stage: Stage) -> None:
    """The device opens its own network."""
    port = made(stage, build_sample())
    image = drop(stage.script, IMAGE, dump(OPENBEKEN))["dumps"][0]["id"]
    job = start(stage.script, "install", port=port, firmware=image, rehearse=True)
    answered(stage, job, yes=True)
    _show(stage, "runs-own-network", f"step=runs&reached=runs&port={port}&job={job}")


def other_ends(stage: Stage) -> None:
    """Ends of an install on a real device, told of a virtual one."""
    port = made(stage, build_sample())
    image = drop(stage.script, IMAGE, dump(OPENBEKEN))["dumps"][0]["id"]
    wifi = {"wifi_ssid": "Zuhause", "wifi_password": "nicht-zu-sehen"}
    job = start(stage.script, "install", port=port, firmware=image, rehearse=False, **wifi)
    answered(stage, job, yes=True)
    told = stage.script.get(f"/api/jobs/{job}").json()
    joined = (told["result"].get("start") or {}) | {"joined": True}
    ends: dict[str, dict[str, Any]] = {
        "online": {"address": "192.168.1.50", "outcome": "online"},
        "not-found": {"outcome": "joined", "start": joined},
        "unseen": {"outcome": "unseen", "start": None},
    }
    found = stage.served.context.manager.get(job)
    assert found is not None
    for name, changes in ends.items():
        result = {**told["result"], "virtual": False, **changes}
        found.end(State.DONE, result=result)
        _show(stage, f"runs-{name}", f"step=runs&reached=runs&port={port}&job={job}")


def failed(stage: Stage) -> None:
    """Nothing answers at the port; a backup is under way."""
    port = made(stage, full(), paced=True)
    stage.served.context.ports.find(port)
    job = start(stage.script, "backup", port=port)
    _show(stage, "backup-running", f"step=backup&reached=backup&port={port}&job={job}", wait=3000)
    stage.script.delete(f"/api/jobs/{job}")
    wait_for(stage.script, job, "end")
    _show(stage, "backup-stopped", f"step=backup&reached=backup&port={port}&job={job}")


def understood(stage: Stage) -> None:
    """What the step says of other devices."""
    for name in ("lamp", "tuyamcu", "no-pins", "openbeken"):
        found = drop(stage.script, f"{name}.bin", real()[name])["dumps"][0]["id"]
        at = f"step=understand&reached=understand&dump={found}"
        _show(stage, f"understand-{name}", at, wait=6000)


SCENES = (path, without_wifi, other_ends, failed, understood)
