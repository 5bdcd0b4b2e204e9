"""Whatever the command line understands can be opened: logs, templates, configurations, reports."""

import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import FilePayload, Page, expect

from analyses import codes, study
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.samples import build_sample
from bekenlab.web.job import Job
from shared import dump
from web.api import start, wait_for
from web.open_files import KINDS, PICTURE, TWO, WORDS, drop, without_storage
from web.serving import Served


@pytest.fixture
def script(served: Served) -> Iterator[httpx.Client]:
    with served.script() as found:
        yield found
        found.delete("/api/dumps")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_each_kind_of_file_has_a_page_with_its_pins_and_exports(
    script: httpx.Client, kind: str, language: str
) -> None:
    (row,) = drop(script, f"{kind}.bin", KINDS[kind])["dumps"]
    assert row["kind"] == kind
    assert row["pins"] >= 1
    page = script.get(f"/dump/{row['id']}", headers={"accept-language": language})
    assert page.status_code == 200
    assert "P26" in page.text
    for form in ("openbeken", "text"):
        made = script.get(f"/api/dumps/{row['id']}/export/{form}")
        assert made.status_code == 200, made.text
        assert "26" in made.json()["text"]
    for path in ("/dump", "/bench", "/device", f"/photo?dump={row['id']}"):
        assert script.get(path).status_code == 200


def test_a_setting_that_is_not_understood_is_shown(script: httpx.Client) -> None:
    """Its page was once an internal error."""
    (row,) = drop(script, "odd.txt", b"{rl1_pin:26,foo_pin:3,module:CB2S}")["dumps"]
    page = script.get(f"/dump/{row['id']}")
    assert page.status_code == 200
    assert "foo_pin" in page.text


def test_a_text_about_several_devices_gives_a_file_for_each(script: httpx.Client) -> None:
    rows = drop(script, "two.txt", TWO)["dumps"]
    assert [(row["name"], row["module"]) for row in rows] == [
        ("two.txt (1/2)", "CB2S"),
        ("two.txt (2/2)", "CB3S"),
    ]


def test_junk_leaves_no_entry_and_what_it_was_is_said_in_each_language(
    script: httpx.Client,
) -> None:
    answer = script.post("/api/dumps?name=x.png", content=PICTURE)
    assert answer.status_code == 422
    told = answer.json()["error"]["texts"]
    assert told["en"] == "this is a PNG picture, not a flash dump"
    assert told["de"] == "das ist ein PNG-Bild, kein Dump eines Flash-Speichers"
    assert script.get("/api/dumps").json()["dumps"] == []


def test_of_an_archive_the_junk_is_named_and_the_rest_opened(script: httpx.Client) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("plug.bin", build_sample())
        archive.writestr("photo.bin", PICTURE)
    answer = drop(script, "both.zip", packed.getvalue())
    assert [row["kind"] for row in answer["dumps"]] == ["dump"]
    (refused,) = answer["refused"]
    assert "photo.bin" in refused["name"]
    assert refused["error"]["code"] == "not-a-dump"


def test_any_file_can_still_be_chosen_to_be_written(script: httpx.Client) -> None:
    (row,) = drop(script, "own.bin", b"\x01\x02" * 3000, "&any")["dumps"]
    assert row["kind"] == "other"
    page = script.get("/device").text
    assert f'value="{row["id"]}"' in page
    assert script.get(f"/dump/{row['id']}").status_code == 200


@pytest.mark.parametrize(
    ("name", "downloaded"),
    [("plug.bin.xz", "plug.bin"), ("plug.bin", "plug.bin"), ("plug.zip", "plug.bin")],
)
def test_a_file_is_downloaded_under_the_name_of_what_it_holds(
    script: httpx.Client, name: str, downloaded: str
) -> None:
    (row,) = drop(script, name, build_sample())["dumps"]
    headers = script.get(f"/api/dumps/{row['id']}/file").headers
    assert headers["content-disposition"].endswith(f"''{downloaded}")


def test_only_images_that_fit_are_offered(script: httpx.Client) -> None:
    """Install takes images of OpenBeken, never a dump; logs run nowhere."""
    names = {"N.bin": "openbk7231n-qio-1.18.300", "T.bin": "openbk7231t-qio-1.18.300"}
    ids = {name: drop(script, name, dump(of))["dumps"][0]["id"] for name, of in names.items()}
    plug = drop(script, "plug.bin", build_sample())["dumps"][0]["id"]
    log = drop(script, "boot.log", KINDS["log"])["dumps"][0]["id"]
    page = script.get("/device").text
    install = page.partition('id="install-file"')[2].partition("</select>")[0]
    write = page.partition('id="write-file"')[2].partition("</select>")[0]
    assert all(image in install and image in write for image in ids.values())
    assert plug not in install
    assert plug in write
    assert log not in install + write
    assert log in page  # as a file to take the pins from
    assert 'data-chip="BK7231N">OpenBK7231N 1.18.300 · N.bin' in install
    bench = script.get("/bench").text.partition('id="dump"')[2].partition("</select>")[0]
    assert log not in bench


