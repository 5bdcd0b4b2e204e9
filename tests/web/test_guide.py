"""The guided path in a browser, in German: from the wires to the running device."""

import lzma
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bekenlab.web.guide import STEPS
from shared import shared
from web.serving import Served

LONG = 60_000
NEXT = "[data-do] [data-primary]"
OUTCOME = "[data-job-outcome] .notice"


@pytest.fixture
def german(browser: Browser, served: Served) -> Iterator[Page]:
    """A German visitor who was let in, with a server without backups."""
    for path in (served.folder / "backups").glob("*"):
        path.unlink()
    context = browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 900})
    found = context.new_page()
    complaints: list[str] = []
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.goto(served.entrance)
    yield found
    context.close()
    assert not complaints


@pytest.fixture(scope="module")
def openbeken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of OpenBeken for the sample's chip."""
    packed = shared("dumps", "openbk7231n-qio-1.18.300.bin.xz")
    path = tmp_path_factory.mktemp("firmware") / "OpenBK7231N_QIO_1.18.300.bin"
    path.write_bytes(lzma.decompress(packed.read_bytes()))
    return path


def with_virtual_device(page: Page) -> str:
    """From the start page to the first step, with a virtual sample plug chosen; its id."""
    page.get_by_role("link", name="Beginnen").click()
    page.get_by_text("Kein Gerät zur Hand?").click()
    page.get_by_label("so langsam wie ein echter").uncheck()
    with page.expect_response("**/api/virtual") as made:
        page.get_by_role("button", name="Anlegen").click()
    port = made.value.json()["port"]
    expect(page.locator(f'input[value="{port}"]')).to_be_checked()
    return str(port)


def to_step(page: Page, step: str) -> None:
    """Press the one primary button, and wait until the step is there."""
    expect(page.locator(".button.primary:visible")).to_have_count(1)
    page.locator(NEXT).click(timeout=LONG)
    page.wait_for_url(f"**step={step}**")


def test_the_path_leads_from_the_wires_to_the_running_device(german: Page, openbeken: Path) -> None:
    page = german
    with_virtual_device(page)
    to_step(page, "check")
    expect(page.locator(OUTCOME)).to_contain_text("Alles funktioniert", timeout=LONG)
    to_step(page, "backup")
    expect(page.locator(OUTCOME)).to_contain_text("Gesichert", timeout=LONG)
    to_step(page, "understand")
    expect(page.get_by_role("main")).to_contain_text("Relais 1")
    to_step(page, "install")
    page.get_by_label("oder eine andere Datei").set_input_files(openbeken)
    expect(page.get_by_label("Datei", exact=True)).to_contain_text(openbeken.name)
    page.get_by_label("WLAN-Name").fill("Zuhause")
    page.get_by_label("WLAN-Passwort").fill("kurz")
    go = page.get_by_role("button", name="Sichern und Plan erstellen")
    go.click()
    password = page.get_by_label("WLAN-Passwort")
    wrong = re.compile("Das WLAN-Passwort hat mindestens 8 Zeichen, hier sind es 4")
    expect(password).to_have_accessible_description(wrong)
    expect(password).to_have_attribute("aria-invalid", "true")
    expect(password).to_be_focused()
    expect(page.locator("[data-form-trouble]")).to_be_hidden()
    expect(page.locator("[data-job]")).to_be_hidden()  # nothing was begun

    password.fill("nicht-zu-sehen")
    expect(page.locator("[aria-invalid], .field-trouble")).to_have_count(0)
    go.click()
    question = page.locator(".question")
    expect(question).to_contain_text("Der Probelauf war erfolgreich", timeout=LONG)
    # What the rehearsal does stands below its heading, and nothing claims to be written.
    steps = page.locator("[data-job-steps]")
    expect(steps.locator("> li", has_text="Probelauf").locator("ol li")).to_have_text(
        [
            "Auf einen virtuellen Chip schreiben",
            "Dort starten",
            "Einem virtuellen WLAN mit Ihrem Namen und Passwort beitreten",
        ]
    )
    expect(steps.locator("ol li.over")).to_have_count(3)  # all were seen to be gone through
    expect(question).to_contain_text("mit einem virtuellen WLAN mit diesem Namen und Passwort")
    expect(page.locator("[data-job]")).not_to_contain_text("Geschrieben")
    question.get_by_role("button", name="Ausführen").click()

    page.wait_for_url("**step=runs**", timeout=LONG)
    seen = page.locator("[data-seen]")
    expect(seen).to_contain_text("OpenBeken ist installiert")
    expect(seen).to_contain_text("sein Log zeigt, dass es gestartet ist")
    expect(seen).to_contain_text("Dieses Gerät ist virtuell")
    expect(page.locator(".path .done")).to_have_count(len(STEPS) - 1)
    assert "nicht-zu-sehen" not in page.content()
    seen.get_by_role("button", name="Auf der Werkbank laufen lassen").click()
    page.wait_for_url("**/bench?dump=*")


