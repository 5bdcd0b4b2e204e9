"""How the tests are shared out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from shared import dump_names

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of one real dump in a file go to one process.

    It is unpacked, analysed and redacted once a process (see ``shared`` and ``laboratory``).
    """
    names = set(dump_names())
    for item in items:
        callspec = getattr(item, "callspec", None)
        name = callspec.params.get("name") if callspec else None
        if name in names:
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}-{name}"))


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A test that does not count is not traced at all.

    In the processes of xdist, lines are traced on in spite of pytest-cov's own ``no_cover``; such
    tests then take four times as long.
    """
    if item.get_closest_marker("no_cover") is None:
        return (yield)
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)
