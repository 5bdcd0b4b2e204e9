"""Where a file gives no pins, its page says why, and offers what helps."""

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import FilePayload, Page, expect

from analyses import STORAGE, storage, with_regions
from bekenlab.analysis.inputs import load_one
from bekenlab.samples import build_sample
from bekenlab.web.job import Job
from bekenlab.web.texts import texts
from shared import dump, shared
from web.api import wait_for
from web.open_files import drop, without_storage
from web.serving import Served

APP, APP_END = 0x11000, 0x1D0000


def foreign() -> bytes:
    return dump("bl2028n-dreo-dr-htf004s-fan-pai-053")


def unreadable() -> bytes:
    """Storage without anything that its key decrypts."""
    data = bytearray(with_regions(storage()))
    data[STORAGE + 0x1000 :] = bytes(len(data) - STORAGE - 0x1000)
    return bytes(data)


FILES: dict[str, Callable[[], bytes]] = {
    "none": without_storage,
    "mcu": lambda: with_regions(storage(baud_cfg=b'{"baud":9600}')),
    "cut": lambda: build_sample()[:0x180000],
    "openbeken": lambda: dump("openbk7231n-qio-1.18.300"),
    "unreadable": unreadable,
    "foreign": foreign,
    "no": lambda: build_sample()[:APP] + b"\xff" * (len(build_sample()) - APP),
}


@pytest.fixture
def script(served: Served) -> Iterator[httpx.Client]:
    with served.script() as found:
        yield found
        found.delete("/api/dumps")


def page_of(script: httpx.Client, data: bytes, language: str = "en") -> str:
    (row,) = drop(script, "file.bin", data)["dumps"]
    return script.get(f"/dump/{row['id']}", headers={"accept-language": language}).text


def told(html: str) -> str:
    found = re.search(r"<p[^>]*>([^<]*)</p>", html.partition('id="pins"')[2])
    assert found is not None
    return found[1].replace("&#39;", "'")


@pytest.mark.parametrize("why", FILES)
def test_a_page_says_why_there_are_no_pins(script: httpx.Client, why: str) -> None:
    for language in ("en", "de"):
        page = page_of(script, FILES[why](), language)
        assert told(page) == texts(language)(f"dump.no_pins.{why}")
        boot = re.search(r'<button[^>]*class="button ([^"]*)" data-boot>', page)
        assert (boot is not None and "primary" in boot[1]) == (why == "none"), "only where it helps"


def test_nobody_is_told_to_install_from_a_damaged_file(script: httpx.Client) -> None:
    for data in (build_sample()[:0x180000], build_sample()[:0x20000]):
        page = page_of(script, data)
        assert "do not flash this file" in page
        assert texts("en")("dump.next.install") not in page
        assert texts("en")("dump.next.back_up") in page
    whole = page_of(script, build_sample())
    assert texts("en")("dump.next.install") in whole
    assert texts("en")("dump.next.back_up") not in whole


def primaries(html: str) -> list[str]:
    return re.findall(r'class="button primary"[^>]*>([^<]*)<', html)


def rotated() -> bytes:
    """A file that begins in the middle of the flash."""
    data = build_sample()
    return data[0x11000:] + data[:0x11000]


@pytest.mark.parametrize(
    ("data", "press"),
    [
        (build_sample, ["install"]),
        (rotated, ["back_up"]),
        (lambda: build_sample()[STORAGE : STORAGE + 0x12000], ["back_up"]),
        (without_storage, ["boot"]),
        (lambda: FILES["cut"](), ["back_up"]),
        (foreign, ["bench"]),
    ],
)
def test_a_page_has_one_thing_to_do_next(
    script: httpx.Client, data: Callable[[], bytes], press: list[str]
) -> None:
    """What is not all of a flash is read again before something is installed."""
    said = texts("en")
    words = {name: said(f"dump.next.{name}") for name in ("install", "back_up", "bench")}
    words["boot"] = said("dump.boot.go")
    assert primaries(page_of(script, data())) == [words[name] for name in press]


@pytest.mark.parametrize("name", ["mcu", "whole"])
def test_a_configuration_says_what_it_holds(page: Page, served: Served, name: str) -> None:
    data = build_sample() if name == "whole" else FILES[name]()
    with served.script() as script:
        (row,) = drop(script, "file.bin", data)["dumps"]
        page.goto(f"{served.url}/dump/{row['id']}")
        page.locator("#tab-config").click()
        key = "config_text" if name == "whole" else "config_no_pins"
        about = page.locator("[data-export-about]")
        expect(about).to_have_text(texts("en")(f"dump.export.{key}"))
        script.delete("/api/dumps")


def erased_app() -> bytes:
    """The sample, whose storage names its pins, without its application."""
    data = bytearray(build_sample())
    data[APP:APP_END] = b"\xff" * (APP_END - APP)
    return bytes(data)


def without_loader() -> bytes:
    return b"\xff" * APP + build_sample()[APP:]


@pytest.mark.parametrize(
    ("data", "but"),
    [(erased_app, "no_app"), (lambda: FILES["cut"](), "damaged"), (without_loader, "no_loader")],
)
def test_what_cannot_start_or_may_fail_is_said_before_it_is_booted(
    script: httpx.Client, data: Callable[[], bytes], but: str
) -> None:
    """Also of a dump that names its pins."""
    page = page_of(script, data())
    said = texts("en")
    assert said(f"dump.but.{but}") in page.replace("&#39;", "'")
    assert ("data-boot>" in page) == (but != "no_app")
    assert (said("dump.next.bench") in page) == (but != "no_app")
    assert said("dump.next.virtual") in page
    assert (said("notice.no-app") in page) == (but == "no_app")
    whole = page_of(script, build_sample())
    assert not any(said(f"dump.but.{end}") in whole for end in ("no_app", "damaged", "no_loader"))