def test_one_can_leave_the_path_and_come_back(german: Page, served: Served) -> None:
    page = german
    with_virtual_device(page)
    to_step(page, "check")
    expect(page.locator(OUTCOME)).to_be_visible(timeout=LONG)
    page.reload()  # the job is found again
    expect(page.locator(OUTCOME)).to_contain_text("Alles funktioniert")
    where = page.url
    page.goto(f"{served.url}/dump")
    page.goto(f"{served.url}/guide")
    expect(page.locator("[data-come-back]")).to_contain_text("„Prüfen“")
    page.get_by_role("link", name="Dort fortfahren").click()
    page.wait_for_url(where)
    page.get_by_role("link", name="Verdrahten").click()
    page.wait_for_url("**step=wire**")
    expect(page.get_by_role("radio", checked=True)).to_have_count(1)


def test_a_no_changes_nothing_and_is_no_failure(german: Page, openbeken: Path) -> None:
    page = german
    port = with_virtual_device(page)
    page.goto(f"{page.url}?step=install&reached=install&port={port}")
    page.get_by_label("oder eine andere Datei").set_input_files(openbeken)
    expect(page.get_by_label("Datei", exact=True)).to_contain_text(openbeken.name)
    page.get_by_label("Zuerst Probelauf").uncheck()
    page.get_by_role("button", name="Sichern und Plan erstellen").click()
    page.locator(".question").get_by_role("button", name="Nichts ändern").click(timeout=LONG)
    expect(page.locator("[data-job-state]")).to_have_text("nicht ausgeführt")
    expect(page.locator(OUTCOME)).to_contain_text("Nichts wurde geändert")
    expect(page.locator(".notice.bad:visible")).to_have_count(0)
    expect(page.locator("[data-install]")).to_be_visible()  # to be filled in again


def test_the_safety_notes_are_open_until_they_were_read(german: Page, served: Served) -> None:
    page = german
    page.goto(f"{served.url}/guide")
    note = page.get_by_text("Schließen Sie den Adapter nie an, solange")
    expect(note).to_be_visible()
    page.get_by_role("button", name="Ich habe das gelesen").click()
    expect(note).to_be_hidden()
    page.goto(f"{served.url}/device")
    expect(note).to_be_hidden()
    page.get_by_text("Bevor Sie etwas anschließen").click()
    expect(note).to_be_visible()


def test_a_dump_leads_to_its_module_and_to_the_install(german: Page, served: Served) -> None:
    page = german
    with served.script() as script:
        dump = script.post("/api/sample").json()["dumps"][0]["id"]
    page.goto(f"{served.url}/dump/{dump}")
    page.get_by_role("link", name="OpenBeken auf diesem Gerät installieren").click()
    expect(page.get_by_role("main")).to_contain_text("Das Modul CB2S steht in der Datei")
    expect(page.get_by_label("Was steht auf dem Modul oder Chip?")).to_have_value("CB2S")


@pytest.mark.parametrize(
    "query",
    ["step=nowhere", "step=runs", "step=understand&dump=gone", "step=install&port=gone&job=gone"],
)
def test_an_address_that_is_no_longer_right_is_shown_calmly(
    german: Page, served: Served, query: str
) -> None:
    german.goto(f"{served.url}/guide?{query}")
    expect(german.get_by_role("heading", level=1)).to_be_visible()
    expect(german.locator(".path [aria-current=step]")).to_have_count(1)
