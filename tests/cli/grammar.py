"""The commands and options there are, and those that a text names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import click

from bekenlab.cli.main import main

Path = tuple[str, ...]
_WORD = re.compile(r"[a-z]+")
_LONG = re.compile(r"(?<![\w-])--[a-z][\w-]*")
_CALL = re.compile(r"\bbekenlab((?: [^\s|;>&`\"]+)+)")
_OPTION = re.compile(r"--?[a-zA-Z][\w-]*")


@dataclass(frozen=True)
class Spoken:
    """A command: its options, and the texts of its help."""

    options: frozenset[str]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Mention:
    """An option or command that a text names; ``problem`` is empty when it exists."""

    problem: str


def _walk(
    command: click.Command, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Spoken]]:
    options = {"--help", "-h"}
    told = [command.help or "", command.epilog or "", command.short_help or ""]
    for parameter in command.params:
        options |= {*parameter.opts, *parameter.secondary_opts}
        told.append(getattr(parameter, "help", None) or "")
    yield path, Spoken(frozenset(options), tuple(told))
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _walk(inner, (*path, name))


COMMANDS = dict(_walk(main, ()))
GROUPS = {path[:-1] for path in COMMANDS if len(path) > 1} - {("log",)}  # log takes a FILE, too
OPTIONS = frozenset(option for spoken in COMMANDS.values() for option in spoken.options)


def mentions(where: str, text: str, *, strict: bool = False) -> Iterator[Mention]:
    """Options and commands in a text.

    Args:
        where: Where it is, for the message.
        text: The text.
        strict: Whether every word after ``bekenlab`` has to be a command. In a sentence it may be
            what bekenlab does.
    """
    calls = []
    for found in _CALL.finditer(text):
        words = found[1].split()
        path = _path_of(words)
        if path:
            calls.append(found.span())
            yield from _call(where, path, words[len(path) :])
        elif strict and _WORD.fullmatch(words[0]):
            yield Mention(f"{where}: there is no command {words[0]}")
    for found in _LONG.finditer(text):
        if not any(start <= found.start() < end for start, end in calls):
            known = found[0] in OPTIONS
            yield Mention("" if known else f"{where}: no command has {found[0]}")


def typed(where: str, line: str) -> Iterator[Mention]:
    """The same for something to be typed: a line, or a part of one. Other programs pass."""
    first = line.split(" ")[0]
    if first == "bekenlab" or first.startswith("--"):
        yield from mentions(where, line, strict=True)
    elif (first,) in COMMANDS:
        yield from mentions(where, f"bekenlab {line}", strict=True)


def _path_of(words: list[str]) -> Path:
    path: Path = ()
    for word in words:
        if (*path, word.strip(".,:)")) not in COMMANDS:
            break
        path = (*path, word.strip(".,:)"))
    return path


def _call(where: str, path: Path, words: list[str]) -> Iterator[Mention]:
    name = " ".join(path)
    if path in GROUPS and words and _WORD.fullmatch(words[0]):
        yield Mention(f"{where}: {name} has no command {words[0]}")
    for word in words:
        option = _OPTION.match(word)
        if option:
            known = option[0] in COMMANDS[path].options
            yield Mention("" if known else f"{where}: {name} has no {option[0]}")
