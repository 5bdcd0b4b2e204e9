"""Tries every regular expression of the program on texts made of its own pieces, over and over.

A pattern with two repetitions that can match the same text takes the square of its length, which
no other input shows. ``python -m tests.fuzz.patterns`` tries all and prints those that do.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import itertools
import pkgutil
import re
import sys
import time
from dataclasses import dataclass
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

import bekenlab

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SIZE = 1000
"""Characters of the shorter text; the longer one is four times as long."""
_GROWTH = 8.0  # four where the time is proportional, sixteen where it is the square
_MEASURABLE = 0.0005  # seconds
_DEPTH = 4
# Asked only about texts of a few hundred characters.
_BOUNDED = {"bekenlab.web.texts._said"}
_METHODS: Mapping[str, str] = {"search": "finditer", "sub": "finditer", "subn": "finditer",
                               "findall": "finditer", "split": "finditer", "finditer": "finditer",
                               "match": "match", "fullmatch": "fullmatch"}  # fmt: skip
_SAMPLES = ' a\n0"x,:A-{'
_OF_CATEGORY = {code.CATEGORY_SPACE: " \n", code.CATEGORY_DIGIT: "0", code.CATEGORY_WORD: "a0",
                code.CATEGORY_NOT_SPACE: "a", code.CATEGORY_NOT_DIGIT: "a ",
                code.CATEGORY_NOT_WORD: " -"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Used:
    """A pattern, where it is, and the methods by which that module asks it."""

    pattern: re.Pattern[Any]
    where: str
    methods: tuple[str, ...]


def patterns() -> list[Used]:
    """Every pattern in a module's variables, or in a table of facts that is read once."""
    found: dict[tuple[Any, int], Used] = {}
    for module in pkgutil.walk_packages(bekenlab.__path__, "bekenlab."):
        if module.name.endswith("__main__"):
            continue
        loaded = importlib.import_module(module.name)
        for name, value in list(vars(loaded).items()):
            is_table = hasattr(value, "cache_info") and value.__module__ == module.name
            if is_table and not inspect.signature(value).parameters:
                value = value()
            if f"{module.name}.{name}" in _BOUNDED:
                continue
            for pattern in _within(value, _DEPTH):
                used = Used(pattern, f"{module.name}.{name}", _methods(loaded, name))
                found.setdefault((pattern.pattern, pattern.flags), used)
    return list(found.values())


def _within(value: object, depth: int) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    if not depth:
        return
    parts: list[object] = []
    if isinstance(value, dict):
        parts = [*value, *value.values()]
    elif isinstance(value, (tuple, list, set, frozenset)):
        parts = list(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = [getattr(value, field.name, None) for field in dataclasses.fields(value)]
    for part in parts:
        yield from _within(part, depth - 1)


def _methods(module: Any, name: str) -> tuple[str, ...]:
    """How the module uses a pattern; one in a table may be used in any module, as its rows say."""
    used = re.findall(rf"\b{re.escape(name)}\.(\w+)\(", inspect.getsource(module))
    return tuple(dict.fromkeys(_METHODS[word] for word in used if word in _METHODS)) or ("match",)


def texts(pattern: re.Pattern[Any], size: int) -> Iterator[Any]:
    """Texts of about ``size`` characters from the letters and words of a pattern."""
    is_bytes = isinstance(pattern.pattern, bytes)
    flags = pattern.flags & ~re.UNICODE if is_bytes else pattern.flags
    pieces = list(_pieces(parser.parse(pattern.pattern, flags)))
    letters = sorted({piece for piece in pieces if len(piece) == 1})[:10]
    words = sorted({piece for piece in pieces if len(piece) > 1}, key=len, reverse=True)[:6]
    made = [(piece, piece) for piece in (*letters, *words)]
    made += itertools.product((*words, *letters), letters)
    made += [("", first + second) for first, second in itertools.product(words, letters)]
    made += [("", first + second) for first, second in itertools.combinations(letters, 2)]
    for first, again in made:
        text = first + again * (size // len(again)) + "\x01"
        yield text.encode("latin-1", "replace") if is_bytes else text


def _pieces(tree: Any) -> Iterator[str]:
    """Letters of the classes, and runs of literal letters."""
    word = ""
    for operation, argument in tree:
        if operation is code.LITERAL:
            word += chr(argument)
            continue
        yield from [word] if word else []
        word = ""
        if operation is code.IN:
            yield from _of_class(argument)
        elif operation is code.ANY:
            yield from "a "
        elif operation is code.BRANCH:
            for branch in argument[1]:
                yield from _pieces(branch)
        else:
            nested = argument if isinstance(argument, tuple) else (argument,)
            for part in nested:
                if isinstance(part, parser.SubPattern):
                    yield from _pieces(part)
    yield from [word] if word else []


def _of_class(items: list[Any]) -> Iterator[str]:
    if items[0][0] is code.NEGATE:
        left_out = set(_of_class(items[1:])) if items[1:] else set()
        yield from (letter for letter in _SAMPLES if letter not in left_out)
        return
    for operation, argument in items:
        if operation is code.LITERAL:
            yield chr(argument)
        elif operation is code.RANGE:
            yield chr(argument[0])
        elif operation is code.CATEGORY:
            yield from _OF_CATEGORY.get(argument, "")


def takes_the_square(used: Used) -> bool:
    """Whether there is a text for which four times the length takes far more than four times."""
    pairs = zip(texts(used.pattern, SIZE), texts(used.pattern, 4 * SIZE), strict=True)
    return any(
        _grows(used.pattern, method, short, long)
        for (short, long), method in itertools.product(pairs, used.methods)
    )


def _grows(pattern: re.Pattern[Any], method: str, short: Any, long: Any) -> bool:
    if _time(pattern, method, short) < _MEASURABLE:
        return False
    took, longer = (min(_time(pattern, method, text) for _ in range(3)) for text in (short, long))
    return took > _MEASURABLE and longer > _GROWTH * took


def _time(pattern: re.Pattern[Any], method: str, text: Any) -> float:
    began = time.process_time()
    if method == "finditer":
        sum(1 for _ in pattern.finditer(text))
    else:
        getattr(pattern, method)(text)
    return time.process_time() - began


def main() -> int:
    """Try all; 1 if any takes the square."""
    tried = patterns()
    slow = [used for used in tried if takes_the_square(used)]
    for used in slow:
        sys.stdout.write(f"{used.where}  {used.pattern.pattern!r}\n")
    sys.stdout.write(f"{len(tried)} patterns, {len(slow)} take the square of a text's length\n")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
