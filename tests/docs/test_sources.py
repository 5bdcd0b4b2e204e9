"""What the code says it rests on can be read by anybody: pages that exist, and sections in them."""

import re
from pathlib import Path

import pytest

from docs.pages import DOCS, ROOT, text_of

SOURCE = ROOT / "src" / "bekenlab"
FILES = sorted(
    path
    for path in SOURCE.rglob("*")
    if path.suffix in {".py", ".toml"} and "texts" not in path.parts
)
HEADINGS = set(re.findall(r"^## (.+)$", text_of(DOCS / "formats.md"), re.MULTILINE))


def joined(path: Path) -> str:
    """A file as one line, comment signs at the start of lines left out."""
    return re.sub(r"\s*\n\s*(?:#\s*)?", " ", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_document_that_is_cited_is_here_to_be_read(path: Path) -> None:
    text = re.sub(r"https?://\S+", "", joined(path))
    for name in re.findall(r"[\w./<>{}-]+\.md\b", text):
        if not re.search(r"[<>{}]", name) and name != ".md":
            found = (ROOT / name).is_file() or (DOCS / name).is_file()
            assert found, f"{name} is not in the repository"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_section_of_the_formats_that_is_cited_is_there(path: Path) -> None:
    cited = re.findall(r'docs/formats\.md, "([^"]+)"(?: and "([^"]+)")?', joined(path))
    assert {name for found in cited for name in found if name} <= HEADINGS


def test_every_section_of_the_formats_names_a_public_source() -> None:
    sections = re.split(r"^## ", text_of(DOCS / "formats.md"), flags=re.MULTILINE)[1:]
    assert len(sections) > 10
    for section in sections:
        assert re.search(r"^Sources?:", section, re.MULTILINE), section.partition("\n")[0]
        assert re.search(r"\]\(https://", section), section.partition("\n")[0]


def test_the_sections_are_cited() -> None:
    assert len([path for path in FILES if 'docs/formats.md, "' in joined(path)]) > 10
