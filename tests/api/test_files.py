"""Paths, bytes and streams as dumps: what is given, and what is wrong with it."""

from __future__ import annotations

import io
import lzma
import math
import random
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

import bekenlab
from bekenlab.errors import FileAccessError, NotADumpError, RefusedError, UsageError
from bekenlab.samples import build_sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SAMPLE = build_sample()
LINE = r"rl1_pin: is 26"


@pytest.fixture
def plug(tmp_path: Path) -> Path:
    path = tmp_path / "plug.bin"
    path.write_bytes(SAMPLE)
    return path


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.bin", content)
    return stream.getvalue()


class Trickle(io.RawIOBase):
    """A stream that gives less than it is asked for, as a socket does."""

    def __init__(self, data: bytes) -> None:
        self._rest = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._rest.read(min(size, 70_000))


GIVEN: dict[str, Callable[[Path], Any]] = {
    "path": lambda path: path,
    "text": str,
    "bytes": lambda path: path.read_bytes(),
    "bytearray": lambda path: bytearray(path.read_bytes()),
    "memoryview": lambda path: memoryview(path.read_bytes()),
    "stream": lambda path: io.BytesIO(path.read_bytes()),
    "trickle": lambda path: Trickle(path.read_bytes()),
    "packed": lambda path: lzma.compress(path.read_bytes(), preset=0),
}


@pytest.mark.parametrize("given", GIVEN)
def test_a_dump_may_be_given_in_many_ways(plug: Path, given: str) -> None:
    found = bekenlab.analyze(GIVEN[given](plug), boot="never")
    assert (found.file.size, len(found.pins.pins), found.problem) == (len(SAMPLE), 6, None)


def test_an_open_file_is_called_by_its_name(plug: Path) -> None:
    with plug.open("rb") as stream:
        assert bekenlab.analyze(stream).file.name == "plug.bin"


@pytest.mark.parametrize("given", ["path", "bytes", "stream"])
def test_it_can_be_called_otherwise(plug: Path, given: str) -> None:
    assert bekenlab.analyze(GIVEN[given](plug), name="kitchen").file.name == "kitchen"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-a-dump"),
        (random.Random(1).randbytes(5000), "not-a-dump"),
        (lzma.compress(SAMPLE, preset=0)[:2000], "corrupt-input"),
        (lzma.compress(bytes(40 << 20), preset=0), "too-large"),
        (zipped(), "corrupt-input"),
        (SAMPLE[: 1 << 20], "damaged-dump"),
    ],
)
@pytest.mark.parametrize("given", ["path", "bytes"])
def test_nothing_is_raised_for_what_the_bytes_are(
    tmp_path: Path, data: bytes, code: str, given: str
) -> None:
    path = tmp_path / "some.bin"
    path.write_bytes(data)
    found = bekenlab.analyze(GIVEN[given](path), name="some.bin", boot="never")
    assert found.problem is not None
    assert (found.problem.code, found.file.name) == (code, "some.bin")
    assert found.notices == () or code == "damaged-dump"


def test_a_file_that_is_not_there_is_raised(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError):
        bekenlab.analyze(tmp_path / "missing.bin")
    with pytest.raises(FileAccessError):
        bekenlab.boot(str(tmp_path / "missing.bin"))


def test_several_files_are_refused_and_the_way_out_is_named() -> None:
    both = zipped(one=SAMPLE, two=b"\xff" * 4096)
    with pytest.raises(UsageError, match=r"one\.bin, two\.bin") as raised:
        bekenlab.analyze(both)
    assert "analyze_all" in raised.value.hint
    found = list(bekenlab.analyze_all(both, boot="never"))
    assert [(each.file.name, each.chip.name) for each in found] == [
        ("one.bin", "BK7231N"),
        ("two.bin", None),
    ]


def test_a_folder_is_gone_through_in_spite_of_a_damaged_file(plug: Path) -> None:
    (plug.parent / "lamp.bin.xz").write_bytes(lzma.compress(SAMPLE, preset=0)[:2000])
    found = list(bekenlab.analyze_all(plug.parent, boot="never"))
    assert [(each.file.name, len(each.pins.pins)) for each in found] == [
        ("lamp.bin.xz", 0),
        ("plug.bin", 6),
    ]
    assert found[0].problem is not None


def test_a_boot_ends_at_a_line_and_reports_log_pins_and_levels(plug: Path) -> None:
    heard: list[str] = []
    report = bekenlab.boot(plug, until=LINE, listen=lambda _seconds, text: heard.append(text))
    assert (report.stop, report.chip) == (bekenlab.BootStop.MATCH, "BK7231N")
    assert "rl1_pin: is 26" in report.text
    assert "".join(heard) == report.text
    assert [pin.label for pin in bekenlab.boot(SAMPLE).pins.pins][-1] == "Relay 1"


def test_a_boot_runs_as_long_as_it_is_told_to(plug: Path) -> None:
    report = bekenlab.boot(plug, until="never said", seconds=0.05)
    assert report.stop is bekenlab.BootStop.DEVICE_TIME
    assert report.device_seconds == pytest.approx(0.05, abs=0.01)
    assert report.gpio[26].direction == "out"


def test_one_dump_of_an_archive_is_booted_and_several_are_refused() -> None:
    assert "26" in bekenlab.boot(zipped(plug=SAMPLE, notes=b"\xff" * 4096), until=LINE).detail
    with pytest.raises(RefusedError, match="holds 2 dumps"):
        bekenlab.boot(zipped(one=SAMPLE, two=SAMPLE))


@pytest.mark.parametrize("seconds", [0, -1, math.inf, math.nan])
def test_a_run_has_an_end(seconds: float) -> None:
    with pytest.raises(UsageError):
        bekenlab.boot(SAMPLE, seconds=seconds)
    with pytest.raises(UsageError):
        bekenlab.boot(SAMPLE, wall_seconds=seconds)


def test_what_to_wait_for_must_be_a_regular_expression() -> None:
    with pytest.raises(UsageError, match="not a regular expression"):
        bekenlab.boot(SAMPLE, until="(")


def test_without_code_there_is_nothing_to_run() -> None:
    for run in (bekenlab.boot, bekenlab.load_machine):
        with pytest.raises(NotADumpError):
            run(b"\xff" * 4096)


def test_a_machine_has_the_whole_flash_of_its_chip(plug: Path) -> None:
    machine = bekenlab.load_machine(SAMPLE[:0x12A000], chip="BK7231N")
    assert len(machine.flash) == 2 << 20
    outcome = machine.run(bekenlab.Until(match="app_init finished", device_seconds=5))
    assert outcome.reason is bekenlab.StopReason.MATCH
    assert bekenlab.load_machine(plug).flash == SAMPLE
