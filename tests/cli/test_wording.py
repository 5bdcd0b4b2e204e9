"""Advice names no option below the frontends, and every option and command that is named exists."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import bekenlab
from bekenlab.analysis import recognise
from bekenlab.cli.wording import wording
from bekenlab.data import read_table
from bekenlab.errors import Action, UsageError
from bekenlab.web.texts import LANGUAGES, texts
from cli.grammar import COMMANDS, OPTIONS, Mention, mentions, typed
from docs.pages import PAGES, blocks, name_of, prose, text_of

SOURCE = Path(bekenlab.__file__).parent
FRONTENDS = {"cli", "web"}
MODULES = sorted(SOURCE.rglob("*.py"))
PLACE = re.compile(r"\{(\w+)\}")
OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")
SHORT_OPTION = re.compile(r"(?<!\S)-[a-z](?![\w-])")
COMMAND = re.compile(r"\bbekenlab ([a-z]+)")
SUBCOMMANDS = "|".join(sorted({path[-1] for path in COMMANDS if len(path) > 1}))
SUBCOMMAND = re.compile(rf"\b(?:obk|config|log) (?:{SUBCOMMANDS})\b")
# What looks like an option and is none of ours: colours, another program's, a script's of bench/.
NOT_OURS = ("var(", ":var(", "--bl-", "python -m pip", "--dumps")
# What makes text for a terminal, or JSON whose contract has options in it.
TERMINAL = {
    "boot_text.py",
    "chip_text.py",
    "chip_json.py",
    "install_text.py",
    "lan_changes.py",
    "match_report.py",
}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every text in the code, docstrings left out."""
    notes = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
            yield node.lineno, node.value


def names_something_to_type(text: str) -> bool:
    named = {(word,) for word in COMMAND.findall(text)} & COMMANDS.keys()
    return bool(
        named or OPTION.search(text) or SHORT_OPTION.search(text) or SUBCOMMAND.search(text)
    )


def below_the_frontends() -> list[Path]:
    inner = [path for path in MODULES if path.relative_to(SOURCE).parts[0] not in FRONTENDS]
    return [path for path in inner if not (path.parent.name == "report" and path.name in TERMINAL)]


def test_nothing_below_the_frontends_names_an_option_or_a_command() -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{line}: {text}"
        for path in below_the_frontends()
        for line, text in strings(parsed(path))
        if names_something_to_type(text) and not text.startswith(NOT_OURS)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "name one with --port",
        "choose another with -o",
        "bekenlab ports lists them",
        "look with obk scan",
    ],
)
def test_the_search_finds_options_and_commands(text: str) -> None:
    assert names_something_to_type(text)


def test_the_search_passes_over_other_words() -> None:
    assert not names_something_to_type("bekenlab knows of none - or P8-9, a t-o and ports")


@cache
def raised() -> dict[str, list[tuple[str, set[str]]]]:
    """Where each action is made, and with which facts."""
    found: dict[str, list[tuple[str, set[str]]]] = defaultdict(list)
    for path in MODULES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Action":
                facts = {word.arg for word in node.keywords if word.arg}
                for name in literals(node.args[0]):
                    found[name].append((f"{path.relative_to(SOURCE)}:{node.lineno}", facts))
    return found


def literals(node: ast.expr) -> list[str]:
    """The names an action may have: a name is never put together."""
    if isinstance(node, ast.IfExp):
        return [*literals(node.body), *literals(node.orelse)]
    assert isinstance(node, ast.Constant), ast.unparse(node)
    return [str(node.value)]


def wordings(frontend: str) -> dict[str, str]:
    if frontend == "cli":
        return {
            name: str(text) for name, text in read_table("cli", "advice.toml")["action"].items()
        }
    return {
        key.removeprefix("action."): text
        for key, text in texts(frontend).entries.items()
        if key.startswith("action.")
    }


@pytest.mark.parametrize("frontend", ["cli", *LANGUAGES])
def test_every_action_has_its_words_and_every_wording_its_action(frontend: str) -> None:
    assert wordings(frontend).keys() == raised().keys()


@pytest.mark.parametrize("frontend", ["cli", *LANGUAGES])
def test_a_wording_uses_only_facts_that_everybody_gives(frontend: str) -> None:
    for name, text in wordings(frontend).items():
        for where, facts in raised()[name]:
            assert set(PLACE.findall(text)) <= facts, f"{name}, {where}"


def test_the_pages_name_nothing_to_be_typed() -> None:
    named = [
        text
        for language in LANGUAGES
        for text in texts(language).entries.values()
        if names_something_to_type(text)
    ]
    assert named == []


def test_what_is_wrong_with_a_dump_is_said_in_words_for_all() -> None:
    """A report is the same in every frontend, and has the problem's hint in it."""
    assert "Action" not in Path(recognise.__file__).read_text("utf-8")


def test_each_frontend_words_the_same_error_its_own_way() -> None:
    error = UsageError(
        "several", hint="look", action=(Action("name-port"), Action("slower-baud", baud=9600))
    )
    assert error.advice(wording) == "look; name the one to use with --port; try --baud 9600"
    assert error.advice(texts("en").wording).startswith("look; choose the port to use; ")
    assert error.advice(texts("de").wording).startswith("look; den richtigen Anschluss")
    assert UsageError("nothing to be done").advice(wording) == ""
    assert (
        UsageError("x", hint="is it on?", action=Action("list-ports"))
        .advice(wording)
        .startswith("is it on? bekenlab ports")
    )


def typed_in_the_program() -> Iterator[Mention]:
    """What the command line's own texts name: advice, help, messages, reports."""
    for name, text in [
        *wordings("cli").items(),
        *read_table("cli", "advice.toml")["notice"].items(),
    ]:
        yield from mentions(f"advice {name}", str(text))
    for path in MODULES:
        for line, text in strings(parsed(path)):
            if not text.startswith(NOT_OURS):
                yield from mentions(f"{path.relative_to(SOURCE)}:{line}", text)
    for command, spoken in COMMANDS.items():
        for text in spoken.texts:
            yield from mentions(" ".join(command), text)


def typed_in_the_pages() -> Iterator[Mention]:
    for page in PAGES:
        if page.name == "CHANGELOG.md":  # it tells of what is no more
            continue
        for block in blocks(page):
            if block.language in {"console", "sh", "text", "bat", ""}:
                for line in block.text.splitlines():
                    yield from typed(name_of(page), line.removeprefix("$ "))
        for span in re.findall(r"`([^`\n]+)`", prose(page)):
            if not span.startswith(NOT_OURS):
                yield from typed(name_of(page), span)


def test_every_option_and_command_the_program_names_exists() -> None:
    assert [told.problem for told in typed_in_the_program() if told.problem] == []


def test_every_option_and_command_the_pages_name_exists() -> None:
    assert [told.problem for told in typed_in_the_pages() if told.problem] == []


@pytest.mark.parametrize(
    "text",
    [
        "install without --rehearse",
        "bekenlab analyze FILE --port x",
        "bekenlab obk restore",
        "bekenlab restor FILE",
        "with bekenlab write --json x.bin --until y",
    ],
)
def test_an_option_or_command_that_does_not_exist_is_found(text: str) -> None:
    assert any(told.problem for told in mentions("here", text, strict=True))


def test_the_command_tree_was_found() -> None:
    assert {("analyze",), ("obk", "config", "restore"), ("log", "parse")} <= COMMANDS.keys()
    assert {"--port", "--until", "--help"} <= OPTIONS
    assert all(text_of(page) for page in PAGES)
