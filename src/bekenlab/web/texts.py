"""Texts of the pages: one catalogue per language, and the choice of language."""

from __future__ import annotations

import errno
import os
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from bekenlab.report.html import ENGLISH as REPORT
from bekenlab.report.html import Reader
from bekenlab.report.pictures import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from bekenlab.errors import Action, Notice
    from bekenlab.report.pictures import Words

LANGUAGES = ("en", "de")
"""Languages with a catalogue; the first is the default."""

_PLACE = re.compile(r"\{(\w+)\}")
_PERHAPS = re.compile(r"\[([^\[\]]*)\]")
# The name of a file, a port or an address.
_NAME_FIRST = re.compile(r"\S*[./\\_\d]\S")
_LONGEST = 500
_KEY = re.compile(r"""["'`]([a-z]+\.[\w.-]*)(\$\{)?""")
_GROUPED = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])")
_DECIMAL = re.compile(r"\d+\.\d+")
_MEASURED = frozenset({"seconds"})
_NUMBER = re.compile(r"(?<![\w])\d+(?![\w])")


@dataclass(frozen=True, slots=True)
class WarningText:
    """A warning in one language.

    Attributes:
        title: What it is about.
        body: What it means, with its facts if they can be said in the language; may be empty.
        todo: What to do; may be empty.
        exact: Its English sentence, if the body does not say the same.
    """

    title: str
    body: str
    todo: str
    exact: str


@dataclass(frozen=True, slots=True)
class Texts:
    """A catalogue.

    Attributes:
        language: Its code, e.g. ``"de"``.
        entries: Texts by their dotted key, e.g. ``"dump.title"``.
    """

    language: str
    entries: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """Look up a text and replace each ``{name}`` with its value.

        Raises:
            KeyError: The text or a value for it is missing.
        """
        return _filled(self.entries[key], values)

    def wording(self, action: Action) -> str:
        """An action in the words of the pages. See ``bekenlab.errors.Wording``."""
        return self(f"action.{action.name}", **action.facts)

    def or_else(self, key: str, fallback: str) -> str:
        """Look up a text, with a fallback for a missing one."""
        return self.entries.get(key, fallback)

    def label(self, english: str) -> str:
        """Translate the English label of a pin; an unknown label is returned unchanged."""
        # The catalogue has "Relay {n}" for "Relay 2".
        numbers = _NUMBER.findall(english)
        if self.language == LANGUAGES[0] or len(numbers) > 1:
            return english
        key = _labels().get(_NUMBER.sub("{n}", english)) or _labels().get(english)
        return self(key, n="".join(numbers)) if key else self.sentence(english) or english

    def labels(self, also: Iterable[str]) -> dict[str, str]:
        """Labels of pins by their English, for a page's script: those of the catalogue, and more.

        Args:
            also: Further English labels.
        """
        if self.language == LANGUAGES[0]:
            return {}
        found = {english: self.entries[key] for english, key in _labels().items()}
        return {f"said.{english}": text for english, text in found.items()} | {
            f"said.{english}": self.label(english) for english in also
        }

    def sentence(self, english: str) -> str | None:
        """A sentence that another package made in English, in this language; None if unknown.

        They are in ``said.toml``, with places for what varies; what is in a place may be a
        sentence of its own. What is in [brackets] is left out where no text for it is known.
        """
        if self.language == LANGUAGES[0]:
            return english
        for pattern, row in _said() if len(english) <= _LONGEST else ():
            found = pattern.fullmatch(english)
            if found:
                parts = found.groupdict()
                said = {name: self._part(text, name) for name, text in parts.items()}
                return _filled(self._possible(row[self.language], parts), said)
        # A row begins with a small letter, and the sentence of a warning with a capital one.
        small = english[:1].lower() + english[1:]
        said_small = None if small == english else self.sentence(small)
        return said_small and sentence_case(said_small)

    def _possible(self, text: str, parts: Mapping[str, str]) -> str:
        """A text without what is in brackets, if something in it is only known in English."""

        def kept(found: re.Match[str]) -> str:
            names = _PLACE.findall(found[1])
            return found[1] if all(self.sentence(parts[name]) for name in names) else ""

        return _PERHAPS.sub(kept, text)

    def _part(self, english: str, name: str) -> str:
        """What varies in a sentence: a sentence itself, the label of a pin, a number, or a name."""
        if name in _MEASURED and _DECIMAL.fullmatch(english):
            return english.replace(".", ",")  # another number with a point is a version
        said = self.sentence(english) or self.label(english)
        return _GROUPED.sub(lambda found: self.number(int(found[0].replace(",", ""))), said)

    def warning(self, notice: Notice) -> WarningText:
        """A warning: title and next step by its code, body by its sentence or its code."""
        said = self.sentence(notice.message)
        return WarningText(
            self.or_else(f"notice.{notice.code}", notice.code),
            said or _meanings().get(self.language, {}).get(notice.code, ""),
            self.or_else(f"notice_do.{notice.code}", ""),
            "" if said else notice.message,
        )

    def plan_title(self, english: str) -> str:
        """What a plan writes, ``"a.bin: an OTA package (RBL)"``, joined by `` + ``."""
        parts = [part.rpartition(": ") for part in english.split(" + ")]
        return " + ".join(
            f"{self.sentence(name) or name}{colon}{self._kind(what)}" for name, colon, what in parts
        )

    def _kind(self, english: str) -> str:
        """A kind of file, perhaps followed by the name of its firmware."""
        kind, comma, firmware = english.partition(", ")
        return f"{self.sentence(kind) or kind}{comma}{firmware}"

    def number(self, value: int) -> str:
        """A whole number with separators between thousands, as usual in the language."""
        shown = f"{value:,}"
        return shown if self.language == LANGUAGES[0] else shown.replace(",", ".")

    @property
    def picture_words(self) -> Words:
        """The words for ``report.pictures``."""
        return self._below("picture.")

    @property
    def report_reader(self) -> Reader:
        """The language of ``report.html``."""
        return Reader(
            self.language,
            self._below("report."),
            self.picture_words,
            label=self.label,
            sentence=self.sentence,
            warning=lambda notice: (self.warning(notice).title, self.warning(notice).body),
        )

    def _below(self, head: str) -> Words:
        return {k.removeprefix(head): v for k, v in self.entries.items() if k.startswith(head)}

    def sections(self, *names: str) -> dict[str, str]:
        """The texts of the named sections that scripts use; templates have filled in the others."""
        heads = tuple(f"{name}." for name in names)
        exact, begun = _named_by_scripts()
        return {
            key: text
            for key, text in self.entries.items()
            if key.startswith(heads) and (key in exact or key.startswith(begun))
        }


