"""Pages without a file or a device, and lists of files and jobs."""

from playwright.sync_api import FilePayload, expect

from bekenlab.samples import build_sample
from web.api import start, virtual, wait_for
from web.gallery.files import truncated
from web.gallery.studio import Stage
from web.open_files import KINDS, PICTURE, drop


def empty(stage: Stage) -> None:
    """Somebody comes for the first time."""
    for name, path in {
        "start": "/",
        "files-none": "/dump",
        "device-none": "/device",
        "bench-none": "/bench",
        "photo-none": "/photo",
        "jobs-none": "/jobs",
        "error-404": "/nowhere",
        "guide-wire": "/guide",
        "guide-check-no-port": "/guide?step=check&reached=check",
        "guide-backup-no-port": "/guide?step=backup&reached=backup",
        "guide-install-no-port": "/guide?step=install&reached=install",
        "guide-understand-no-file": "/guide?step=understand&reached=understand",
    }.items():
        stage.show(name, path)
    stage.page.context.clear_cookies()
    stage.show("door", "/")


def files(stage: Stage) -> None:
    """Files of all kinds are open, then 64 of them."""
    for kind, content in KINDS.items():
        drop(stage.script, f"my-{kind}.bin", content)
    drop(stage.script, "cut.bin", truncated())
    stage.show("start-with-files", "/")
    stage.show("files", "/dump")
    junk: list[FilePayload] = [
        {"name": "empty.bin", "mimeType": "", "buffer": b""},
        {"name": "picture.png", "mimeType": "", "buffer": PICTURE},
        {"name": "plug.bin", "mimeType": "", "buffer": build_sample()},
    ]
    stage.page.set_input_files("[data-files]", junk)
    expect(stage.page.locator("[data-drop-state]")).to_contain_text("picture.png")
    stage.page.wait_for_timeout(1000)
    stage.keep("files-some-refused")
    stage.show("bench-with-files", "/bench")
    stage.show("device-with-files", "/device")
    for number in range(len(KINDS) + 2, 64):
        drop(stage.script, f"sample-{number:02}.bin", build_sample())
    stage.show("files-64", "/dump")


def jobs(stage: Stage) -> None:
    """Jobs that ended in different ways, one that runs, one that waits."""
    sample = drop(stage.script, "plug.bin", build_sample())["dumps"][0]["id"]
    port = virtual(stage.script, sample)
    other = drop(stage.script, "changed.bin", build_sample()[:-16] + bytes(16))["dumps"][0]["id"]
    wait_for(stage.script, start(stage.script, "doctor", port=port), "end")
    wait_for(stage.script, start(stage.script, "backup", port=port), "end")
    wait_for(stage.script, start(stage.script, "write", port=port, dump=other), "question")
    wait_for(stage.script, start(stage.script, "boot", dump=sample), "end")
    slow = virtual(stage.script, sample, paced=True)
    running = start(stage.script, "backup", port=slow)
    stage.page.goto(f"{stage.served.url}/jobs")
    expect(stage.page.locator("[data-jobs] li")).to_have_count(5)
    stage.page.wait_for_timeout(500)
    stage.keep("jobs")
    stage.script.delete(f"/api/jobs/{running}")
    wait_for(stage.script, running, "end")
    stage.show("jobs-stopped", "/jobs")


SCENES = (empty, files, jobs)
