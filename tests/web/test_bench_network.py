"""From the bench to the chip's own page: a click there moves a pin here."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from air_devices import OBK_N, firmware
from live_chips import tiny
from machine_support import LOOP
from web.accessibility import violations
from web.serving import Served

Shoot = Callable[[Page, str], None]
LONG = 60_000


@pytest.fixture
def dump(served: Served) -> str:
    served.context.chips.close_all()
    with served.script() as script:
        put = script.post("/api/dumps", params={"name": "obk.bin"}, content=firmware(OBK_N))
    return str(put.json()["dumps"][0]["id"])


@pytest.mark.parametrize("kind", ["its", "ours"])
def test_a_click_on_the_page_of_the_device_moves_a_pin_on_the_bench(
    page: Page, served: Served, dump: str, shoot: Shoot, kind: str
) -> None:
    page.goto(f"{served.url}/bench?dump={dump}")
    page.get_by_label("Pins").select_option("demo-plug")
    network = page.get_by_label("Network", exact=True)
    expect(network).to_have_value("none")  # closed unless somebody opens it
    network.select_option(kind)
    page.locator("[data-start] button").click()
    page.wait_for_url("**/bench/*")
    link = page.get_by_role("link", name="Open the device's page")
    expect(link).to_be_visible(timeout=LONG)
    expect(page.locator("[data-network-state]")).to_contain_text("In the network, at 192.168.")
    shoot(page, f"bench-network-{kind}")
    relay = page.locator('[data-part][data-kind="relay"]').first
    relay = relay if relay.count() else page.locator('[data-part="P26"]')
    expect(relay).to_have_attribute("data-on", "false")
    with page.context.expect_page() as opened:
        link.click()
    device = opened.value
    expect(device).to_have_title(re.compile("OpenBK7231N"), timeout=LONG)
    assert page.context.cookies(served.url), "the pages have one"
    assert page.context.cookies(device.url) == [], "it gets none of ours"
    assert device.evaluate("window.opener") is None
    shoot(device, f"openbeken-{kind}")
    device.get_by_role("button", name="Toggle").first.click()
    expect(relay).to_have_attribute("data-on", "true", timeout=LONG)
    shoot(page, f"bench-network-{kind}-on")
    device.close()


def test_a_running_chip_is_put_into_a_network_and_taken_out(
    page: Page, served: Served, dump: str
) -> None:
    with served.script() as script:
        row = script.post("/api/chips", json={"dump": dump, "pins": "demo-plug"}).json()
    page.goto(f"{served.url}/bench/{row['id']}")
    link = page.get_by_role("link", name="Open the device's page")
    expect(link).to_be_hidden()
    restart = page.get_by_role("button", name="Restart with this network")
    expect(restart).to_be_disabled()  # nothing would change
    expect(page.locator("[data-network-same]")).to_contain_text("choose another network")
    page.get_by_label("Network", exact=True).select_option("its")
    expect(page.locator("[data-network-same]")).to_be_hidden()
    page.get_by_role("button", name="Restart with this network").click()
    expect(page.locator("[data-network-state]")).to_contain_text("Waiting for it to open")
    expect(link).to_be_visible(timeout=LONG)
    expect(page.get_by_label("Network", exact=True)).to_have_value("its")
    assert violations(page) == []
    page.get_by_label("Network", exact=True).select_option("none")
    page.get_by_role("button", name="Restart with this network").click()
    expect(page.locator("[data-network-shown]")).to_be_hidden()


def test_a_network_with_a_broker_shows_what_the_chip_publishes(
    page: Page, served: Served, dump: str, shoot: Shoot
) -> None:
    page.goto(f"{served.url}/bench?dump={dump}")
    page.get_by_label("Pins").select_option("demo-plug")
    broker = page.get_by_label("with an MQTT broker")
    expect(broker).to_be_hidden()  # only our network has one
    page.get_by_label("Network", exact=True).select_option("ours")
    broker.check()
    page.locator("[data-start] button").click()
    page.wait_for_url("**/bench/*")
    expect(page.get_by_label("protected with WPA2")).not_to_be_checked()
    expect(broker).to_be_checked()
    messages = page.locator("[data-messages]")
    messages.locator("summary").click()
    expect(messages.get_by_role("row").filter(has_text="/connected")).to_contain_text(
        "online", timeout=2 * LONG
    )
    shoot(page, "bench-network-mqtt")
    assert violations(page) == []
    restart = page.get_by_role("button", name="Restart with this network")
    expect(restart).to_be_disabled()
    broker.uncheck()
    expect(restart).to_be_enabled()  # it would be another network


def test_firmware_that_cannot_be_told_of_our_network_says_so(page: Page, served: Served) -> None:
    name = served.context.chips.open(tiny(LOOP))
    page.goto(f"{served.url}/bench/{name}")
    page.get_by_label("Network", exact=True).select_option("ours")
    page.get_by_role("button", name="Restart with this network").click()
    alert = page.get_by_role("alert").filter(has_text="cannot be changed")
    expect(alert).to_contain_text("let it open its own network instead.")
    expect(page.locator("[data-state]")).to_have_text("running")


@pytest.mark.parametrize(
    "given",
    [
        {"network": "internet"},
        {"network": 3},
        {"network": "ours", "mqtt": "yes"},
        {"network": "its", "protected": True},
    ],
)
def test_there_are_no_other_networks(served: Served, dump: str, given: dict[str, Any]) -> None:
    with served.script() as script:
        assert script.post("/api/chips", json={"dump": dump, **given}).status_code == 400
        row = script.post("/api/chips", json={"dump": dump}).json()
        assert script.post(f"/api/chips/{row['id']}/network", json=given).status_code == 400
        assert script.post("/api/chips/gone/network", json={"network": "its"}).status_code == 404


def test_the_bench_in_a_network_fits_a_phone(
    browser: Browser, served: Served, dump: str, shoot: Shoot
) -> None:
    with served.script() as script:
        given = {"dump": dump, "pins": "demo-plug", "network": "its"}
        row = script.post("/api/chips", json=given).json()
    context = browser.new_context(
        locale="de-DE", viewport={"width": 390, "height": 844}, color_scheme="dark"
    )
    page = context.new_page()
    page.goto(served.entrance)
    page.goto(f"{served.url}/bench/{row['id']}")
    expect(page.locator("[data-network-page]")).to_be_visible(timeout=LONG)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shoot(page, "bench-network-phone")
    context.close()
