"""Nothing is wider than a phone, whatever its name; what can be clicked or told apart is seen."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bekenlab.flashing.journal import WriteJournal, WriteRecord
from bekenlab.samples import build_sample
from bekenlab.web.job import Job
from live_chips import tiny
from machine_support import prints
from web.api import start, virtual, wait_for
from web.open_files import drop
from web.serving import Served

Shoot = Callable[[Page, str], None]
LONG = 60_000
PHONE = 390
UNBROKEN = "a" * 150
PATH = f"/home/{'b' * 100}/{'c' * 100}/backup.bin"
HASH = "0123456789abcdef" * 4
LEAST = 3.0  # WCAG 2.2, 1.4.11: what is needed to see a control or to understand a picture
THEMES = ("light", "dark")

WIDER = """() => {
  const found = [...document.querySelectorAll("main *")].filter((node) =>
    node.checkVisibility() && node.getBoundingClientRect().right > innerWidth + 1 &&
    !node.closest(".scroll, .log, .quiet"));
  const wide = document.documentElement.scrollWidth;
  return wide > innerWidth ? [wide, ...found.map((node) => node.outerHTML.slice(0, 120))] : [];
}"""

# Luminance and contrast as WCAG defines them. What is behind is the first ground that is not
# see-through. An outline is a border, or a shadow without a blur.
CONTRASTS = """(selector) => {
  const parts = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const bright = (colour) => {
    const [r, g, b] = parts(colour);
    return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  };
  const contrast = (one, other) => {
    const [low, high] = [bright(one), bright(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const seen = (colour) => parts(colour).length && parts(colour)[3] !== 0;
  const behind = (node) => {
    for (let up = node.parentElement; up; up = up.parentElement) {
      const ground = getComputedStyle(up).backgroundColor;
      if (seen(ground)) return ground;
    }
    return "rgb(255, 255, 255)";
  };
  const shown = [...document.querySelectorAll(selector)].filter((node) => node.checkVisibility());
  return shown.map((node) => {
    const style = getComputedStyle(node);
    const svg = node instanceof SVGElement;
    const edges = svg
      ? [style.fill, style.stroke]
      : [style.backgroundColor, style.boxShadow.match(/rgba?\\([^)]*\\)/)?.[0],
         style.borderTopWidth !== "0px" && style.borderTopColor];
    const told = edges.filter((colour) => colour && colour !== "none" && seen(colour));
    const best = Math.max(1, ...told.map((colour) => contrast(colour, behind(node))));
    return [Math.round(best * 100) / 100, node.outerHTML.slice(0, 150)];
  });
}"""


def faint(page: Page, selector: str) -> list[Any]:
    """What is hard to see against its ground; there has to be something to look at."""
    found = page.evaluate(CONTRASTS, selector)
    assert found, selector
    return [row for row in found if row[0] < LEAST]


@pytest.fixture(scope="module")
def places(served: Served) -> dict[str, str]:
    """Every page, with the longest names there can be."""
    with served.script() as script:
        (row,) = drop(script, f"{UNBROKEN}.bin", build_sample())["dumps"]
        port = virtual(script, row["id"])
        kept = wait_for(script, start(script, "backup", port=port), "end")["result"]["backup"]
        chip = script.post("/api/chips", json={"dump": row["id"]}).json()["id"]
    manager = served.context.manager
    job = manager.start("backup", long_winded, title=f"{UNBROKEN} → {PATH}", port=port)
    manager.start("boot", long_winded, title=PATH)
    record = WriteRecord({"chip": "BK7231T"}, ((0, 4096),), {0: 1}, {}, None, title=UNBROKEN)
    WriteJournal(served.folder / "state").save(record, None)
    step = f"reached=runs&dump={row['id']}&port={port}&backup={kept}"
    return {
        "start": "/",
        "dumps": "/dump",
        "dump": f"/dump/{row['id']}",
        "device": f"/device?dump={row['id']}&job={job.id}",
        "chips": f"/bench?dump={row['id']}",
        "bench": f"/bench/{chip}",
        "photo": f"/photo?dump={row['id']}",
        "jobs": "/jobs",
        "wire": f"/guide?step=wire&{step}",
        "backup": f"/guide?step=backup&{step}",
        "understand": f"/guide?step=understand&{step}",
        "install": f"/guide?step=install&{step}",
        "runs": f"/guide?step=runs&{step}",
    }


def long_winded(job: Job) -> dict[str, Any]:
    """A job that says where things are."""
    told = {"en": f"the backup is kept: {PATH}", "de": f"die Sicherung liegt hier: {PATH}"}
    job.emit("said", message=told["en"], texts=told)
    job.emit("line", at=0, text=UNBROKEN)
    return {
        "name": f"{UNBROKEN}.bin",
        "sha256": HASH,
        "size": 2 << 20,
        "backup": "none",
        "sectors": {"sent": 1, "blank": 2, "resumed": 3},
        "chip": {"chip": "BK7231N", "loader": UNBROKEN, "flash_part": UNBROKEN, "flash_size": 1},
    }


@pytest.fixture(scope="module")
def phone(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(locale="de-DE", viewport={"width": PHONE, "height": 844})
    page = context.new_page()
    page.goto(served.entrance)
    yield page
    context.close()


@pytest.fixture(params=THEMES)
def themed(browser: Browser, served: Served, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A visitor who likes it light, or dark."""
    context = browser.new_context(locale="en-US", color_scheme=request.param)
    page = context.new_page()
    page.goto(served.entrance)
    yield page
    context.close()


NAMES = (
    *("start", "dumps", "dump", "device", "chips", "bench", "photo", "jobs"),
    *("wire", "backup", "understand", "install", "runs"),
)


@pytest.mark.parametrize("name", NAMES)
def test_no_name_is_wider_than_a_phone(
    phone: Page, served: Served, places: dict[str, str], shoot: Shoot, name: str
) -> None:
    phone.goto(served.url + places[name])
    phone.wait_for_timeout(500)
    for folded in phone.locator("main details:not([open]) > summary").all():
        if folded.is_visible():
            folded.click()
    shoot(phone, f"long-{name}")
    assert phone.evaluate(WIDER) == []


def test_where_a_backup_is_kept_can_be_read(
    phone: Page, served: Served, places: dict[str, str]
) -> None:
    phone.goto(served.url + places["device"])
    said = phone.locator("[data-job-said] li")
    expect(said).to_contain_text(PATH)
    box = said.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= PHONE
    assert said.evaluate("(node) => node.scrollWidth <= node.clientWidth")


def test_swatches_and_sectors_are_seen_in_both_themes(
    themed: Page, served: Served, sample: Path, shoot: Shoot
) -> None:
    with served.script() as script:
        dump = drop(script, "plug.bin", sample.read_bytes())["dumps"][0]["id"]
        port = virtual(script, dump)
        wait_for(script, start(script, "backup", port=port), "end")
        other = bytearray(sample.read_bytes())
        other[0x150000] = 0
        file = drop(script, "other.bin", bytes(other))["dumps"][0]["id"]
        job = start(script, "write", port=port, dump=file)
        wait_for(script, job, "question")
    themed.goto(f"{served.url}/device?job={job}")
    expect(themed.locator(".question .legend i").first).to_be_visible()
    assert faint(themed, ".question .legend i, .question .map i") == []
    # A colour and what it means are never parted.
    for entry in themed.locator(".question .legend span:has(i)").all():
        high = entry.evaluate("(node) => node.getClientRects().length")
        assert high == 1
    shoot(themed, "legend")
    themed.goto(f"{served.url}/dump/{dump}")
    assert faint(themed, "svg rect.line-line, svg rect.bl-line-line") == []


@pytest.mark.parametrize(
    "path", ["/", "/device?board=CB2S", "/photo", "/bench", "/guide?step=install"]
)
def test_what_can_be_filled_in_or_dropped_on_is_seen(
    themed: Page, served: Served, path: str
) -> None:
    themed.goto(served.url + path)
    controls = "main :is(select, input[type=text], input[type=password], input[type=number], .drop)"
    assert faint(themed, controls) == []


def test_a_file_that_was_not_opened_is_told_as_an_error(themed: Page, served: Served) -> None:
    themed.goto(f"{served.url}/dump")
    junk = {"name": "junk.bin", "mimeType": "", "buffer": b"\x17\x2b" * 4000}
    themed.set_input_files("[data-files]", junk)  # type: ignore[arg-type]
    state = themed.locator("[data-drop-state]")
    expect(state).to_have_class("drop-state bad")
    expect(state).to_contain_text("junk.bin")
    colour = "(node) => getComputedStyle(node).color"
    bad = "(node) => { node.style.color = 'var(--bad)'; return getComputedStyle(node).color; }"
    assert state.evaluate(colour) == state.locator("span").evaluate(bad)


def test_buttons_of_a_row_stand_together(
    phone: Page, served: Served, places: dict[str, str], shoot: Shoot
) -> None:
    phone.goto(served.url + places["device"])
    row = phone.locator("[data-backup-list] > li").first
    expect(row.locator("[data-restore]")).to_be_visible()
    corner = "(nodes) => nodes.map((node) => [node.getBoundingClientRect().x, node.offsetTop])"
    lines: dict[int, list[float]] = {}
    for x, y in row.locator(".files-do .button").evaluate_all(corner):
        lines.setdefault(round(y / 10), []).append(x)
    assert len({min(line) for line in lines.values()}) == 1, "each line begins at the same place"
    shoot(phone, "backups")


def test_all_buttons_are_set_alike(phone: Page, served: Served, places: dict[str, str]) -> None:
    align = "(nodes) => [...new Set(nodes.map((node) => getComputedStyle(node).textAlign))]"
    for name in ("start", "dump", "device", "bench", "backup"):
        phone.goto(served.url + places[name])
        assert phone.locator("main .button").evaluate_all(align) == ["center"]


GAPS = {
    "dump": ("#keys ~ p:not(.row)", "[data-reveal]"),
    "understand": (".pins", "a[href^='/dump/']"),
    "runs": ("[data-history], [data-do]", ".guide-foot"),
    "install": ("[name=wifi_ssid]", "label:has([name=wifi_password])"),
}


@pytest.mark.parametrize("name", GAPS)
def test_there_is_room_between_what_does_not_belong_together(
    phone: Page, served: Served, places: dict[str, str], name: str
) -> None:
    phone.goto(served.url + places[name])
    above, below = (phone.locator(each).filter(visible=True).first for each in GAPS[name])
    expect(below).to_be_visible()
    first, second = above.bounding_box(), below.bounding_box()
    assert first is not None
    assert second is not None
    assert second["y"] - (first["y"] + first["height"]) >= 8


def test_pins_that_stand_still_are_said_to(page: Page, served: Served) -> None:
    name = served.context.chips.open(tiny(*prints(b"hello\n")))
    page.goto(f"{served.url}/bench/{name}")
    expect(page.get_by_text("No pin has changed yet.")).to_be_visible()
