"""What the code says it rests on can be read by anybody: pages that exist, and sections in them."""

import re
from functools import cache
from pathlib import Path

from docs.pages import DOCS, ROOT, text_of

SOURCE = ROOT / "src" / "bekenlab"
FILES = sorted(
    path
    for path in SOURCE.rglob("*")
    if path.suffix in {".py", ".toml"} and "texts" not in path.parts
)
HEADINGS = set(re.findall(r"^## (.+)$", text_of(DOCS / "formats.md"), re.MULTILINE))


@cache
def joined(path: Path) -> str:
    """A file that names documents as one line, comment signs at the start of lines left out."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"\s*\n\s*(?:#\s*)?", " ", text) if ".md" in text else ""


def documents(path: Path) -> set[str]:
    """The documents that a file names, addresses in the network left out."""
    text = re.sub(r"https?://\S+", "", joined(path))
    names = set(re.findall(r"[\w./<>{}-]+\.md\b", text))
    return {name for name in names if not re.search(r"[<>{}]", name) and name != ".md"}


def sections(path: Path) -> set[str]:
    """The sections of docs/formats.md that a file cites."""
    cited = re.findall(r'docs/formats\.md, "([^"]+)"(?: and "([^"]+)")?', joined(path))
    return {name for found in cited for name in found if name}


def test_a_document_that_is_cited_is_here_to_be_read() -> None:
    missing = {
        (str(path.relative_to(SOURCE)), name)
        for path in FILES
        for name in documents(path)
        if not (ROOT / name).is_file() and not (DOCS / name).is_file()
    }
    assert missing == set()


def test_a_section_of_the_formats_that_is_cited_is_there() -> None:
    missing = {
        (str(path.relative_to(SOURCE)), name)
        for path in FILES
        for name in sections(path) - HEADINGS
    }
    assert missing == set()


def test_every_section_of_the_formats_names_a_public_source() -> None:
    found = re.split(r"^## ", text_of(DOCS / "formats.md"), flags=re.MULTILINE)[1:]
    assert len(found) > 10
    for section in found:
        assert re.search(r"^Sources?:", section, re.MULTILINE), section.partition("\n")[0]
        assert re.search(r"\]\(https://", section), section.partition("\n")[0]


def test_the_sections_are_cited() -> None:
    assert len([path for path in FILES if sections(path)]) > 10
