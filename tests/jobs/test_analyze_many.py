"""Many files: in order, in parallel, and one bad file does not affect the others."""

import os
from pathlib import Path

import pytest

from bekenlab.analysis.model import Analysis
from bekenlab.errors import BekenlabError, InternalError
from bekenlab.events import Advanced, Event, Finished, Started
from bekenlab.jobs.analyze import analyze_many
from bekenlab.jobs.probe import ProbeReport


def content(number: int) -> bytes:
    return f"{{rl1_pin:{number}}}".encode()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{name}.txt" for name in ("zebra", "fox", "ant", "dog")]
    for number, path in enumerate(paths):
        path.write_bytes(content(number + 6))
    return paths


# Functions of the module, since they travel to other processes.
def relay(analysis: Analysis, probe: ProbeReport | None = None) -> tuple[str, int]:
    return analysis.file.name, analysis.pins.pins[0].gpio


def failure(path: Path, error: BekenlabError) -> tuple[str, str]:
    return path.name, error.code


def die_of_fox(analysis: Analysis, probe: ProbeReport | None = None) -> tuple[str, int]:
    if analysis.file.name == "fox.txt":
        os._exit(9)
    return relay(analysis)


def stumble_over_fox(analysis: Analysis, probe: ProbeReport | None = None) -> tuple[str, int]:
    if analysis.file.name == "fox.txt":
        raise ZeroDivisionError("made to fail")
    return relay(analysis)


def process(analysis: Analysis, probe: ProbeReport | None = None) -> int:
    return os.getpid()


def no_pid(path: Path, error: BekenlabError) -> int:
    return 0


@pytest.mark.parametrize("workers", [1, 2, 3, None])
def test_results_come_in_the_order_of_the_paths(files: list[Path], workers: int | None) -> None:
    results = list(analyze_many(files, relay, failed=failure, workers=workers))
    assert results == [("zebra.txt", 6), ("fox.txt", 7), ("ant.txt", 8), ("dog.txt", 9)]


def test_several_workers_are_other_processes_and_one_is_this(files: list[Path]) -> None:
    own = set(analyze_many(files, process, failed=no_pid, workers=1))
    assert own == {os.getpid()}
    assert os.getpid() not in set(analyze_many(files, process, failed=no_pid, workers=2))
    assert set(analyze_many(files[:1], process, failed=no_pid, workers=4)) == own


@pytest.mark.parametrize("workers", [1, 2])
def test_a_file_that_cannot_be_read_is_reported_in_its_place(
    files: list[Path], workers: int
) -> None:
    files[1].unlink()
    results = list(analyze_many(files, relay, failed=failure, workers=workers))
    assert results == [
        ("zebra.txt", 6),
        ("fox.txt", "file-access"),
        ("ant.txt", 8),
        ("dog.txt", 9),
    ]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_bug_costs_only_its_file(files: list[Path], workers: int) -> None:
    results = list(analyze_many(files, stumble_over_fox, failed=failure, workers=workers))
    assert results[1] == ("fox.txt", "internal")
    assert [name for name, _ in results] == [path.name for path in files]
    assert [gpio for _, gpio in results] == [6, "internal", 8, 9]


def test_a_worker_that_dies_costs_only_its_file(files: list[Path]) -> None:
    results = list(analyze_many(files, die_of_fox, failed=failure, workers=2))
    assert results == [("zebra.txt", 6), ("fox.txt", "internal"), ("ant.txt", 8), ("dog.txt", 9)]


def test_an_internal_error_names_the_fault_and_where_it_is(files: list[Path]) -> None:
    errors: list[BekenlabError] = []

    def keep(path: Path, error: BekenlabError) -> tuple[str, str]:
        errors.append(error)
        return failure(path, error)

    list(analyze_many(files, stumble_over_fox, failed=keep, workers=1))
    [error] = errors
    assert isinstance(error, InternalError)
    assert "ZeroDivisionError: made to fail (test_analyze_many.py:" in error.message
    assert "please report" in error.hint


@pytest.mark.parametrize("workers", [1, 2])
def test_events_count_the_files(files: list[Path], workers: int) -> None:
    seen: list[Event] = []
    files[2].unlink()
    list(analyze_many(files, relay, failed=failure, workers=workers, sink=seen.append))
    assert seen == [
        Started("analyze", 4),
        *(Advanced("analyze", i + 1, path.name) for i, path in enumerate(files)),
        Finished("analyze"),
    ]


def test_results_come_one_by_one(files: list[Path]) -> None:
    """A reader who has seen enough stops the work: no file after it is looked at."""
    seen: list[Event] = []
    results = analyze_many(files, relay, failed=failure, workers=1, sink=seen.append)
    next(results)
    next(results)
    del results
    assert seen == [Started("analyze", 4), Advanced("analyze", 1, "zebra.txt")]


def test_no_files_give_no_results() -> None:
    assert list(analyze_many([], relay, failed=failure)) == []
