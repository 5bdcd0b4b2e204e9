"""Nothing reaches a German page in English, unless it is marked as English."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from bekenlab.errors import Notice
from bekenlab.web.texts import texts
from docs.pages import DOCS, rows
from shared import dump
from web.api import upload, virtual
from web.open_files import KINDS, drop
from web.sentences import SAID
from web.serving import Served
from web.warning_sections import SECTIONS

GERMAN = texts("de")
# Words of English that no German sentence has.
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|not|with|this|that|to|for|from|its|has|have|does|by)\b",
    re.IGNORECASE,
)
# What is quoted from a device, and names.
_NAMED = re.compile(r"[\w./-]*[\d_./-][\w./-]*|Wi-Fi|OpenBeken|LICENSE")


@pytest.mark.parametrize("what", SAID)
def test_what_other_packages_say_has_a_german_text(what: str) -> None:
    """A new sentence needs a row in ``web/texts/said.toml``."""
    without = {
        said for said in SAID[what] if not GERMAN.sentence(said) and GERMAN.label(said) == said
    }
    assert not {said for said in without if is_english(said)}


def is_english(text: str) -> bool:
    return ENGLISH.search(_NAMED.sub("", text)) is not None


class Read(HTMLParser):
    """What somebody reads or hears of a page, without what is code or marked as English."""

    SILENT = frozenset({"script", "style", "code", "pre", "option"})
    VOID = frozenset({"meta", "link", "input", "img", "br", "source", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        hidden = tag in self.SILENT or given.get("lang") == "en"
        if tag not in self.VOID:
            self._open.append((tag, hidden))
        if not hidden:
            spoken = ("alt", "aria-label", "placeholder", "title")
            self.found += [given[name] or "" for name in spoken if given.get(name)]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(hidden for _, hidden in self._open):
            self.found.append(" ".join(data.split()))


def english_in(html: str) -> list[str]:
    read = Read()
    read.feed(html)
    english = {
        text for key, text in texts("en").entries.items() if GERMAN.entries[key] != text and text
    } - set(GERMAN.entries.values())
    return [text for text in read.found if text in english or is_english(text)]


PATHS = (
    *("/", "/guide", "/dump", "/device", "/bench", "/photo", "/jobs", "/nowhere"),
    "/device?board=CB3S",
)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_german(served: Served, path: str) -> None:
    with served.script() as script:
        answer = script.get(path, headers={"accept-language": "de"})
    assert 'lang="de"' in answer.text
    assert english_in(answer.text) == []


def test_a_running_bench_is_german(browser: Browser, served: Served, sample: Path) -> None:
    with served.script() as script:
        chip = script.post("/api/chips", json={"dump": upload(script, sample)}).json()["id"]
        context = browser.new_context(locale="de-DE")
        page = context.new_page()
        page.goto(served.entrance)
        page.goto(f"{served.url}/bench/{chip}")
        expect(page.locator('[data-part="P10"] button')).to_be_visible(timeout=30_000)
        expect(page.locator("main")).to_contain_text(re.compile(r"\d,\d\d s"))
        assert english_on(page) == []
        context.close()
        script.delete(f"/api/chips/{chip}")


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_each_kind_of_file_is_german(served: Served, kind: str) -> None:
    with served.script() as script:
        (row,) = drop(script, f"{kind}.bin", KINDS[kind])["dumps"]
        answer = script.get(f"/dump/{row['id']}", headers={"accept-language": "de"})
        script.delete("/api/dumps")
    assert english_in(answer.text) == []


@pytest.mark.parametrize("section", SECTIONS)
def test_every_warning_is_german_from_title_to_next_step(section: str) -> None:
    """By its code, whatever its sentence is."""
    codes = [row[0].strip("`") for row in rows(DOCS / "warnings.md", section)]
    assert codes
    for code in codes:
        told = GERMAN.warning(Notice(code, "Something that nobody has translated."))
        assert told.exact, code
        for text in (told.title, told.body, told.todo):
            assert text, code
            assert not is_english(text), text
            assert not re.search(r"`|--|bekenlab [a-z]+ [A-Z-]", text), (
                "no commands or options in a browser"
            )


WARNED = (
    "bk7231n-tuya-10gang-wallswitch-tuyamcu-3.1.28",
    "daybetter-flsl501115wifity-rgb-led-strip",
    "openbk7231n-qio-1.18.300",
)


@pytest.mark.parametrize("name", [*WARNED, "sample"])
def test_the_report_is_german_where_the_page_is(served: Served, name: str) -> None:
    content = KINDS["dump"] if name == "sample" else dump(name)
    with served.script() as script:
        (row,) = drop(script, "plug.bin", content)["dumps"]
        german = {"accept-language": "de"}
        page = script.get(f"/dump/{row['id']}", headers=german)
        report = script.get(f"/api/dumps/{row['id']}/html", headers=german)
        english = script.get(f"/api/dumps/{row['id']}/html", headers={"accept-language": "en"})
        script.delete("/api/dumps")
    assert english_in(page.text) == []
    assert '<html lang="de">' in report.text
    assert english_in(report.text) == []
    assert "2.097.152 Bytes" in report.text or "Bytes, SHA-256" in report.text
    assert '<html lang="en">' in english.text
    assert "The device" in english.text


SPOKEN = """() => {
    const silent = "script, style, code, pre, [role=log], option, template, [lang=en], [hidden], "
        + "details:not([open]) > :not(summary)";
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const node = walk.currentNode;
        const text = node.textContent.trim();
        if (text && !node.parentElement.closest(silent)) found.push(text.replace(/\\s+/g, " "));
    }
    const spoken = ["alt", "aria-label", "placeholder", "title"];
    for (const node of document.querySelectorAll("main *")) {
        const unseen = !node.getClientRects().length;
        if (unseen || node.closest("[lang=en], template, pre, code")) continue;
        found.push(...spoken.map((name) => node.getAttribute(name)).filter(Boolean));
    }
    return found;
}"""  # fmt: skip


def english_on(page: Page) -> list[str]:
    english = {
        text for key, text in texts("en").entries.items() if GERMAN.entries[key] != text and text
    } - set(GERMAN.entries.values())
    return [text for text in page.evaluate(SPOKEN) if text in english or is_english(text)]


def test_jobs_and_their_outcomes_are_german(
    browser: Browser, served: Served, sample: Path, tmp_path: Path
) -> None:
    """A check, a backup, a plan that is refused, an install that fails, a file that is junk."""
    other = tmp_path / "other.bin"
    other.write_bytes(sample.read_bytes()[:-1] + b"\x00")
    with served.script() as script:
        port = virtual(script, upload(script, sample))
        file = upload(script, other)
    context = browser.new_context(locale="de-DE", viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.goto(served.entrance)
    page.goto(f"{served.url}/device")
    page.locator(f'input[value="{port}"]').check()
    outcome = page.locator("[data-job-outcome] .notice")
    for action, title in (("doctor", "Alles funktioniert"), ("backup", "Gesichert")):
        page.locator(f"[data-action={action}]").click()
        expect(outcome.locator("h3")).to_have_text(title, timeout=60_000)
        assert english_on(page) == []
    page.locator("[data-action=write]").click()
    page.locator("#write-file").select_option(file)
    page.locator("#panel-write [type=submit]").click()
    question = page.locator("[data-job-question]")
    expect(question).to_contain_text("ein Dump des ganzen Flash", timeout=60_000)
    assert english_on(page) == []
    question.locator("[data-no]").click()
    expect(outcome).to_be_visible()
    assert english_on(page) == []
    page.locator("[data-action=install]").click()
    page.set_input_files("#install-file-new", other)
    expect(page.locator("#install-file")).not_to_have_value("latest")
    page.locator("#panel-install [type=submit]").click()
    expect(page.locator("main")).to_contain_text("nicht OpenBeken")
    assert english_on(page) == []
    page.goto(f"{served.url}/jobs")
    expect(page.locator("[data-jobs] li").first).to_be_visible()
    assert english_on(page) == []
    page.goto(served.url)
    junk: FilePayload = {"name": "junk.bin", "mimeType": "", "buffer": b"\x17\x2b" * 4000}
    page.set_input_files("[data-files]", junk)
    expect(page.locator("[data-drop-state]")).to_contain_text("nichts von einem Beken-Chip")
    assert english_on(page) == []
    context.close()
