"""The bench: chips that run."""

from playwright.sync_api import expect

from live_chips import tiny
from machine_support import prints
from shared import dump
from web.gallery.files import real
from web.gallery.studio import LONG, Stage
from web.open_files import drop


def _chip(stage: Stage, name: str, content: bytes, pins: str = "", network: str = "") -> str:
    file = drop(stage.script, f"{name}.bin", content)["dumps"][0]["id"]
    given = {"dump": file, "pins": pins, "network": network}
    asked = {key: value for key, value in given.items() if value}
    chip = str(stage.script.post("/api/chips", json=asked).json()["id"])
    stage.script.post(f"/api/chips/{chip}", json={"do": "speed", "speed": None})
    return chip


def sample(stage: Stage) -> None:
    """The sample with its button held, then paused."""
    stage.page.goto(f"{stage.served.url}/bench")
    stage.page.locator("[data-sample-chip]").click()
    stage.page.wait_for_url("**/bench/*")
    expect(stage.page.locator("[data-log]")).to_contain_text("app_init finished")
    stage.page.locator('[data-part="P10"] button').click()
    stage.page.wait_for_timeout(1500)
    stage.keep("bench-sample")
    stage.show("bench-running-list", "/bench")


def firmware(stage: Stage) -> None:
    """OpenBeken with and without pins, a lamp, a second controller, a crash, one that ended."""
    obk = dump("openbk7231n-qio-1.18.300")
    chips = {
        "openbeken-lamp": _chip(stage, "obk", obk, "demo-lamp"),
        "openbeken-no-pins": _chip(stage, "obk", obk),
        "lamp": _chip(stage, "lamp", real()["lamp"]),
        "tuyamcu": _chip(stage, "tuyamcu", real()["tuyamcu"]),
    }
    for name, chip in chips.items():
        stage.page.goto(f"{stage.served.url}/bench/{chip}")
        stage.page.wait_for_timeout(5000)
        stage.keep(f"bench-{name}")
        stage.script.delete(f"/api/chips/{chip}")
    joined = _chip(stage, "obk", obk, "demo-lamp", network="ours")
    stage.page.goto(f"{stage.served.url}/bench/{joined}")
    expect(stage.page.locator("[data-network-page]")).to_be_visible(timeout=LONG)
    stage.keep("bench-in-network")
    stage.script.delete(f"/api/chips/{joined}")
    crashed = stage.served.context.chips.open(tiny(*prints(b"hello\n", 0xE7F000F0)))
    stage.page.goto(f"{stage.served.url}/bench/{crashed}")
    expect(stage.page.get_by_role("alert").first).to_be_visible()
    stage.page.wait_for_timeout(1000)
    stage.keep("bench-crashed")
    stage.served.context.chips.close_all()
    stage.page.wait_for_timeout(1500)
    stage.keep("bench-closed")


SCENES = (sample, firmware)
