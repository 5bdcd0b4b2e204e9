"""What pictures of all states showed to be wrong, in German on a phone."""

import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bekenlab.report.pictures.board import draw_board
from bekenlab.web.texts import LANGUAGES, sentence_case, texts
from web.api import start, upload, virtual, wait_for
from web.open_files import SECTOR, drop
from web.serving import Served

LONG = 60_000
WIDTH = 390
GERMAN = texts("de")


@pytest.fixture(scope="module")
def phone(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(locale="de-DE", viewport={"width": WIDTH, "height": 844})
    page = context.new_page()
    page.goto(served.entrance)
    yield page
    context.close()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_port_that_was_never_chosen_is_not_said_to_be_gone(phone: Page, served: Served) -> None:
    phone.goto(f"{served.url}/guide?step=check")
    expect(phone.locator("[data-no-port]")).to_contain_text("noch kein Anschluss gewählt")
    phone.goto(f"{served.url}/guide?step=check&port=gone")
    expect(phone.locator("[data-no-port]")).to_contain_text("nicht vorhanden")


def test_messages_are_sentences(phone: Page, served: Served) -> None:
    phone.goto(f"{served.url}/dump/gone")
    main = phone.locator("main")
    expect(main).to_contain_text("Diese Datei ist nicht mehr geöffnet.")
    expect(main).to_contain_text("Was Sie tun können: Legen Sie sie noch einmal ab")


def test_a_name_at_the_beginning_of_a_sentence_stays_as_it_is(phone: Page, served: Served) -> None:
    phone.goto(f"{served.url}/jobs")
    said = [
        phone.evaluate("async (text) => (await import('/static/texts.js')).sentence(text)", text)
        for text in ("socket://127.0.0.1:9: connection refused", "plug-2.bin is empty", "it is so")
    ]
    assert said == [
        "socket://127.0.0.1:9: connection refused.",
        "plug-2.bin is empty.",
        "It is so.",
    ]
    assert sentence_case("plug.bin is empty") == "plug.bin is empty"
    assert sentence_case("it is so") == "It is so"


def test_a_job_that_waits_for_an_answer_says_so(phone: Page, served: Served, sample: Path) -> None:
    with served.script() as script:
        port = virtual(script, upload(script, sample))
        assert wait_for(script, start(script, "backup", port=port), "end")["state"] == "done"
        config = drop(script, "config.bin", SECTOR)["dumps"][0]["id"]
        job = start(script, "write", port=port, dump=config)
        wait_for(script, job, "question")
    phone.goto(f"{served.url}/device?job={job}")
    expect(phone.locator("[data-job-state]")).to_have_text("wartet auf Ihre Antwort")
    expect(phone.locator(".question")).to_contain_text("4 KiB in einem Sektor")
    phone.goto(f"{served.url}/jobs")
    expect(phone.locator("[data-jobs] li").first).to_contain_text("wartet auf Ihre Antwort")
    expect(phone.locator("[data-answer]:visible")).to_have_count(1)
    phone.get_by_role("link", name="Antworten").click()
    phone.wait_for_url(f"**/device?job={job}")
    phone.get_by_role("button", name="Nichts ändern").click()
    expect(phone.locator("[data-job-state]")).to_have_text("nicht ausgeführt")
    assert fits(phone), "the path of the backup is long"


def test_what_was_recognised_is_shown(phone: Page, served: Served, sample: Path) -> None:
    with served.script() as script:
        port = virtual(script, upload(script, sample))
        job = start(script, "info", port=port)
        wait_for(script, job, "end")
    phone.goto(f"{served.url}/device?job={job}")
    outcome = phone.locator("[data-job-outcome]")
    expect(outcome).to_contain_text("Chip erkannt")
    expect(outcome).to_contain_text("TH25Q16HB, 2 MiB")
    expect(outcome.locator(".primary")).to_have_text("Sichern")


VERIFIED = {"file": "plug.bin", "backup": "x", "spans": [[0, 4096]]}
PLAN = {"sectors_equal": 1}
INSTALLED = {"chip": None, "firmware": "", "rehearsal": None, "backup": "x", "outcome": "started"}


@pytest.mark.parametrize(
    ("kind", "result", "first"),
    [
        ("verify", VERIFIED | {"equal": False}, "Sichern"),
        ("verify", VERIFIED | {"equal": True, "spans": []}, "Neu starten"),
        ("restore", {"sectors": {"written": 1}, "undo": None, "plan": PLAN}, "Neu starten"),
        ("install", INSTALLED | {"virtual": True}, "Auf der Werkbank laufen lassen"),
        ("install", INSTALLED | {"virtual": False, "wifi": "x"}, "Im Netz suchen"),
        ("install", INSTALLED | {"virtual": False, "wifi": ""}, "Weboberfläche des Geräts öffnen"),
    ],
)
def test_a_job_that_has_ended_says_what_comes_next(
    phone: Page, served: Served, sample: Path, kind: str, result: dict[str, Any], first: str
) -> None:
    with served.script() as script:
        port = virtual(script, upload(script, sample))
        job = served.context.manager.start(kind, lambda job: result, title="x", port=port)
        wait_for(script, job.id, "end")
    phone.goto(f"{served.url}/device?job={job.id}")
    expect(phone.locator("[data-job-outcome] .primary")).to_have_text(first)


def test_all_of_the_pin_table_of_a_bench_can_be_reached(
    phone: Page, served: Served, sample: Path
) -> None:
    with served.script() as script:
        chip = script.post("/api/chips", json={"dump": upload(script, sample)}).json()["id"]
        phone.goto(f"{served.url}/bench/{chip}")
        choice = phone.get_by_label("P26 von außen ansteuern mit")
        expect(choice).to_be_visible(timeout=LONG)
        box = choice.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= WIDTH
        script.delete(f"/api/chips/{chip}")


@pytest.mark.parametrize("path", ["/guide?step=install", "/device", "/photo"])
def test_no_button_is_in_the_language_of_the_browser(
    phone: Page, served: Served, path: str
) -> None:
    phone.goto(served.url + path)
    for field in phone.locator("input[type=file]").all():
        assert field.evaluate("(node) => getComputedStyle(node).opacity") == "0"


def test_labels_of_every_board_can_be_read_on_a_phone() -> None:
    from bekenlab.chips import modules, packages

    for language in LANGUAGES:
        for board in (*modules(), *packages()):
            box = draw_board(board, {}, texts(language).picture_words).root.get("viewBox", "")
            assert float(box.split()[2]) <= 363, board.name


@pytest.mark.parametrize("name", ["ENOSPC", "EACCES", "EROFS", "EIO", "ENOENT", "EBUSY", "ENODEV"])
def test_what_the_system_reports_is_said_in_german(name: str) -> None:
    reason = os.strerror(getattr(errno, name)).lower()
    said = GERMAN.sentence(f"/a/b.bin cannot be written: {reason}")
    assert said is not None
    assert said.startswith("/a/b.bin lässt sich nicht schreiben: ")
    assert reason not in said


def test_a_reason_nobody_has_translated_is_left_out() -> None:
    said = GERMAN.sentence("/a/b.bin cannot be written: gremlins")
    assert said == "/a/b.bin lässt sich nicht schreiben"


ENDED = {
    "doctor": ({"works": False, "checks": [], "warnings": [], "problem": None}, "Problem gefunden"),
    "verify": ({"equal": False, "spans": []}, "Unterschiede gefunden"),
    "find": ({"address": "", "searched": True}, "nicht gefunden"),
    "install": ({"outcome": "unseen", "wifi": False}, "Start nicht beobachtet"),
    "reboot": ({}, "fertig"),
}


@pytest.mark.parametrize("kind", ENDED)
def test_a_job_that_did_not_find_or_do_what_it_should_is_no_success(
    phone: Page, served: Served, kind: str
) -> None:
    result, said = ENDED[kind]
    job = served.context.manager.start(kind, lambda job: result, title="a device")
    while not job.ended:
        time.sleep(0.01)
    style = "good" if kind == "reboot" else "warn"
    phone.goto(f"{served.url}/jobs")
    listed = phone.locator("[data-jobs] li").first.locator("[data-slot=state]")
    expect(listed).to_have_text(said)
    expect(listed).to_have_class(f"badge {style}")