def _filled(text: str, values: Mapping[str, object]) -> str:
    return _PLACE.sub(lambda found: str(values[found[1]]), text)


@cache
def texts(language: str) -> Texts:
    """The catalogue of a language in ``LANGUAGES``."""
    entries = dict(_flat(_read(language)))
    if language == LANGUAGES[0]:
        # The English words are part of pictures and report, which are also made without a page.
        entries |= {f"picture.{key}": text for key, text in ENGLISH.items()}
        entries |= {f"report.{key}": text for key, text in REPORT.items()}
    return Texts(language, entries)


def _read(name: str) -> dict[str, Any]:
    source = resources.files("bekenlab.web") / "texts" / f"{name}.toml"
    return tomllib.loads(source.read_text("utf-8"))


@cache
def _meanings() -> dict[str, dict[str, str]]:
    """What warnings mean, by language and code."""
    return _read("warnings")


@cache
def _said() -> list[tuple[re.Pattern[str], dict[str, str]]]:
    """The sentences of other packages, as patterns, with their rows; the most exact first."""
    rows: list[dict[str, str]] = _read("said")["said"] + _system_reasons()
    rows.sort(key=lambda row: len(_PLACE.sub("", row[LANGUAGES[0]])), reverse=True)
    return [(_pattern(row[LANGUAGES[0]]), row) for row in rows]


def _system_reasons() -> list[dict[str, str]]:
    """What this operating system reports of files and ports, as rows like those of ``said``."""
    return [
        {LANGUAGES[0]: os.strerror(getattr(errno, name)).lower(), **told}
        for name, told in _read("system")["reason"].items()
        if hasattr(errno, name)  # not every system has all of them
    ]


def sentence_case(text: str) -> str:
    """A sentence with a capital letter at its beginning, unless a name stands there."""
    return text if _NAME_FIRST.match(text) else text[:1].upper() + text[1:]


def _pattern(text: str) -> re.Pattern[str]:
    parts = _PLACE.split(text)
    made = [f"(?P<{part}>.+?)" if n % 2 else re.escape(part) for n, part in enumerate(parts)]
    return re.compile("".join(made), re.DOTALL)


@cache
def _named_by_scripts() -> tuple[frozenset[str], tuple[str, ...]]:
    """Keys that scripts name, and beginnings of keys that they complete."""
    static = resources.files("bekenlab.web") / "static"
    folders = (static, static / "bench", static / "stream")
    sources = [file for folder in folders for file in folder.iterdir() if file.name.endswith(".js")]
    found = [pair for source in sources for pair in _KEY.findall(source.read_text("utf-8"))]
    begun = {key for key, more in found if more}
    named = {key for key, _ in found}
    return frozenset(named), (*begun, *(f"{key}." for key in named))


@cache
def _labels() -> dict[str, str]:
    """Keys of the catalogue by English label."""
    entries = texts(LANGUAGES[0]).entries
    return {text: key for key, text in entries.items() if key.startswith("label.")}


def choose_language(wanted: str | None, accepted: str) -> str:
    """The language to answer in.

    Args:
        wanted: The language the visitor chose, or None.
        accepted: The header ``Accept-Language``; any text.
    """
    if wanted in LANGUAGES:
        return wanted
    ranked = sorted(_accepted(accepted), key=lambda pair: -pair[1])
    return next((code for code, weight in ranked if weight > 0), LANGUAGES[0])


def _accepted(header: str) -> Iterator[tuple[str, float]]:
    for part in header[:1000].split(","):
        name, _, quality = part.partition(";q=")
        code = name.strip().lower().partition("-")[0]
        if code in LANGUAGES:
            try:
                yield code, float(quality or 1)
            except ValueError:
                continue


def _flat(table: Mapping[str, Any], head: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{head}{name}.")
        else:
            yield f"{head}{name}", str(value)