def test_sixty_four_files_are_listed_at_once_and_closed_together(script: httpx.Client) -> None:
    """What a list shows of a file is worked out once, when it is opened."""
    for number in range(64):
        drop(script, f"{number}.txt", b"{rl1_pin:%d,module:CB2S}" % (number % 28))
    began = time.process_time()  # of the server as well
    rows = script.get("/api/dumps").json()["dumps"]
    assert script.get("/dump").text.count("data-remove=") == 64
    assert time.process_time() - began < 0.5
    assert len(rows) == 64
    assert script.delete("/api/dumps").status_code == 200
    assert script.get("/api/dumps").json()["dumps"] == []


def test_a_dump_without_stored_pins_is_booted_as_on_the_command_line(
    served: Served, script: httpx.Client
) -> None:
    (row,) = drop(script, "bare.bin", without_storage())["dumps"]
    assert "data-boot-itself" in script.get(f"/dump/{row['id']}").text
    job = wait_for(script, start(script, "boot", dump=row["id"]), "end")
    assert job["state"] == "done"
    there = served.context.uploads.analysis(row["id"])
    here = study(without_storage(), boot=BootMode.AUTO)
    assert there.pins == here.pins
    assert codes(there) == codes(here)
    (again,) = script.get("/api/dumps").json()["dumps"]
    assert again["pins"] == 6
    page = script.get(f"/dump/{row['id']}").text
    assert "data-boot-itself" not in page
    assert f'data-boot-job="{job["id"]}"' in page
    assert job["file"] == row["id"]


def test_the_boot_begins_by_itself_and_its_pins_are_shown(page: Page) -> None:
    file: FilePayload = {"name": "bare.bin", "mimeType": "", "buffer": without_storage()}
    page.set_input_files("[data-files]", file)
    page.wait_for_url("**/dump/*")
    expect(page.get_by_role("rowheader", name="P26")).to_be_visible(timeout=60_000)
    expect(page.locator("[data-boot-outcome]")).to_contain_text("P26: Relay 1")
    expect(page.locator("[data-boot-log] .found").first).to_be_attached()


def test_a_boot_is_listed_stopped_and_found_again(page: Page, served: Served) -> None:
    def work(job: Job) -> dict[str, Any]:
        while True:
            job.raise_if_cancelled()
            time.sleep(0.01)

    with served.script() as script:
        (row,) = drop(script, "plug.bin", build_sample())["dumps"]
        job = served.context.manager.start("boot", work, title="plug.bin", file=row["id"]).id
        page.goto(f"{served.url}/jobs")
        listed = page.locator(f'li:has(a[href="/dump/{row["id"]}#boot"])')
        expect(listed).to_contain_text("plug.bin")
        expect(listed).to_contain_text("running")
        listed.get_by_role("button").click()
        assert wait_for(script, job, "end")["state"] == "cancelled"
        expect(listed).to_contain_text("stopped")
        listed.get_by_role("link").click()
        expect(page.locator("[data-boot-outcome]")).to_contain_text("Stopped")


def test_of_several_files_the_good_are_listed_and_each_bad_one_has_a_line(
    page: Page, sample: Path
) -> None:
    files: list[FilePayload] = [
        {"name": "plug.bin", "mimeType": "", "buffer": sample.read_bytes()},
        {"name": "a.png", "mimeType": "", "buffer": PICTURE},
        {"name": "b.png", "mimeType": "", "buffer": PICTURE},
    ]
    page.set_input_files("[data-files]", files)
    page.wait_for_url("**/dump")
    expect(page.locator("[data-drop-state] span")).to_have_text(
        [f"{name}: this is a PNG picture, not a flash dump" for name in ("a.png", "b.png")]
    )
    expect(page.locator("[data-file]").filter(has_text="plug.bin").first).to_be_visible()


def test_a_dropped_folder_is_opened_with_what_is_in_it(
    page: Page, served: Served, tmp_path: Path
) -> None:
    """A drop as the browser itself makes it: a script cannot make one with folders."""
    folder = tmp_path / "dumps"
    (folder / "inner").mkdir(parents=True)
    (folder / "one.json").write_bytes(KINDS["template"])
    (folder / "inner" / "two.txt").write_bytes(WORDS)
    (folder / ".hidden.json").write_bytes(KINDS["template"])
    page.goto(f"{served.url}/dump")
    dragged = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    browser = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        event = {"type": kind, "x": 600, "y": 600, "data": dragged}
        browser.send("Input.dispatchDragEvent", event)
    expect(page.locator("[data-file]", has_text="two.txt")).to_be_visible()
    expect(page.locator("[data-file]", has_text="one.json")).to_be_visible()
    expect(page.locator("[data-file]", has_text="hidden")).to_have_count(0)


def test_the_whole_window_takes_a_drop(page: Page) -> None:
    page.evaluate(
        """(bytes) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], "t.json"));
            document.querySelector("footer").dispatchEvent(
                new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }""",
        list(KINDS["template"]),
    )
    page.wait_for_url("**/dump/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("t.json")
    expect(page.get_by_role("rowheader", name="P26")).to_be_visible()
