"""How fast is ``analyze``? Whole processes beside bk7231tools, and calls inside one process.

    python -m pip install -c constraints.txt -e '.[bench]'
    python bench/analyze.py FOLDER

FOLDER holds real dumps (.bin or .bin.xz, unpacked beforehand, outside the timing); those of 2 MiB
are used. Both programs read, decrypt and extract each dump into a folder, in turn, so that a drift
of the machine's speed meets both. Quote the ratios: seconds are this machine's.
"""

from __future__ import annotations

import argparse
import lzma
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.inputs import InputFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FLASH_SIZE = 2 << 20
RATIO_TARGET = 4.0
IN_PROCESS_TARGET_MS = 60.0
HELP_TARGET_MS = 200.0


def main() -> int:
    """Print the figures; 1 when one misses its target."""
    parser = argparse.ArgumentParser(description="benchmark of bekenlab analyze")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=1, help="passes over all dumps (default 1)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        dumps = unpack(options.folder, Path(scratch))
        if not dumps:
            parser.error(f"no 2 MiB dumps in {options.folder}")
        version = sys.version.split()[0]
        print(f"{len(dumps)} dumps of 2 MiB, {os.cpu_count()} processors, Python {version}")
        verdicts = [
            whole_processes(dumps * options.runs, Path(scratch) / "out"),
            in_process(dumps),
            start_up(),
        ]
    return 0 if all(verdicts) else 1


def unpack(folder: Path, scratch: Path) -> list[Path]:
    """The 2 MiB dumps of a folder, unpacked into scratch."""
    paths = []
    for source in sorted(folder.iterdir()):
        if source.name.endswith((".bin", ".bin.xz")):
            data = source.read_bytes()
            data = lzma.decompress(data) if source.suffix == ".xz" else data
            if len(data) == FLASH_SIZE:
                paths.append(scratch / source.name.removesuffix(".xz"))
                paths[-1].write_bytes(data)
    return paths


def whole_processes(dumps: Sequence[Path], out: Path) -> bool:
    """Both programs on the same dumps, in turn; each call a process of its own."""
    ours = [sys.executable, "-m", "bekenlab", "analyze", "-o", str(out)]
    theirs = [sys.executable, "-m", "bk7231tools", "dissect_dump", "-e", "-O", str(out)]
    pairs = []
    for dump in dumps:
        pairs.append((timed_process([*ours, str(dump)]), timed_process([*theirs, str(dump)])))
        shutil.rmtree(out, ignore_errors=True)
    row("bekenlab analyze -o", [one * 1000 for one, _ in pairs], "ms")
    row("bk7231tools dissect_dump -e", [other * 1000 for _, other in pairs], "ms")
    ratios = [other / one for one, other in pairs]
    return row("times faster, pair by pair", ratios, "x", at_least=RATIO_TARGET)


def in_process(dumps: Sequence[Path]) -> bool:
    """``analyze`` as a library call, after one call to warm up."""
    files = [InputFile(dump.name, dump, dump.read_bytes()) for dump in dumps]
    analyze(files[0])
    times = [timed(partial(analyze, file)) * 1000 for _ in range(3) for file in files]
    return row("analyze() in one process", times, "ms", below=IN_PROCESS_TARGET_MS)


def start_up() -> bool:
    """``bekenlab --help`` as a whole process."""
    command = [sys.executable, "-m", "bekenlab", "--help"]
    times = [timed_process(command) * 1000 for _ in range(11)]
    return row("bekenlab --help", times[1:], "ms", below=HELP_TARGET_MS)


def timed_process(command: Sequence[str]) -> float:
    """Seconds from start to end of a process; its output is thrown away."""
    null = subprocess.DEVNULL
    return timed(lambda: subprocess.run(command, stdout=null, stderr=null, check=False))


def timed(call: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def row(
    title: str,
    values: Sequence[float],
    unit: str,
    *,
    at_least: float | None = None,
    below: float | None = None,
) -> bool:
    """Print minimum, median and maximum; whether the median meets its target."""
    low, middle, high = min(values), statistics.median(values), max(values)
    met = (at_least is None or middle >= at_least) and (below is None or middle < below)
    target = f"at least {at_least:g}" if at_least else f"below {below:g}" if below else ""
    verdict = f"{target} {'met' if met else 'MISSED'}" if target else ""
    print(f"{title:30} {low:9.1f} {middle:9.1f} {high:9.1f} {unit:3} {verdict}")
    return met


if __name__ == "__main__":
    sys.exit(main())
