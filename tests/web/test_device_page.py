"""The page of a device, in a real browser: everything that is done to one, on virtual devices."""

import lzma
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bekenlab.samples import build_sample
from shared import shared
from web.api import upload
from web.serving import Served

Shoot = Callable[[Page, str], None]
OUTCOME = "[data-job-outcome] .notice"
LONG = 60_000


@pytest.fixture
def bench(page: Page, served: Served) -> Page:
    """The device page, with no backups of other tests."""
    for path in (served.folder / "backups").glob("*"):
        path.unlink()
    page.goto(f"{served.url}/device")
    return page


def make_virtual(page: Page, *, paced: bool) -> None:
    """A virtual device with the sample in its flash, chosen."""
    slow = page.get_by_label("as slow as a real one")
    for _ in range(50):  # lists that arrive meanwhile move what is clicked
        if slow.is_visible():
            break
        page.get_by_text("No device at hand?").click()
        page.wait_for_timeout(100)
    slow.set_checked(paced)
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="Actions")).to_be_visible()


def download(page: Page, name: str) -> bytes:
    with page.expect_download() as waiting:
        page.locator(OUTCOME).get_by_role("link", name=name).click()
    return waiting.value.path().read_bytes()


def test_a_virtual_device_is_backed_up_to_a_file(bench: Page) -> None:
    make_virtual(bench, paced=False)
    bench.get_by_role("button", name="Back up").click()
    expect(bench.locator(OUTCOME)).to_contain_text("Backed up", timeout=LONG)
    assert download(bench, "Download") == build_sample()
    kept = bench.get_by_role("listitem").filter(has_text="BK7231N-")
    kept.get_by_role("button", name="Compare").click()
    expect(bench.locator(OUTCOME)).to_contain_text("exactly the content of BK7231N-", timeout=LONG)


def test_the_flash_of_a_virtual_device_can_be_looked_into(bench: Page) -> None:
    make_virtual(bench, paced=False)
    bench.get_by_role("button", name="Open its flash").click()
    bench.wait_for_url("**/dump/*")
    expect(bench.get_by_role("rowheader", name="P26")).to_be_visible()


def test_a_backup_is_stopped_and_goes_on_in_another_tab(
    bench: Page, served: Served, shoot: Shoot, tmp_path: Path
) -> None:
    # With much to read, so that there is time to look: about eight seconds at the rate of the line.
    full = bytearray(build_sample())
    full[0x12A000:0x1D0000] = random.Random(7).randbytes(0x1D0000 - 0x12A000)
    path = tmp_path / "full.bin"
    path.write_bytes(full)
    with served.script() as script:
        dump = upload(script, path)
    bench.goto(f"{served.url}/device?dump={dump}")
    make_virtual(bench, paced=True)
    bench.get_by_role("button", name="Back up").click()
    expect(bench.locator(".map .read").nth(310)).to_be_attached(timeout=LONG)
    shoot(bench, "device-backup")
    bench.get_by_role("button", name="Stop").click()
    expect(bench.locator(OUTCOME)).to_contain_text("Stopped", timeout=LONG)

    bench.get_by_role("button", name="Back up").click()
    expect(bench.locator("[data-job-said]")).to_contain_text("Resuming from", timeout=LONG)
    # Another tab, and this one after a reload, find the job and all it has told.
    other = bench.context.new_page()
    other.goto(bench.url)
    bench.reload()
    for page in (other, bench):
        expect(page.locator("[data-job-title]")).to_have_text("Back up")
        expect(page.locator("[data-job-said]")).to_contain_text("Resuming from", timeout=LONG)
    expect(other.locator(OUTCOME)).to_contain_text("Backed up", timeout=LONG)
    expect(bench.locator(OUTCOME)).to_contain_text("Backed up", timeout=LONG)
    assert download(bench, "Download") == full


def test_openbeken_is_installed_and_undone(bench: Page, tmp_path: Path, shoot: Shoot) -> None:
    packed = shared("dumps", "openbk7231n-qio-1.18.300.bin.xz")
    firmware = tmp_path / "OpenBK7231N_QIO_1.18.300.bin"
    firmware.write_bytes(lzma.decompress(packed.read_bytes()))
    make_virtual(bench, paced=False)
    bench.get_by_role("button", name="Install OpenBeken").click()
    panel = bench.locator("[data-panel=install]")
    panel.get_by_label("or another file").set_input_files(firmware)
    expect(panel.get_by_label("File", exact=True)).to_contain_text(firmware.name)
    panel.get_by_label("Wi-Fi name").fill("home")
    panel.get_by_label("Wi-Fi password").fill("not-to-be-shown")
    panel.get_by_role("button", name="Back up and make a plan").click()

    question = bench.locator(".question")
    expect(question).to_contain_text("The rehearsal passed", timeout=LONG)
    expect(question).to_contain_text("boot loader, RF calibration")
    expect(question).to_contain_text("It is set up to join the Wi-Fi network home")
    row = question.get_by_role("row").filter(has=bench.get_by_role("rowheader", name="P26"))
    expect(row).to_contain_text("Rel;1")
    expect(row).to_contain_text("does what it should")
    shoot(bench, "device-install")
    question.get_by_role("button", name="Carry it out").click()
    expect(bench.locator(OUTCOME)).to_contain_text("OpenBeken is installed", timeout=LONG)
    assert "not-to-be-shown" not in bench.content()

    bench.locator(OUTCOME).get_by_role("button", name="Undo").click()
    bench.locator(".question").get_by_role("button", name="Carry it out").click(timeout=LONG)
    expect(bench.locator(OUTCOME)).to_contain_text("Written and verified", timeout=LONG)


def test_a_write_without_a_backup_is_refused_and_says_so(bench: Page, sample: Path) -> None:
    make_virtual(bench, paced=False)
    other = bytearray(sample.read_bytes())
    other[0x150000] = 0
    bench.get_by_role("button", name="Write a file").click()
    panel = bench.locator("[data-panel=write]")
    panel.get_by_label("or another file").set_input_files(
        {"name": "other.bin", "mimeType": "application/octet-stream", "buffer": bytes(other)}
    )
    expect(panel.get_by_label("File", exact=True)).to_contain_text("other.bin")
    panel.get_by_role("button", name="Make a plan").click()
    question = bench.locator(".question")
    expect(question).to_contain_text("There is no backup of this chip yet", timeout=LONG)
    expect(question.get_by_role("button", name="Carry it out")).to_be_hidden()
    question.get_by_role("button", name="Change nothing").click()
    expect(bench.locator(OUTCOME)).to_contain_text("you declined")


def test_the_wiring_follows_the_module(bench: Page) -> None:
    bench.get_by_role("heading", name="Wire it").click()
    picture = bench.locator("[data-wiring] svg")
    expect(picture).to_be_visible()
    expect(picture).not_to_contain_text("CB3S")
    bench.get_by_label("What is printed on the module or chip?").select_option("CB3S")
    expect(picture).to_contain_text("CB3S")
    expect(picture).to_contain_text("RX1")
    expect(
        bench.get_by_text("Never connect the adapter while the device is connected to mains")
    ).to_be_visible()
