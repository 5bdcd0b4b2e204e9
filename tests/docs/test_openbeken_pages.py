"""The pages about OpenBeken say what the commands have and print."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from bekenlab.report.exports import EXPORTERS
from docs.pages import DOCS, rows
from docs.program import fill, run
from docs.test_reference import documented_fields, paths_of, quoted

if TYPE_CHECKING:
    from pathlib import Path


def options_of(words: list[str], folder: Path) -> set[str]:
    _, out = run([*words, "--help"], folder)
    return set(re.findall(r"(?<![\w-])--[a-z][\w-]*", out)) - {"--help"}


def documented_options(page: str) -> set[str]:
    return {quoted(row[0])[0].split()[0] for row in rows(DOCS / page, "Options")}


def test_every_option_of_config_make_and_edit_is_on_its_page(tmp_path: Path) -> None:
    made = options_of(["config", "make"], tmp_path)
    assert documented_options("config.md") == made
    assert options_of(["config", "edit"], tmp_path) == made - {"--from", "--probe"}


CORPUS = "same_product"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    fill(folder)
    make = ["config", "make", "--from", "my-dump.bin", "-o"]
    assert run([*make, "one.bin"], folder)[0] == 0
    assert run([*make, "two.bin", "--startup", "x"], folder)[0] == 0
    return folder


def fields_of(words: list[str], folder: Path) -> set[str]:
    """Fields of a report; names of a configuration's fields are in config.md."""
    _, out = run(words, folder)
    real = set(paths_of(json.loads(out.splitlines()[-1])))
    return {name for name in real if not name.startswith(("fields.", "file."))}


def test_every_field_of_the_reports_about_configurations_is_documented(folder: Path) -> None:
    shown = fields_of(["config", "show", "--json", "one.bin"], folder)
    compared = fields_of(["config", "diff", "--json", "one.bin", "two.bin"], folder)
    assert set(documented_fields("OpenBeken configurations")) == shown | compared


def test_every_option_and_format_of_export_is_on_its_page(tmp_path: Path) -> None:
    assert documented_options("export.md") == options_of(["export"], tmp_path)
    formats = [quoted(row[0])[0] for row in rows(DOCS / "export.md", "Export")[: len(EXPORTERS)]]
    assert formats == list(EXPORTERS)


def test_every_option_of_match_is_on_its_page(tmp_path: Path) -> None:
    assert documented_options("match.md") == options_of(["match"], tmp_path)


def test_every_field_of_the_report_about_known_devices_is_documented(folder: Path) -> None:
    shown = fields_of(["match", "--json", "--devices", "known.json", "my-dump.bin"], folder)
    inside = {name for name in shown if name.startswith("matches[].device.")}
    # Those of a corpus are tested in tests/cli/test_corpus.py.
    of_a_corpus = {name for name in documented_fields("Known devices") if name.startswith(CORPUS)}
    assert set(documented_fields("Known devices")) - of_a_corpus == shown - inside
    assert {name.split(".")[2] for name in inside} == {
        "vendor", "name", "model", "chip", "board", "pins", "links"
    }  # fmt: skip
