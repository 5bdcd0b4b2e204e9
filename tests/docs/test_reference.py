"""Every error, warning, exit status, JSON field, package and key has its place in the pages."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from bekenlab import errors
from bekenlab.analysis import recognise
from bekenlab.analysis.boot_stop import BootStop
from bekenlab.errors import BekenlabError, ExitCode
from bekenlab.lan import errors as lan_errors
from bekenlab.link import errors as link_errors
from bekenlab.machine import errors as machine_errors
from docs.pages import DOCS, ROOT, prose, rows, text_of
from docs.program import fill, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = ROOT / "src" / "bekenlab"
CODES = {
    found.code: found
    for module in (errors, machine_errors, link_errors, lan_errors)
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, BekenlabError)
}
EXIT_OF_CODE = {code: error.exit_code for code, error in CODES.items()}


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_error_code_has_a_page_and_every_page_a_code() -> None:
    assert {page.stem for page in (DOCS / "errors").glob("*.md")} == set(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_an_error_page_says_all_that_is_asked_of_it(code: str) -> None:
    page = DOCS / "errors" / f"{code}.md"
    heads = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    assert heads == [code, "What was seen", "What it means", "What to do", "Example"]
    assert f"**Exit status {int(EXIT_OF_CODE[code])}.**" in prose(page)


def test_the_index_lists_every_error() -> None:
    cells = [row[0] for row in rows(DOCS / "index.md", "When something is wrong")]
    assert sorted(cells) == sorted(f"[{code}](errors/{code}.md)" for code in CODES)


def test_the_table_of_exit_statuses_is_the_enum() -> None:
    table = rows(DOCS / "exit-codes.md")
    assert [(int(row[0]), *quoted(row[1])) for row in table] == [
        (int(status), status.name) for status in ExitCode
    ]
    for row in table:
        named = set(re.findall(r"errors/([\w-]+)\.md", row[3]))
        assert named == {code for code, status in EXIT_OF_CODE.items() if status == int(row[0])}


@cache
def notice_codes() -> set[str]:
    """First argument of every ``Notice(...)``, and of helpers that pass their code on to it."""
    found = set()
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        helpers = {name for name, inner in functions(tree) if passes_a_code_on(inner)}
        for call in calls:
            if called(call) not in {"Notice", *helpers}:
                continue
            code = first_argument(call)
            if isinstance(code, ast.Constant):
                found.add(str(code.value))
            else:
                assert isinstance(code, ast.Name), f"{path}:{call.lineno}: a code is a literal"
                assert code.id == "code", f"{path}:{call.lineno}: a code is a literal"
    return found


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.name, node


def passes_a_code_on(function: ast.FunctionDef) -> bool:
    return "code" in {argument.arg for argument in function.args.args} and any(
        isinstance(node, ast.Call) and called(node) == "Notice" for node in ast.walk(function)
    )


def called(call: ast.Call) -> str:
    name = call.func
    return name.id if isinstance(name, ast.Name) else getattr(name, "attr", "")


def first_argument(call: ast.Call) -> ast.expr | None:
    named = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
    return next(iter([*call.args, *named]), None)


def test_every_warning_is_documented_and_every_documented_one_exists() -> None:
    documented = [quoted(row[0])[0] for row in rows(DOCS / "warnings.md")]
    assert len(documented) == len(set(documented))
    assert set(documented) == notice_codes()


def test_the_warnings_that_mean_damage_are_named_as_such() -> None:
    introduction = prose(DOCS / "warnings.md").split("\n## ")[0]
    exceptions = introduction.partition("exceptions:")[2]
    named = {code for code in quoted(exceptions) if code != "damaged-dump"}
    assert named == recognise._DAMAGE
    table = rows(DOCS / "errors" / "damaged-dump.md", "What was seen")
    assert {quoted(row[0])[0] for row in table} == recognise._DAMAGE


def test_the_search_for_warnings_finds_helpers_too() -> None:
    assert {"rotated-dump", "parameters-odd", "sources-disagree"} <= notice_codes()


def paths_of(value: Any, path: str = "") -> Iterator[str]:
    """Every field of a JSON value; names of Tuya's or the template's choice are left out."""
    if path in {"tuya.parameters", "parameters", "openbeken.template.pins"}:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            here = f"{path}.{name}" if path else name
            yield here
            yield from paths_of(inner, here)
    elif isinstance(value, list):
        for inner in value:
            yield from paths_of(inner, f"{path}[]")


@pytest.fixture(scope="module")
def fields(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Fields of several reports, by the words they were asked for with."""
    folder = tmp_path_factory.mktemp("reports")
    fill(folder)
    asked = (
        ["demo", "--json"],
        ["analyze", "--json", "--show-secrets", "my-dump.bin"],
        ["analyze", "--json", "plug.txt"],
        ["analyze", "--json", "mcu.txt"],
        ["analyze", "--json", "empty.bin"],
        ["analyze", "--json", "missing.bin"],
    )
    reports = {}
    for words in asked:
        line = run(words, folder)[1].splitlines()[0]
        reports[" ".join(words)] = set(paths_of(json.loads(line)))
    return reports


