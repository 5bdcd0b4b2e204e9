"""The page of a dump, in a real browser."""

import hashlib
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from bekenlab.samples import build_sample
from bekenlab.web.job import Job
from bekenlab.web.texts import texts
from web.open_files import drop
from web.serving import Served

Shoot = Callable[[Page, str], None]
LONG = 60_000


@pytest.fixture
def dropped(page: Page, sample: Path) -> Page:
    """The page of the sample."""
    page.set_input_files("[data-files]", sample)
    page.wait_for_url("**/dump/*")
    return page


def kept(page: Page, link: str) -> tuple[str, bytes]:
    """Name and content of what a link downloads."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link, exact=True).click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def test_a_dropped_dump_shows_its_pins(dropped: Page, shoot: Shoot) -> None:
    expect(dropped.get_by_role("heading", level=1)).to_have_text("plug.bin")
    row = dropped.get_by_role("row").filter(has=dropped.get_by_role("rowheader", name="P26"))
    expect(row).to_contain_text("Relay 1")
    expect(row).to_contain_text("Rel;1")
    expect(row).to_contain_text("rl1_pin")
    expect(dropped.get_by_role("img", name="Pads of CB2S")).to_be_visible()
    expect(dropped.get_by_role("img", name="Map of flash")).to_be_visible()
    shoot(dropped, "dump")


def test_a_file_can_be_let_fall_on_the_page(page: Page, sample: Path) -> None:
    packed = lzma.compress(sample.read_bytes())
    page.evaluate(
        """(bytes) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], "plug.bin.xz"));
            const zone = document.querySelector("[data-drop]");
            zone.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
        }""",
        list(packed),
    )
    page.wait_for_url("**/dump/*")
    expect(page.get_by_role("rowheader", name="P26")).to_be_visible()


def test_several_files_are_listed_and_closed(page: Page, served: Served, sample: Path) -> None:
    text = b"{rl1_pin:26,bt1_pin:10,module:CB3S}"
    files: list[FilePayload] = [
        {"name": "a.bin", "mimeType": "", "buffer": sample.read_bytes()},
        {"name": "b.txt", "mimeType": "text/plain", "buffer": text},
    ]
    page.set_input_files("[data-files]", files)
    page.wait_for_url("**/dump")
    row = page.get_by_role("listitem").filter(has_text="b.txt")
    expect(row).to_contain_text("CB3S")
    expect(row).to_contain_text("Pins: 2")
    before = len(served.context.uploads.dumps())
    row.get_by_role("button", name="Close b.txt").click()
    expect(row).to_have_count(0)
    assert len(served.context.uploads.dumps()) == before - 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "x.bin: the file is empty"),
        (b"nothing of a chip" * 500, "x.bin: this is text without a Tuya configuration"),
        (b"\x89PNG\r\n\x1a\n" + bytes(5000), "x.bin: this is a PNG picture, not a flash dump"),
    ],
)
def test_what_is_no_file_of_a_device_is_named_and_not_opened(
    page: Page, served: Served, content: bytes, told: str
) -> None:
    before = served.context.uploads.dumps()
    page.set_input_files("[data-files]", {"name": "x.bin", "mimeType": "", "buffer": content})
    expect(page.locator("[data-drop-state]")).to_have_text(told)
    assert served.context.uploads.dumps() == before


def test_a_file_that_is_too_large_is_not_even_sent(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "disk.img"
    with path.open("wb") as file:
        file.truncate((32 << 20) + 1)
    page.set_input_files("[data-files]", path)
    state = page.locator("[data-drop-state]")
    expect(state).to_have_text("disk.img is larger than the flash of any supported chip.")


def test_it_is_booted_and_the_lines_that_gave_pins_are_marked(dropped: Page, shoot: Shoot) -> None:
    dropped.get_by_role("button", name="Boot it").click()
    outcome = dropped.locator("[data-boot-outcome]")
    expect(outcome).to_contain_text("P26: Relay 1", timeout=LONG)
    marked = dropped.locator("[data-boot-log] .found").all_text_contents()
    assert any("rl1_pin: is 26" in line for line in marked)
    assert not any("module: is CB2S" in line for line in marked)
    outcome.get_by_role("link", name="Show them in the table").click()
    row = dropped.get_by_role("row").filter(has=dropped.get_by_role("rowheader", name="P26"))
    expect(row).to_contain_text("the boot log")
    shoot(dropped, "dump-booted")


def test_lines_that_name_pins_in_other_words_are_marked_too(page: Page, served: Served) -> None:
    lines = ["start", "IO - relay[0]: pin-18 type high", "done"]

    def work(job: Job) -> dict[str, Any]:
        for line in lines:
            job.emit("line", seconds=0.1, text=line)
            if "relay" in line:
                job.emit("pins", keys=["rl1_pin"])
        return {"pins": [], "stop": "quiet", "device_seconds": 3.0}

    with served.script() as script:
        (row,) = drop(script, "file.bin", build_sample())["dumps"]
        served.context.manager.start("boot", work, title="", file=row["id"])
        page.goto(f"{served.url}/dump/{row['id']}")
        expect(page.locator("[data-boot-log] .found")).to_have_text(lines[1])
        expect(page.locator("[data-boot-log] span")).to_have_count(3)
        script.delete("/api/dumps")


def test_each_form_can_be_taken_along(dropped: Page) -> None:
    text = dropped.locator("[data-export-text]")
    dropped.get_by_role("tab", name="OpenBeken template").click()
    expect(text).to_contain_text('"26": "Rel;1"')
    template = json.loads(text.inner_text())
    assert template["pins"]["26"] == "Rel;1"
    # With the keyboard, as tabs are.
    dropped.keyboard.press("ArrowRight")
    expect(dropped.get_by_role("tab", name="ESPHome")).to_be_focused()
    expect(text).to_contain_text("board: cb2s")
    name, yaml = kept(dropped, "Download")
    assert name == "plug-esphome.yaml"
    assert b"board: cb2s" in yaml
    dropped.get_by_role("tab", name="OpenBeken configuration").click()
    expect(text).to_be_hidden()
    name, sector = kept(dropped, "Download")
    assert name == "plug-config.bin"
    assert sector.startswith(b"CFG")


def test_secrets_are_shown_only_when_somebody_asks(dropped: Page, served: Served) -> None:
    words = secrets_of_the_sample(served, dropped)
    dropped.get_by_text("Values:").click()
    assert not any(word in dropped.content() for word in words)
    dropped.get_by_role("button", name="Show hidden values").click()
    expect(dropped.locator("[data-key=gw_bi] code")).not_to_be_empty()
    assert all(word in dropped.locator("#keys ~ details").inner_text() for word in words)
    said = dropped.locator("[data-keys-text]")
    expect(said).to_have_text(texts("en")("dump.keys.revealed"))
    dropped.get_by_role("button", name="Hide them again").click()
    expect(said).to_have_text(texts("en")("dump.keys.text"))
    assert not any(word in dropped.content() for word in words)
    expect(dropped.get_by_role("button", name="Show hidden values")).to_be_focused()


def secrets_of_the_sample(served: Served, page: Page) -> list[str]:
    """Values of the storage that are hidden."""
    dump = page.url.rpartition("/")[2]
    analysis = served.context.uploads.analysis(dump)
    assert analysis.tuya.storage
    values = [v for v in analysis.tuya.storage.values.values() if v.secret]
    assert values
    return [value.value.rstrip(b"\0").decode()[:20] for value in values]


def test_what_is_made_to_be_shown_holds_no_secret(dropped: Page, served: Served) -> None:
    words = [word.encode() for word in secrets_of_the_sample(served, dropped)]
    name, redacted = kept(dropped, "Download a copy without secrets")
    assert name == "redacted-plug.bin"
    assert len(redacted) == len(build_sample())
    assert redacted != build_sample()
    name, html = kept(dropped, "Download a report to share (HTML)")
    assert name == "plug.html"
    for content in (redacted, html):
        assert not any(word in content for word in words)
    _, whole = kept(dropped, "Download the file")
    assert hashlib.sha256(whole).digest() == hashlib.sha256(build_sample()).digest()


def test_a_dump_becomes_a_virtual_device(dropped: Page) -> None:
    dropped.get_by_role("link", name="Make it a virtual device").click()
    dropped.get_by_text("No device at hand?").click()
    expect(dropped.get_by_label("Dump", exact=True)).to_contain_text("plug.bin")
    chosen = dropped.get_by_label("Dump", exact=True).evaluate("s => s.selectedOptions[0].text")
    assert chosen == "plug.bin"
    dropped.get_by_role("button", name="Make it").click()
    expect(dropped.locator(".port:has(:checked)")).to_contain_text("plug.bin")
