"""Which markers a test gets by what it uses, so that nobody has to remember them.

``real`` for what reads real data, ``browser`` for what opens pages in Chromium, ``slow`` for what
is listed in ``slow.txt``. A test may have them written down as well.
"""

from __future__ import annotations

import inspect
import os
import sys
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING

import shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

_TESTS = str(Path(__file__).parent)
_REAL = {id(shared.shared), id(shared.dump), id(shared.expected)}
_BROWSER = "browser"  # the fixture


def markers_of(item: pytest.Item) -> set[str]:
    """Names of the markers that a test gets."""
    fixtures = set(getattr(item, "fixturenames", ()))
    found = {"browser"} if _BROWSER in fixtures else set()
    if any(_reads_real_data(function) for function in _functions(item)):
        found.add("real")
    if is_slow(item.nodeid):
        found.add("slow")
    return found


def is_slow(nodeid: str) -> bool:
    """Whether a test is in the list, by itself or with its file."""
    name = nodeid.split("[")[0]
    return name in _slow() or name.split("::")[0] in _slow()


@cache
def _slow() -> frozenset[str]:
    lines = Path(_TESTS, "slow.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(f"tests/{line}" for line in lines if line and not line.startswith("#"))


def _functions(item: pytest.Item) -> Iterator[object]:
    """The test, the fixtures it uses, and the functions among its parameters."""
    yield getattr(item, "function", None)
    if hasattr(item, "callspec"):
        yield from item.callspec.params.values()
    for fixtures in getattr(item, "_fixtureinfo").name2fixturedefs.values():  # noqa: B009
        yield from (fixture.func for fixture in fixtures)


def _reads_real_data(thing: object) -> bool:
    """Whether a function leads to ``shared``, itself or through other functions of the tests.

    Most tests have many parameters, so the answer is looked for once a function.
    """
    return _leads_to_real_data(thing) if isinstance(thing, FunctionType | type) else False


@cache
def _leads_to_real_data(thing: FunctionType | type) -> bool:
    waiting: list[object] = [thing]
    seen = set()
    while waiting:
        each = waiting.pop()
        if id(each) in _REAL:
            return True
        each = inspect.unwrap(getattr(each, "hypothesis", each))  # type: ignore[arg-type]
        each = getattr(each, "inner_test", each)
        if id(each) in seen or not _is_ours(each):
            continue
        seen.add(id(each))
        if isinstance(each, FunctionType):
            waiting += _used(each)
        elif isinstance(each, type):
            waiting += vars(each).values()
    return False


@cache
def _used(function: FunctionType) -> tuple[object, ...]:
    """The globals that a function names, and what it takes from modules among them."""
    names = set(_names(function.__code__))
    known = [function.__globals__[name] for name in names if name in function.__globals__]
    modules = [each for each in known if isinstance(each, ModuleType) and _is_ours(each)]
    inside = [vars(module)[name] for module in modules for name in names if name in vars(module)]
    return (*known, *inside)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _is_ours(thing: object) -> bool:
    if isinstance(thing, FunctionType):
        path: str | None = thing.__code__.co_filename
    elif isinstance(thing, type | ModuleType):
        module = sys.modules.get(getattr(thing, "__module__", ""), thing)
        path = getattr(module, "__file__", None)
    else:
        return False
    return path is not None and path.startswith(_TESTS + os.sep)
