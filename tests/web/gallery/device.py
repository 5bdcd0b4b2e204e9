"""The page of a device: jobs at work, their questions, their ends."""

import time
from typing import Any

from playwright.sync_api import expect

from bekenlab.samples import build_sample
from shared import dump
from web.api import start, virtual, wait_for, wait_until_told
from web.gallery.studio import Stage
from web.open_files import drop
from web.pacing import full, pace

OPENBEKEN = "openbk7231n-qio-1.18.300"
IMAGE = "OpenBK7231N_QIO_1.18.300.bin"
LONG_NAME = "a-plug-from-the-kitchen-whose-owner-likes-long-file-names-without-blanks.bin"


def made(stage: Stage, content: bytes, name: str = "plug.bin", *, paced: bool = False) -> str:
    """A virtual device; its port."""
    return virtual(stage.script, drop(stage.script, name, content)["dumps"][0]["id"], paced=paced)


def ended(stage: Stage, kind: str, **parameters: Any) -> dict[str, Any]:
    """Run a job without questions."""
    return wait_for(stage.script, start(stage.script, kind, **parameters), "end")


def answered(stage: Stage, job: str, *, yes: bool) -> dict[str, Any]:
    """Answer a job's plan, and wait until it has ended."""
    question = wait_for(stage.script, job, "question")["question"]
    said = {"number": question["number"], "answer": {"yes": yes}}
    stage.script.post(f"/api/jobs/{job}/answer", json=said)
    return wait_for(stage.script, job, "end")


def show_job(stage: Stage, name: str, port: str, job: str) -> None:
    """The page with a job that was found again."""
    stage.page.goto(f"{stage.served.url}/device?port={port}&job={job}")
    expect(stage.page.locator("[data-job]")).to_be_visible()
    stage.page.wait_for_timeout(900)
    stage.keep(name)


def backups(stage: Stage) -> None:
    """Ports, actions, and a backup from its beginning to its end."""
    port = made(stage, full(), LONG_NAME, paced=True)
    stage.page.goto(f"{stage.served.url}/device")
    expect(stage.page.locator(f'input[value="{port}"]')).to_be_attached()
    stage.keep("device-port")
    stage.page.locator(f'input[value="{port}"]').check()
    expect(stage.page.locator("[data-doing]")).to_be_visible()
    stage.keep("device-actions")
    for panel in ("write", "install"):
        stage.page.locator(f"[data-action={panel}]").click()
        stage.page.wait_for_timeout(300)
        stage.keep(f"device-form-{panel}")
    job = start(stage.script, "backup", port=port)
    wait_until_told(stage.script, job, "progress")
    time.sleep(2)
    show_job(stage, "device-backup-running", port, job)
    stage.script.delete(f"/api/jobs/{job}")
    wait_for(stage.script, job, "end")
    show_job(stage, "device-backup-stopped", port, job)
    pace(stage.served, port, paced=False)
    job = start(stage.script, "backup", port=port)
    wait_for(stage.script, job, "end")
    show_job(stage, "device-backup-done", port, job)
    kept = stage.script.get("/api/backups").json()["backups"][0]
    job = start(stage.script, "verify", port=port, backup=kept["id"])
    wait_for(stage.script, job, "end")
    show_job(stage, "device-verified", port, job)


def checks(stage: Stage) -> None:
    """What is on the chip, and whether all works."""
    port = made(stage, build_sample())
    for kind in ("info", "doctor"):
        job = start(stage.script, kind, port=port)
        wait_for(stage.script, job, "end")
        show_job(stage, f"device-{kind}", port, job)


def writes(stage: Stage) -> None:
    """A write that is refused, one that is asked about, declined, done; one that is cut off."""
    port = made(stage, build_sample())
    other = drop(stage.script, "changed.bin", full())["dumps"][0]["id"]
    job = start(stage.script, "write", port=port, dump=other)
    wait_for(stage.script, job, "question")
    show_job(stage, "device-write-refused", port, job)
    answered(stage, job, yes=False)
    ended(stage, "backup", port=port)
    job = start(stage.script, "write", port=port, dump=other)
    wait_for(stage.script, job, "question")
    show_job(stage, "device-write-question", port, job)
    answered(stage, job, yes=False)
    show_job(stage, "device-write-declined", port, job)
    pace(stage.served, port, paced=True)
    job = start(stage.script, "write", port=port, dump=other)
    question = wait_for(stage.script, job, "question")["question"]
    said = {"number": question["number"], "answer": {"yes": True}}
    stage.script.post(f"/api/jobs/{job}/answer", json=said)
    wait_until_told(stage.script, job, "progress", phase="write")
    show_job(stage, "device-write-running", port, job)
    stage.script.delete(f"/api/jobs/{job}")
    wait_for(stage.script, job, "end")
    show_job(stage, "device-write-stopped", port, job)
    pace(stage.served, port, paced=False)
    stage.page.goto(f"{stage.served.url}/device")
    expect(stage.page.locator("[data-unfinished]")).to_be_visible()
    stage.keep("device-unfinished")
    stage.show("start-unfinished", "/")
    stage.show("guide-unfinished", f"/guide?step=check&reached=check&port={port}")
    job = start(stage.script, "write", port=port, dump=other)
    answered(stage, job, yes=True)
    show_job(stage, "device-write-done", port, job)


def installs(stage: Stage) -> None:
    """OpenBeken is installed, and undone."""
    port = made(stage, build_sample())
    image = drop(stage.script, IMAGE, dump(OPENBEKEN))["dumps"][0]["id"]
    wifi = {"wifi_ssid": "Zuhause", "wifi_password": "nicht-zu-sehen"}
    job = start(stage.script, "install", port=port, firmware=image, rehearse=True, **wifi)
    wait_for(stage.script, job, "question")
    show_job(stage, "device-install-question", port, job)
    answered(stage, job, yes=True)
    show_job(stage, "device-install-done", port, job)
    kept = stage.script.get("/api/backups").json()["backups"][0]
    job = start(stage.script, "restore", port=port, backup=kept["id"])
    wait_for(stage.script, job, "question")
    show_job(stage, "device-restore-question", port, job)
    answered(stage, job, yes=True)
    show_job(stage, "device-restored", port, job)


SCENES = (backups, checks, writes, installs)
