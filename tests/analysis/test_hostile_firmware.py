"""Firmware that floods: limits of real time, and of memory, are kept all the same."""

import io
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

import bekenlab
from bekenlab import stopping
from bekenlab.analysis.boot_model import BootReport
from bekenlab.errors import UsageError
from bekenlab.machine import FlashImage, Machine, pattern
from bekenlab.machine.peers import tuya_mcu
from bekenlab.machine.serial import MOST_KEPT
from bekenlab.report.boot_json import boot_json
from bekenlab.report.boot_text import render, uart1_lines
from hostile_firmware import FLOODS, PINS, frame, says

WALL = 0.5
# What a busy computer adds to anything.
BUSY = 0.9


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Of processor time, which is no more than the time that passes, on a busy computer less."""
    began = time.process_time()
    yield
    took = time.process_time() - began
    assert took < seconds, f"took {took:.2f} s"


def boot(image: bytes, **options: object) -> BootReport:
    limits = {"seconds": 1000.0, "wall_seconds": WALL, "chip": "BK7231N", **options}
    return bekenlab.boot(image, **limits)  # type: ignore[arg-type]


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    boot(says(b"x"), seconds=0.01)  # imports take no part in the measurements


@pytest.mark.parametrize("kind", FLOODS)
def test_the_limit_of_real_time_includes_everything_up_to_the_report(kind: str) -> None:
    with within(WALL * 1.1 + BUSY):
        report = boot(FLOODS[kind])
        boot_json(report)
        out = io.StringIO()
        Console(file=out).print(render(report), *uart1_lines(report, "log"))
    assert not set(out.getvalue()) & {"\x1b", "\0", "\x07"}, "nothing reaches the terminal raw"


def test_the_time_to_read_a_long_log_is_part_of_the_limit() -> None:
    with within(3.0 * 1.1 + BUSY):
        report = boot(FLOODS["brackets"], wall_seconds=3.0)
        boot_json(report)
    assert len(report.text) > 20_000


def test_only_the_end_of_a_flood_is_kept_and_that_is_said() -> None:
    machine = Machine.from_image(FlashImage(b"\xff" * 4096, b"\xff" * 4096), chip="BK7231N")
    port = machine.uart2
    heard: list[bytes] = []
    port.listen(heard.append)
    for _ in range(20):
        port.sent += b"\n" * (MOST_KEPT // 8)
        port.pump()
    port.sent += b"the end"
    port.pump()
    assert len(port.sent) < MOST_KEPT * 1.5
    assert port.total == 20 * (MOST_KEPT // 8) + 7 == sum(map(len, heard))
    assert port.since(port.total - 3) == b"end"


def test_frames_of_a_module_that_floods_are_counted_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tuya_mcu, "MOST_FRAMES", 500)  # a busy computer takes long for 5000
    report = boot(says(frame(0, b""), port=0x0080_210C), wall_seconds=2.0)
    assert len(report.mcu_frames) == 500
    assert [n.code for n in report.pins.notices] == ["log-limit"]
    assert "only the first were kept" in report.pins.notices[0].message


def test_a_boot_that_is_stopped_ends_at_once_even_after_a_flood() -> None:
    class StopError(Exception):
        pass

    end = time.monotonic() + 1.0

    def check() -> None:
        if time.monotonic() > end:
            raise StopError

    with within(2.0), stopping.stopped_by(check), pytest.raises(StopError):
        boot(FLOODS["brackets"], wall_seconds=60.0)


ENDLESS = ("(a+)+$", "(a|a)*c", "(?:a*)*c", "a*a*a*a*a*a*c", "((a{1,50}){1,50}){1,50}c")


@pytest.mark.parametrize("endless", ENDLESS)
def test_a_pattern_that_never_comes_to_an_end_is_given_up(endless: str) -> None:
    log = says(b"b", first=b"a" * 300 + b"!\n")
    with (
        within(WALL + 1.5),
        pytest.raises(UsageError, match=r"was given up.* characters of log") as caught,
    ):
        boot(log, until=endless)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("", "empty"),
        ("x*", "empty text"),
        ("(a|)", "empty text"),
        ("a" * 5000, "5,000 characters"),
        ("(" * 500, "not a regular expression"),
        ("(?:" * 240 + ")" * 240, "empty text"),
        ("a{99999999999999999999}", "not a regular expression"),
        (r"\u0041", "not a regular expression"),
        ("(?u)a", "not a regular expression"),
        ("\udc80", "not a regular expression"),
    ],
)
def test_a_pattern_that_cannot_be_meant_is_explained(wrong: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        boot(says(b"x"), until=wrong)


@pytest.mark.parametrize(
    "wanted", ["is 26", r"(?i)RL1_pin: is (\d+) \n", r"pin.*is.*\d+", r"26 \n,rl1"]
)
def test_ordinary_patterns_match(wanted: str) -> None:
    report = boot(says(PINS), until=wanted)
    assert report.stop == "match"
    assert report.detail in PINS.decode() * 2


def test_the_program_without_python_searches_in_a_process_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = str(Path(__file__).parents[2] / "packaging" / "start.py")
    environment = {**os.environ, pattern.SEARCHES: "1"}
    monkeypatch.setattr(pattern, "_command", lambda: ([sys.executable, start], environment))
    search = pattern.BoundedSearch("(a|b)+c")
    assert search.search(b"xabc", 10.0) == b"abc"
    assert search.search(b"xab", 10.0) is None
    search.close()
