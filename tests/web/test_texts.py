"""The catalogues hold the same, and nothing is said outside them."""

import ast
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

import bekenlab
import bekenlab.web
from bekenlab.openbeken.roles import roles
from bekenlab.web.menu import MENU
from bekenlab.web.texts import LANGUAGES, choose_language, texts
from docs.pages import DOCS, rows
from web.sentences import SOURCE, template_of
from web.warning_sections import SECTIONS

WEB = Path(bekenlab.web.__file__).parent
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
SCRIPTS = sorted((WEB / "static").rglob("*.js"))
CODE = sorted(WEB.rglob("*.py"))
PLACE = re.compile(r"\{\w+\}")
# Names are the same in every language.
NAMES = {"bekenlab"}
SPOKEN = ("alt", "aria-label", "placeholder", "title")
KEY = re.compile(r"""\bt\(\s*["']([a-z_]+(?:\.[\w-]+)+)["']""")


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_all_catalogues_have_the_same_keys_and_places(language: str) -> None:
    first, other = texts(LANGUAGES[0]).entries, texts(language).entries
    assert first.keys() == other.keys()
    for key, text in first.items():
        assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(other[key])), key


def test_every_text_is_translated() -> None:
    """Words that happen to be the same in both are short; a sentence is not."""
    english, german = texts("en").entries, texts("de").entries
    same = [key for key, text in english.items() if text == german[key] and text.count(" ") > 2]
    assert not same


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS, *CODE], ids=lambda path: path.name)
def test_texts_that_are_used_exist(path: Path) -> None:
    for key in KEY.findall(path.read_text("utf-8")):
        assert key in texts("en").entries, key


def test_every_page_in_the_menu_has_its_texts() -> None:
    for item in MENU:
        assert texts("en")(f"{item.name}.title")
        assert texts("en")(f"{item.name}.menu")


class Words(HTMLParser):
    """Everything in a template that a person would read or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found += data.split()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in SPOKEN and value:
                self.found += value.split()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_text_is_written_into_a_template(path: Path) -> None:
    words = Words()
    words.feed(re.sub(r"\{[{%#].*?[}%#]\}", "", path.read_text("utf-8"), flags=re.DOTALL))
    spoken = [word for word in words.found if any(letter.isalpha() for letter in word)]
    assert [word for word in spoken if word not in NAMES] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_text_is_written_into_a_script(path: Path) -> None:
    source = path.read_text("utf-8")
    shown = re.findall(r"(?:textContent|innerText|ariaLabel|title)\s*=\s*[\"'`]([^\"'`]*)", source)
    assert [text for text in shown if re.search("[A-Za-z]{2}", text.split("${")[0])] == []
    assert "innerHTML" not in source, "what a dump says must not become markup"


@pytest.mark.parametrize(
    ("wanted", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "de-AT,de;q=0.9,en;q=0.5", "de"),
        (None, "fr,en;q=0.2,de;q=0.8", "de"),
        (None, "fr", "en"),
        (None, "de;q=0", "en"),
        (None, "de;q=nonsense,en", "en"),
        ("de", "en", "de"),
        ("xx", "de", "de"),
        (None, "," * 100_000, "en"),
    ],
)
def test_the_visitor_gets_a_language_they_read(
    wanted: str | None, accepted: str, language: str
) -> None:
    assert choose_language(wanted, accepted) == language


def test_a_place_is_filled_once() -> None:
    """What is filled in may look like a place itself: a file may be called {name}."""
    assert texts("en")("common.drop.failed", name="{message}", message="x").startswith("{message}")


def test_numbers_in_a_sentence_are_written_as_in_the_language() -> None:
    english = "the package is truncated: it has 1,234 of 2,097,152 bytes"
    assert texts("en").sentence(english) == english
    assert "1.234 von 2.097.152 Bytes" in (texts("de").sentence(english) or "")
    version = "OTA packages with encryption 1.18.300 are not supported"
    assert "1.18.300" in (texts("de").sentence(version) or "")


def told_labels() -> set[str]:
    """Everything that pins can be said to do, with numbers for what is counted."""
    path = Path(bekenlab.__file__).parent / "pins" / "data" / "tuya_keys.toml"
    return set(re.findall(r'label = "([^"]+)"', path.read_text("utf-8")))


def test_what_a_pin_does_is_said_in_german() -> None:
    german = texts("de")
    assert len(told_labels()) > 40
    for label in told_labels() | {"Colour temperature", "Brightness"}:
        english = label.replace("{n+1}", "2").replace("{n}", "2")
        told = german.label(english)
        assert told != english or english in {"Laser", "Motor"}, english
        assert ("2" in told) == ("2" in english), told
    for role in roles()[1:]:
        english = role.label.format(n=2, place="P7")
        assert german.label(english) != english, english
    assert german.label("Relay 12") == "Relais 12"
    assert german.label("BP5758D clock") == "BP5758D clock", "what is not known stays"
    assert texts("en").label("Relay 12") == "Relay 12"


@pytest.mark.parametrize("section", SECTIONS)
def test_every_warning_has_plain_words(section: str) -> None:
    warnings = {row[0].strip("`") for row in rows(DOCS / "warnings.md", section)}
    assert {code for code in warnings if f"notice.{code}" not in texts("en").entries} == set()


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_error_has_a_title_in_plain_words(language: str) -> None:
    codes = {page.stem for page in (DOCS / "errors").glob("*.md")}
    assert len(codes) > 30
    assert {code for code in codes if f"error.{code}" not in texts(language).entries} == set()


@cache
def written() -> tuple[str, ...]:
    """All texts in the source and its tables, with a number wherever something is filled in."""
    found = [value for each in LANGUAGES for value in texts(each).entries.values()]
    for path in sorted(SOURCE.rglob("*.py")):
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        found += [
            text for node in nodes if isinstance(node, ast.expr) and (text := template_of(node))
        ]
    found += [path.read_text("utf-8") for path in sorted(SOURCE.rglob("*.toml"))]
    return tuple(found)


@pytest.mark.parametrize(
    ("unwanted", "instead"),
    [
        (r"[a-z]\(s\) [a-z(]", "singular and plural"),
        ("second processor|zweiter Prozessor", "second controller"),
    ],
)
def test_a_word_is_the_same_everywhere(unwanted: str, instead: str) -> None:
    assert [text for text in written() if re.search(unwanted, text)] == [], instead
