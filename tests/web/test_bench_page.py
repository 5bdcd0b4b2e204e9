"""The bench in a real browser: a chip runs, its button is pressed, its lamps light."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from bekenlab.errors import Notice
from bekenlab.samples import build_sample
from live_chips import tiny
from machine_support import LOOP, prints
from shared import dump
from web.accessibility import violations
from web.api import upload
from web.open_files import drop
from web.serving import Served

LONG = 30_000  # milliseconds no test comes near
expect.set_options(timeout=LONG)
OPENBEKEN = "openbk7231n-qio-1.18.300"


@pytest.fixture(autouse=True)
def clear_the_bench(served: Served) -> None:
    served.context.chips.close_all()


def start_sample(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/bench")
    page.locator("[data-sample-chip]").click()
    page.wait_for_url("**/bench/*")
    expect(page.locator('[data-part="P26"]')).to_be_visible()
    expect(page.locator("[data-log]")).to_contain_text("app_init finished")


def start_openbeken(page: Page, served: Served, pins: str) -> None:
    with served.script() as script:
        put = script.post("/api/dumps", params={"name": "obk.bin"}, content=dump(OPENBEKEN))
        chip = script.post("/api/chips", json={"dump": put.json()["dumps"][0]["id"], "pins": pins})
        script.post(f"/api/chips/{chip.json()['id']}", json={"do": "speed", "speed": None})
    page.goto(f"{served.url}/bench/{chip.json()['id']}")
    expect(page.locator("[data-log]")).to_contain_text("MAIN:Time 3")


def clock(page: Page) -> float:
    text = page.locator("[data-clock]").inner_text()
    return float(text.removesuffix(" s"))


def test_holding_the_button_lights_the_relay(
    page: Page, served: Served, shoot: Callable[[Page, str], None]
) -> None:
    start_sample(page, served)
    relay, button = page.locator('[data-part="P26"]'), page.locator('[data-part="P10"] button')
    expect(relay).to_have_attribute("data-on", "false")
    box = button.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    expect(relay).to_have_attribute("data-on", "true")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator('[data-part="P10"]')).to_contain_text("pressed")
    page.mouse.up()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(relay).to_contain_text("Relay 1")
    expect(relay).to_contain_text("on")
    expect(page.locator("[data-log]")).to_contain_text("relay on")
    expect(page.locator("[data-announcements]")).to_contain_text("Relay 1: on")
    shoot(page, "bench")
    page.reload()
    expect(relay).to_have_attribute("data-on", "true")
    expect(page.locator("[data-log]")).to_contain_text("relay on")


@pytest.mark.parametrize("key", ["Enter", " "])
def test_the_button_is_pressed_by_key(page: Page, served: Served, key: str) -> None:
    start_sample(page, served)
    page.locator('[data-part="P10"] button').focus()
    page.keyboard.press(key)
    expect(page.locator('[data-part="P26"]')).to_have_attribute("data-on", "true")
    expect(page.locator('[data-part="P10"]')).to_have_attribute("data-on", "false")


def test_a_pause_stops_time_a_step_moves_it_a_reset_begins_anew(page: Page, served: Served) -> None:
    start_sample(page, served)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-state]")).to_have_text("paused")
    stood = clock(page)
    page.wait_for_timeout(300)
    assert clock(page) == stood
    page.get_by_role("button", name="Step").click()
    expect(page.locator("[data-clock]")).not_to_have_text(f"{stood:.3f} s")
    assert clock(page) == pytest.approx(stood + 0.01, abs=0.002)
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(page.locator("[data-clock]")).to_have_text("0.000 s")
    expect(page.locator("[data-log]")).to_contain_text("— reset —")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("[data-state]")).to_have_text("running")


def test_the_strip_has_the_edges_and_looks_back(page: Page, served: Served) -> None:
    start_sample(page, served)
    page.locator('[data-part="P10"] button').click()
    expect(page.locator('[data-part="P26"]')).to_have_attribute("data-on", "true")
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("The last edges as a table").click()
    rows = page.locator("[data-edges] tr")
    expect(rows.filter(has_text="P26").first).to_contain_text("1")
    expect(rows.filter(has_text="P8").first).to_contain_text("250.0 ms")
    strip = page.locator("[data-strip]")
    assert re.search(r"P8.*P26|P26.*P8", strip.get_attribute("aria-label") or "")
    expect(page.locator("[data-span]")).to_have_text("5 s")
    strip.focus()
    for key in ("+", "+", "ArrowLeft"):
        page.keyboard.press(key)
    expect(page.locator("[data-span]")).to_have_text("1 s")
    live = page.get_by_role("button", name="Live")
    expect(live).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("End")
    expect(live).to_have_attribute("aria-pressed", "true")


def test_any_pin_can_be_driven_and_data_points_reported(page: Page, served: Served) -> None:
    start_sample(page, served)
    page.get_by_label("Drive P10 externally to").select_option("0")
    expect(page.locator('[data-part="P26"]')).to_have_attribute("data-on", "true")
    page.reload()
    expect(page.get_by_label("Drive P10 externally to")).to_have_value("0")
    form = page.locator("[data-point]")
    expect(form).to_be_hidden()  # until there is a second controller
    chip = page.url.rpartition("/")[2]
    with served.script() as script:
        point = {"do": "point", "id": 1, "type": "bool", "value": "1"}
        assert script.post(f"/api/chips/{chip}", json=point).status_code == 202
    form.locator("[name=id]").fill("20")
    form.locator("[name=type]").select_option("value")
    form.locator("[name=value]").fill("215")
    form.get_by_role("button", name="Report").click()
    value = page.get_by_label("Value of data point 20")
    expect(value).to_have_value("215")
    value.fill("-3")
    value.press("Enter")
    expect(page.locator("[data-log]")).to_contain_text("14 02 00 04 ff ff ff fd")


def test_a_controllers_data_points_are_controls(
    page: Page, served: Served, shoot: Callable[[Page, str], None]
) -> None:
    siren_bytes = dump("bk7231n-tuya-a03cb3s-alarm-tuyamcu-2.1.17")
    with served.script() as script:
        put = script.post("/api/dumps", params={"name": "siren.bin"}, content=siren_bytes)
        siren = put.json()["dumps"][0]["id"]
        chip = script.post("/api/chips", json={"dump": siren}).json()["id"]
    page.goto(f"{served.url}/bench/{chip}")
    rows = page.locator("[data-points] tr")
    expect(rows).to_have_count(4)
    expect(rows.nth(2)).to_contain_text("Alarm")
    alarm = page.get_by_label("Value of data point 13")
    alarm.click()
    expect(alarm).to_be_checked()
    log = page.locator("[data-log]")
    expect(log).to_contain_text("07 report data point  0d 01 00 01 01")
    page.get_by_label("Value of data point 5").select_option("high")
    expect(log).to_contain_text("07 report data point  05 04 00 01 02")
    seconds = page.get_by_label("Value of data point 7")
    seconds.fill("12")
    seconds.press("Enter")
    expect(log).to_contain_text("07 report data point  07 02 00 04 00 00 00 0c")
    shoot(page, "bench-data-points")
    assert violations(page) == []


def test_the_console_of_openbeken_lights_a_lamp(
    page: Page, served: Served, shoot: Callable[[Page, str], None]
) -> None:
    start_openbeken(page, served, "demo-lamp")
    lamp = page.locator('[data-part="lamp"]')
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)
        if len(waiting) > 1:
            route.continue_()

    page.route("**/api/chips/*", hold)
    for command in ("led_basecolor_rgb FF3080", "led_dimmer 90"):
        page.get_by_label("Type into the console").fill(command)
        page.get_by_role("button", name="Send").click()
    page.get_by_label("Type into the console").fill("led_di")
    assert len(waiting) == 1, "the second line waits for the first one"
    waiting[0].continue_()
    expect(page.get_by_label("Type into the console")).to_have_value("led_di")
    expect(lamp).to_have_attribute("data-on", "true")
    expect(lamp).to_contain_text("red79 %")
    light = "lamp => getComputedStyle(lamp).getPropertyValue('--light')"
    assert lamp.evaluate(light) == "#ff2c81"
    shoot(page, "bench-lamp")


def test_openbeken_takes_the_pins_of_another_dump(page: Page, served: Served) -> None:
    with served.script() as script:
        script.post("/api/sample")
        script.post("/api/dumps", params={"name": "obk.bin"}, content=dump(OPENBEKEN))
    page.goto(f"{served.url}/bench")
    page.get_by_label("File", exact=True).select_option(label="obk.bin · OpenBK7231N 1.18.300")
    page.get_by_label("Pins").select_option(
        label="Those of sample-metering-plug.bin, for OpenBeken"
    )
    page.locator("[data-start] button").click()
    page.wait_for_url("**/bench/*")
    expect(page.locator('[data-part="P26"]')).to_contain_text("Relay 1")
    page.locator("#speed").fill("7")
    expect(page.locator("[data-speed]")).to_have_text("fastest")
    expect(page.locator("[data-log]")).to_contain_text("MAIN:Time 3")
    page.locator("#speed").fill("3")
    page.locator('[data-part="P10"] button').click()
    expect(page.locator('[data-part="P26"]')).to_have_attribute("data-on", "true")


def test_a_link_chooses_an_open_file(page: Page, served: Served) -> None:
    with served.script() as script:
        first = script.post("/api/sample").json()["dumps"][0]["id"]
        script.post("/api/sample")
    page.goto(f"{served.url}/bench?dump={first}")
    expect(page.get_by_label("File", exact=True)).to_have_value(first)
    page.goto(f"{served.url}/bench?dump=unknown")
    expect(page.get_by_label("File", exact=True)).not_to_have_value(first)


def test_a_chip_taken_off_the_bench_is_gone(page: Page, served: Served) -> None:
    start_sample(page, served)
    here = page.url
    page.get_by_role("button", name="Remove it from the bench").click()
    page.wait_for_url("**/bench")
    assert served.context.chips.names() == {}
    expect(page.get_by_role("heading", name="On the bench now")).to_have_count(0)
    with served.script() as script:
        assert script.get(here).status_code == 404


def test_a_chip_that_is_closed_elsewhere_is_told_of(page: Page, served: Served) -> None:
    start_sample(page, served)
    served.context.chips.close_all()
    expect(page.get_by_role("alert")).to_contain_text("is no longer running")
    page.get_by_role("link", name="Start one on the bench").click()
    page.wait_for_url("**/bench")


def test_a_table_without_pins_says_how_to_drive_one(page: Page, served: Served) -> None:
    name = served.context.chips.open(tiny(*prints(b"hello\n", 0xE7F000F0)))
    page.goto(f"{served.url}/bench/{name}")
    said, table = page.locator("[data-no-gpio]"), page.locator("[data-gpio-table]")
    expect(said).to_contain_text("tick “Include pins the firmware does not use”")
    expect(table).to_be_hidden()
    page.get_by_label("Include pins the firmware does not use").check()
    expect(table).to_be_visible()
    expect(said).to_be_hidden()


def test_where_a_second_controller_has_all_parts_only_that_is_said(
    page: Page, served: Served
) -> None:
    notices = (Notice("second-controller", "There are no pins to set up."),)
    name = served.context.chips.open(replace(tiny(LOOP), notices=notices))
    page.goto(f"{served.url}/bench/{name}")
    expect(page.locator("[data-state]")).to_have_text("running")
    expect(page.get_by_role("heading", name="Connected parts")).to_be_visible()
    expect(page.locator("[data-no-parts]")).to_have_count(0)


def test_one_button_of_a_page_is_the_first_choice(page: Page, served: Served, sample: Path) -> None:
    start_sample(page, served)
    expect(page.locator("main .button.primary")).to_have_count(1)
    page.goto(f"{served.url}/bench")
    with served.script() as script:
        upload(script, sample)
    page.reload()
    expect(page.locator("main .button.primary")).to_have_text(["Put it on the bench"])
    choice, form = page.locator("#dump").bounding_box(), page.locator("[data-start]").bounding_box()
    assert choice
    assert form
    assert choice["width"] > form["width"] * 0.95, "names of files are long"


def test_a_file_without_an_application_is_not_offered(served: Served) -> None:
    """Its boot loader would run, and the bench shows what applications do."""
    data = build_sample()
    with served.script() as script:
        drop(script, "no-app.bin", data[:0x11000] + b"\xff" * 0x1BF000 + data[0x1D0000:])
        bench = script.get("/bench").text
        files = re.search(r'<select id="dump".*?</select>', bench, re.DOTALL)
        assert files is None or "no-app.bin" not in files[0]
        assert "Those of no-app.bin, for OpenBeken" in bench, "its pins are known"
        assert "no-app.bin" in script.get("/device").text, "it can be read and written over a wire"


def test_a_pwm_band_ends_at_the_present(page: Page, served: Served) -> None:
    start_sample(page, served)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-state]")).to_have_text("paused")
    drawn = page.evaluate(
        """async () => {
          const { Strip } = await import("/static/bench/strip.js");
          const rects = [];
          const pen = new Proxy({}, { get: (_, name) => name === "fillRect"
            ? (x, y, width) => rects.push([x, x + width]) : () => {}, set: () => true });
          const strip = Object.create(Strip.prototype);
          const [canvas, edges] = [{ clientWidth: 1168 }, { start: 1 }];
          Object.assign(strip, { canvas, edges, span: 16, end: null, now: 3 });
          strip.pwm(pen, { pwm: { hz: 1000, duty: 0.5 } }, 0, 20, 1168);
          const span = strip.right();
          return { rects, span };
        }"""
    )
    at = [168 + seconds / drawn["span"] * 1000 for seconds in (1, 3)]
    assert drawn["rects"] == [pytest.approx(at)]


def test_a_crash_is_told_until_a_reset(page: Page, served: Served) -> None:
    name = served.context.chips.open(tiny(*prints(b"hello\n", 0xE7F000F0)))
    page.goto(f"{served.url}/bench/{name}")
    expect(page.get_by_role("alert")).to_contain_text("The firmware crashed: it came upon")
    expect(page.get_by_role("alert").locator("small")).to_contain_text(" at 0x")
    assert "UC_ERR" not in page.get_by_role("main").inner_text()
    expect(page.locator("[data-state]")).to_have_text("stopped")
    expect(page.get_by_role("button", name="Run")).to_be_disabled()
    expect(page.locator("[data-log]")).to_contain_text("hello")
    expect(page.locator("[data-log]")).to_contain_text("— the firmware crashed: ")
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(page.locator("[data-log]")).to_contain_text("— reset —")


def test_openbeken_without_pins_says_where_to_get_some(page: Page, served: Served) -> None:
    with served.script() as script:
        put = script.post("/api/dumps", params={"name": "obk.bin"}, content=dump(OPENBEKEN))
        chip = script.post("/api/chips", json={"dump": put.json()["dumps"][0]["id"]}).json()
    page.goto(f"{served.url}/bench/{chip['id']}")
    page.get_by_role("link", name="Choose pins").click()
    page.wait_for_url("**/bench")


def test_what_cannot_run_is_refused_in_words(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.goto(served.entrance)
    page.goto(f"{served.url}/bench")
    page.locator("[data-files]").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"nothing here " * 500}
    )
    expect(page.get_by_role("alert")).to_contain_text("text without a Tuya configuration")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_bench_is_accessible(browser: Browser, served: Served, scheme: str) -> None:
    context = browser.new_context(locale="en-US", color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(served.entrance)
    start_sample(page, served)
    page.get_by_text("The last edges as a table").click()
    page.locator('[data-part="P10"] button').click()
    assert violations(page) == []
    page.goto(f"{served.url}/bench")
    assert violations(page) == []
    context.close()


@pytest.mark.parametrize("language", ["en-US", "de-DE"])
def test_the_bench_fits_a_phone(browser: Browser, served: Served, language: str) -> None:
    context = browser.new_context(
        locale=language, viewport={"width": 360, "height": 740}, has_touch=True
    )
    page = context.new_page()
    page.goto(served.entrance)
    start_sample(page, served)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator('[data-part="P10"] button').tap()
    expect(page.locator('[data-part="P26"]')).to_have_attribute("data-on", "true")
    context.close()