def test_an_image_is_offered_for_installation(script: httpx.Client) -> None:
    page = page_of(script, FILES["openbeken"]())
    install = re.search(r'<a class="([^"]*)" href="/guide[?]image=(?:[^"]*)">([^<]*)</a>', page)
    assert install is not None
    assert "primary" in install[1]
    assert install[2] == texts("en")("dump.next.install_this")


def test_the_bench_is_advised_only_where_it_can_run_the_file(script: httpx.Client) -> None:
    package = "ESPHome-Kickstart-v25.05.28_bk7231n_app.ota.ug.bin.xz"
    page = page_of(script, load_one(shared("images", package)).data)
    assert told(page) == texts("en")("dump.no_pins.foreign_still")
    assert 'href="/bench?' not in page
    assert texts("en")("notice_do.foreign-firmware") not in page


@pytest.mark.parametrize("why", ["cut", "foreign"])
def test_a_page_says_each_thing_once(script: httpx.Client, why: str) -> None:
    page = page_of(script, FILES[why]()).replace("&#39;", "'")
    said = {"cut": "again", "foreign": texts("en")("notice.foreign-firmware")}[why]
    assert page.partition("<main")[2].partition('id="next"')[0].count(said) == 1


def test_a_dump_without_a_name_says_that_its_firmware_is_not_recognised(
    script: httpx.Client,
) -> None:
    page = page_of(script, dump("bk7231t-tuyaconfig-pc44ha"))
    assert texts("en")("dump.facts.firmware") in page.partition('id="pins"')[0]
    assert texts("en")("dump.unknown_firmware") in page


def test_exports_without_pins_say_so(script: httpx.Client) -> None:
    def says_so(data: bytes) -> bool:
        shown = page_of(script, data).partition("<main")[2]
        return texts("en")("dump.export.no_pins") in shown

    assert says_so(without_storage())
    assert not says_so(build_sample())
    assert not says_so(FILES["mcu"]()), "its set-up talks to the controller"


def test_a_password_is_only_said_to_be_possible(script: httpx.Client) -> None:
    assert "may hold your Wi-Fi password" in page_of(script, build_sample())
    assert "holds your Wi-Fi password" not in page_of(script, build_sample())


def without_pins(done: threading.Event) -> Callable[[Job], dict[str, Any]]:
    """A boot that gives no pins."""

    def work(job: Job) -> dict[str, Any]:
        done.wait(60)
        return {"pins": [], "stop": "quiet", "device_seconds": 3.0}

    return work


def test_after_a_boot_without_pins_the_bench_is_offered_not_another_boot(
    page: Page, served: Served
) -> None:
    done = threading.Event()
    with served.script() as script:
        (row,) = drop(script, "fan.bin", foreign())["dumps"]
        job = served.context.manager.start("boot", without_pins(done), title="", file=row["id"]).id
        page.goto(f"{served.url}/dump/{row['id']}")
        outcome = page.locator("[data-boot-outcome]")
        expect(page.locator("[data-no-pins]")).to_have_text(texts("en")("dump.no_pins.foreign"))
        done.set()
        assert wait_for(script, job, "end")["state"] == "done"
        expect(outcome.get_by_role("link")).to_have_attribute("href", f"/bench?dump={row['id']}")
        expect(page.locator("[data-no-pins]")).to_have_text(texts("en")("dump.no_pins.booted"))
        page.reload()
        expect(page.get_by_text(texts("en")("dump.no_pins.booted"))).to_be_visible()
        expect(page.locator("[data-boot].primary")).to_have_count(0)
        script.delete("/api/dumps")


def test_the_guide_says_what_applies_to_a_second_controller(script: httpx.Client) -> None:
    (row,) = drop(script, "mcu.bin", FILES["mcu"]())["dumps"]
    answer = script.get(f"/guide?step=understand&dump={row['id']}")
    page = answer.text.partition("<main")[2].replace("&#39;", "'")
    assert texts("en")("guide.understand.mcu") in page
    assert texts("en")("guide.understand.without") not in page


def test_the_guide_says_what_a_boot_without_pins_has_shown(page: Page, served: Served) -> None:
    """It once went on to say that the dump is being booted."""
    file: FilePayload = {"name": "bare.bin", "mimeType": "", "buffer": without_storage()}
    done = threading.Event()
    with served.script() as script:
        (row,) = drop(script, file["name"], file["buffer"])["dumps"]
        served.context.manager.start("boot", without_pins(done), title="", file=row["id"])
        done.set()
        page.goto(f"{served.url}/guide?step=understand&dump={row['id']}")
        expect(page.get_by_text(texts("en")("dump.boot.itself"))).to_have_count(0)
        expect(page.get_by_text(texts("en")("guide.understand.without"))).to_be_visible()
        script.delete("/api/dumps")


@pytest.mark.parametrize("data", ["openbeken", "mcu", "foreign"])
def test_the_bench_gives_no_advice_about_what_is_done_elsewhere(
    script: httpx.Client, data: str
) -> None:
    (row,) = drop(script, "file.bin", FILES[data]())["dumps"]
    chip = script.post("/api/chips", json={"dump": row["id"]}).json()["id"]
    page = script.get(f"/bench/{chip}").text.partition("<main")[2].replace("&#39;", "'")
    script.delete(f"/api/chips/{chip}")
    for code in ("second-controller", "openbeken-without-config", "foreign-firmware"):
        assert texts("en")(f"notice_do.{code}") not in page
