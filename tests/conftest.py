"""How the tests are shared out, marked and given their random examples."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from markers import markers_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

# Seconds that no test may take: many times what the longest takes where much else is done.
LONGEST = 900
# Whether a test counts for the coverage of lines; see ``_counts``.
_COUNTS = pytest.StashKey[bool]()
_UNCOUNTED = {"slow", "browser", "no_cover"}
_WHOLE_PROGRAMS = {"cli", "docs", "fuzz", "mutation", "signals"}
# Seconds of processor time of a test within which its lines are traced.
_TRACED_SECONDS = 2.0
_TESTS = Path(__file__).parent
# Roughly how many seconds a test with one of these markers takes.
_TAKES = {"slow": 6, "browser": 3}
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
    """Tests get their markers, and the files that take longest come first.

    A file goes to one process (``--dist loadfile``), where its server, its browser and its dumps
    are made once. Which file is next is decided by the order; a long one at the end would leave
    the other processes idle.
    """
    counted: set[str] = set()
    seconds: Counter[Path] = Counter()
    for item in items:
        for marker in markers_of(item):
            item.add_marker(marker)
        item.stash[_COUNTS] = _counts(item, counted)
        seconds[item.path] += next((_TAKES[name] for name in _TAKES if name in item.keywords), 0)
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: -seconds[item.path])


def _counts(item: pytest.Item, counted: set[str]) -> bool:
    """Whether the lines that a test reaches count as covered.

    Tracing makes a test take more than twice as long. So of a test with many parameters the first
    run counts, and what is slow, needs a browser, or is marked ``no_cover`` for its volume, does
    not count at all. Nor do tests of whole programs: what they reach is for the tests of its own
    package to cover. And of what counts, only the beginning does: what takes long mostly repeats
    itself. So the figure is a lower bound.
    """
    function = item.nodeid.split("[")[0]
    folder = item.path.relative_to(_TESTS).parts[0]
    if function in counted or folder in _WHOLE_PROGRAMS or _UNCOUNTED & set(item.keywords):
        return False
    counted.add(function)
    return True


def pytest_collection_finish() -> None:
    """What the tests are made of stays to the end: looking through it for garbage takes time."""
    gc.collect()
    gc.freeze()


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
    """Lines are traced within it only if the test counts, and then at its beginning."""
    here, threads = sys.gettrace(), threading.gettrace()
    if here is None:
        yield
        return

    over = False

    def no_more(*_: object) -> None:
        if not over:
            sys.settrace(None)
            threading.settrace(None)

    if not item.stash.get(_COUNTS, True):
        no_more()
    elif hasattr(signal, "SIGPROF"):
        signal.signal(signal.SIGPROF, no_more)
        signal.setitimer(signal.ITIMER_PROF, _TRACED_SECONDS)
    try:
        yield
    finally:
        over = True
        if hasattr(signal, "SIGPROF"):
            signal.setitimer(signal.ITIMER_PROF, 0)
        sys.settrace(here)
        threading.settrace(threads)