def documented_fields(heading: str = "Fields") -> list[str]:
    """Fields in the tables below a heading of the second level and those below it."""
    text = re.split(rf"^## {heading}$", text_of(DOCS / "json.md"), flags=re.MULTILINE)[1]
    text = re.split(r"^## ", text, flags=re.MULTILINE)[0]
    cells = re.findall(r"^\| (`[^|]+`) \|", text, flags=re.MULTILINE)
    return [name for cell in cells for name in quoted(cell)]


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Boot", ["boot", "--json", "my-dump.bin"]),
        ("Captured logs", ["log", "parse", "--json", "captured.txt"]),
        ("Redacted dumps", ["redact", "--json", "my-dump.bin", "-o", "shared.bin"]),
    ],
)
def test_every_field_of_the_other_reports_is_documented(
    heading: str, words: list[str], tmp_path: Path
) -> None:
    fill(tmp_path)
    _, out = run(words, tmp_path)
    real = set(paths_of(json.loads(out.splitlines()[-1])))
    # What analyze has as well is described there; what only a second controller gives is not here.
    as_analyze = ("firmware.", "pins[].", "openbeken.", "file.", "warnings[].")
    kept = {name for name in real if not name.startswith(as_analyze)}
    documented = set(documented_fields(heading))
    absent = {"mcu.baud", "mcu.frames[].command", "mcu.frames[].payload", "gpio[].pwm.hz"}
    absent |= {"gpio[].pwm.duty"}
    absent |= {f"mcu.data_points[].{name}" for name in ("id", "type", "data")}
    containers = {"uart1", "output"} | ({"mcu"} if heading == "Boot" else set())
    assert kept - documented - containers == set()
    assert documented - kept <= absent


def test_every_stop_reason_is_documented() -> None:
    table = rows(DOCS / "boot.md", "Why it stops")
    assert [quoted(row[0])[0] for row in table] == [reason.value for reason in BootStop]


def test_every_option_of_boot_is_on_its_page(tmp_path: Path) -> None:
    _, out = run(["boot", "--help"], tmp_path)
    options = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", out)) - {"--help"}
    table = rows(DOCS / "boot.md", "Options")
    assert {quoted(row[0])[0].split()[0] for row in table} == options


def test_every_field_of_the_json_report_is_documented(fields: dict[str, set[str]]) -> None:
    documented = set(documented_fields())
    for words, names in fields.items():
        containers = {"file", "image", "firmware", "tuya", "openbeken", "image.bootloader"}
        assert names - documented - containers == set(), words


def test_every_documented_field_of_the_json_report_exists(fields: dict[str, set[str]]) -> None:
    documented = documented_fields()
    assert len(documented) == len(set(documented))
    assert set(documented) - set().union(*fields.values()) == set()


def test_a_usable_file_has_all_fields_a_hopeless_one_too(fields: dict[str, set[str]]) -> None:
    top = {name for name in fields["demo --json"] if "." not in name}
    assert top <= fields["analyze --json empty.bin"]


def test_the_generated_parts_of_pages_are_current() -> None:
    spec = importlib.util.spec_from_file_location("make_tables", DOCS / "make_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for page, current in module.pages().items():
        assert text_of(page) == current, "run: python docs/make_tables.py"


def test_the_packages_of_the_architecture_are_those_of_the_layers() -> None:
    table = rows(DOCS / "architecture.md", "Layers and packages")
    documented = {quoted(row[1])[0]: int(row[0]) for row in table}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    assert documented == {
        package.strip().removeprefix("bekenlab."): number
        for number, layer in enumerate(reversed(layers), start=1)
        for package in layer.split("|")
    }
    assert all((SOURCE / name).is_dir() or (SOURCE / f"{name}.py").exists() for name in documented)


def test_the_chips_the_readme_names_are_the_chips_there_are() -> None:
    line = next(row for row in rows(ROOT / "README.md") if row[0] == "Chips")
    named = set(re.findall(r"\bB[KL]\d{4}[A-Z]?\b", line[1]))
    known = {path.stem.upper() for path in (SOURCE / "chips" / "data" / "chips").glob("*.toml")}
    assert named == known


def test_the_readme_lists_the_sources_in_order_of_trust() -> None:
    from bekenlab.pins import Source

    cells = [row[0] for row in rows(ROOT / "README.md", "How sure is it?")]
    assert [quoted(cell)[0] for cell in cells] == [source.value for source in Source]


def test_every_option_is_in_the_readme(tmp_path: Path) -> None:
    text = text_of(ROOT / "README.md")
    for command in ("analyze", "demo"):
        _, out = run([command, "--help"], tmp_path)
        options = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", out)) - {"--help", "-h"}
        short = {"--output", "--jobs"}  # shown by their short names
        assert {option for option in options - short if option not in text} == set(), command
