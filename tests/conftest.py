"""How the tests are shared out, marked and given their random examples."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from markers import markers_of
from shared import dump_names

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

# Seconds that no test may take: many times what the longest takes where much else is done.
LONGEST = 900
# Whether a test counts for the coverage of lines.
_COUNTS = pytest.StashKey[bool]()
# Times say something about the computer, not about the program: it may be busy with other tests.
settings.register_profile("bekenlab", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples each time: CI is red because of what was changed, and red again where one looks
# for the reason. New examples are tried wherever the tests run outside CI.
settings.register_profile(
    "bekenlab-ci",
    settings.get_profile("bekenlab"),
    derandomize=True,
    database=None,
    print_blob=True,
)
settings.load_profile("bekenlab-ci" if os.environ.get("CI") == "true" else "bekenlab")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests get their markers, and all tests of one real dump in a file go to one process.

    A dump is unpacked, analysed and redacted once a process (see ``shared`` and ``analyses``).
    """
    names = set(dump_names())
    counted: set[str] = set()
    for item in items:
        for marker in markers_of(item):
            item.add_marker(marker)
        callspec = getattr(item, "callspec", None)
        name = callspec.params.get("name") if callspec else None
        if name in names:
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}-{name}"))
        item.stash[_COUNTS] = _counts(item, counted)


def _counts(item: pytest.Item, counted: set[str]) -> bool:
    """Whether the lines that a test reaches count as covered.

    Tracing makes a test take more than twice as long. So of a test with many parameters the first
    run counts, and what is slow, or marked ``no_cover`` for its volume, does not count at all.
    """
    function = item.nodeid.split("[")[0]
    if function in counted or any(item.iter_markers("slow")) or any(item.iter_markers("no_cover")):
        return False
    counted.add(function)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """No test waits for ever, whatever it waits for: it fails where it stands, and says where.

    Windows has no such alarm.
    """
    if not hasattr(signal, "setitimer"):
        return (yield)
    before = signal.signal(signal.SIGALRM, _too_long)
    # And again, since the first may come where an error is swallowed: in a callback from C.
    signal.setitimer(signal.ITIMER_REAL, LONGEST, 10)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _too_long(*_: object) -> None:
    pytest.fail(f"it has not ended within {LONGEST} seconds")


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """What is set up for a test that does not count is not traced either."""
    with _traced(item):
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A test that does not count is not traced at all, nor are its threads.

    In the processes of xdist, lines are traced on in spite of pytest-cov's own ``no_cover``.
    """
    with _traced(item):
        return (yield)


@contextmanager
def _traced(item: pytest.Item) -> Iterator[None]:
    """Lines are traced within it only if the test counts."""
    if item.stash.get(_COUNTS, True):
        yield
        return
    here, threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        yield
    finally:
        sys.settrace(here)
        threading.settrace(threads)
