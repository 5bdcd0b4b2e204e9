"""The pages for programmers: every example runs, alone, and prints what is shown."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

import bekenlab
from bekenlab.samples import build_sample
from bekenlab.testing import ServedChip, VirtualChip
from docs.pages import DOCS, Block, blocks, rows
from docs.program import fill, run_python
from shared import dump

if TYPE_CHECKING:
    from pathlib import Path

API, TESTING = DOCS / "api.md", DOCS / "testing.md"
FOUND = blocks(API)
EXAMPLES = [(code, FOUND[at + 1]) for at, code in enumerate(FOUND) if code.language == "python"]
FILES = {code.text.split()[1]: code.text for code in blocks(TESTING, "python")}


@pytest.mark.parametrize(("code", "below"), EXAMPLES)
def test_an_example_prints_what_is_shown(code: Block, below: Block, tmp_path: Path) -> None:
    fill(tmp_path)
    assert run_python(code.text, tmp_path) == (0, below.text)


@pytest.mark.parametrize(("code", "below"), EXAMPLES)
def test_an_example_is_short_and_needs_no_other(code: Block, below: Block) -> None:
    lines = [line for line in code.text.splitlines() if line.strip()]
    assert len(lines) <= 10
    assert "import bekenlab" in lines
    assert below.language == "text"


def test_every_public_name_is_listed() -> None:
    cells = " ".join(row[0] for row in rows(API, "Names"))
    listed = {word.strip("`,").partition("(")[0] for word in cells.split()}
    assert set(bekenlab.__all__) - listed == {"ConnectedChip"}
    assert {word for word in listed if word} <= set(bekenlab.__all__)


def test_every_method_of_a_connected_chip_is_listed() -> None:
    cells = [row[0].strip("`").partition("(")[0] for row in rows(API, "Back up, write, restore")]
    methods = {name for name in vars(bekenlab.ConnectedChip) if not name.startswith("_")}
    assert set(cells) == methods - {"identity"}


@pytest.mark.parametrize(
    ("heading", "kind", "attributes"),
    [
        ("What a virtual chip offers", VirtualChip, {"chip", "machine"}),
        ("What a served chip offers", ServedChip, {"chip", "address"}),
    ],
)
def test_all_that_a_chip_offers_is_listed(heading: str, kind: type, attributes: set[str]) -> None:
    cells = " ".join(row[0] for row in rows(TESTING, heading))
    listed = {part.partition("(")[0] for part in cells.split("`")[1::2]}
    offered = {name for name in vars(kind) if not name.startswith("_")} | attributes
    assert offered - listed <= {"close"}
    assert listed <= offered


def run_pytest(name: str, folder: Path, **environment: str) -> str:
    """Run a test file of the page; what pytest prints."""
    (folder / "my-dump.bin").write_bytes(build_sample())
    (folder / name).write_text(FILES[name], encoding="utf-8")
    for each in ("bin", "state"):
        (folder / each).mkdir()
    command = folder / "bin" / "bekenlab"
    command.write_text(f"#!{sys.executable}\nfrom bekenlab.cli.main import run\nrun()\n")
    command.chmod(0o755)
    plugin = ("-p", "no:bekenlab", "-p", "bekenlab.testing.plugin", "-p", "no:cacheprovider")
    path = os.pathsep.join([str(folder / "bin"), os.environ["PATH"]])
    own = {"PATH": path, "XDG_STATE_HOME": str(folder / "state"), "PYTEST_ADDOPTS": ""}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, name],
        cwd=folder,
        env=os.environ | own | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    return done.stdout


def test_the_first_test_passes(tmp_path: Path) -> None:
    assert "1 passed" in run_pytest("test_plug.py", tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="the command is a script with a first line")
def test_a_flashing_program_is_tested(tmp_path: Path) -> None:
    assert "2 passed" in run_pytest("test_flashing.py", tmp_path)


def test_the_tests_of_openbeken_pass_with_a_genuine_image(tmp_path: Path) -> None:
    image = tmp_path / "openbeken.bin"
    image.write_bytes(dump("openbk7231n-qio-1.18.300"))
    assert "4 passed" in run_pytest("test_openbeken.py", tmp_path, OPENBEKEN_IMAGE=str(image))


def test_examples_are_followed_by_what_they_print() -> None:
    assert len(EXAMPLES) >= 6
    after_code = [after for before, after in pairwise(FOUND) if before.language == "python"]
    assert {block.language for block in after_code} == {"text"}
