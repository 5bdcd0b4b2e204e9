"""How fast the virtual chip is, and how far each real dump boots.

Seconds are processor time of this process alone, so that other load counts less; those of whole
processes are wall time, beside a yardstick of the same run.

    PYTHONPATH=src:tests python bench/boot.py [--dumps]

Dumps are looked for where the tests look (``../shared`` or ``BEKENLAB_SHARED``).
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bekenlab.machine import Machine, Until
from machine_lab import CHIPS, PLUG, image

_LAST_PIN = r"ch_cddpid5: is 13"
_OPENBEKEN = "openbk7231n-qio-1.18.300"
_IDENTITY = re.compile(
    r"OpenBK7\w+, version \S+|[a-zA-Z]\w*_\w+:\d+\.\d+\.\d+"
    r"|\*\*\[\w+\] \[[\d.]+\]|oem_\w+ \d+\.\d+\.\d+"
)
_STARTED = "app_init finished"


def plug() -> None:
    """Application start to the last pin line, best of five."""
    flash = image(PLUG)
    best = float("inf")
    for _ in range(5):
        begin = time.process_time()
        machine = Machine.from_image(flash, chip="BK7231N")
        outcome = machine.run(Until(match=_LAST_PIN, device_seconds=1))
        best = min(best, time.process_time() - begin)
    print(f"plug to the last pin line: {best:.3f} s of processor time,")
    print(f"  {outcome.device_seconds:.3f} s device,", end=" ")
    print(f"{outcome.instructions} instructions, stopped by {outcome.reason}")


def process() -> None:
    """``bekenlab boot`` as a whole process to the last pin line, beside importing numpy alone."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plug.bin"
        path.write_bytes(image(PLUG).physical)
        boot = [sys.executable, "-m", "bekenlab", "boot", str(path), "--until", _LAST_PIN]
        yardstick = [sys.executable, "-c", "import numpy"]
        pairs = [(wall(boot), wall(yardstick)) for _ in range(7)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"bekenlab boot, whole process: {ours:.2f} s wall;", end=" ")
    print(f"python -c 'import numpy' in the same run: {theirs:.2f} s")


def wall(command: list[str]) -> float:
    """Seconds from start to end of a process."""
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def openbeken() -> None:
    """Speed of OpenBeken's main loop, with and without skipping idle time."""
    for skip in (True, False):
        machine = Machine.from_image(image(_OPENBEKEN), chip="BK7231N", skip_idle=skip)
        machine.run(Until(match="MAIN:Time 2,", device_seconds=10))
        count, device = machine.instructions, machine.clock.seconds
        begin = time.process_time()
        machine.run(Until(device_seconds=2))
        spent = time.process_time() - begin
        million = (machine.instructions - count) / spent / 1e6
        pace = (machine.clock.seconds - device) / spent
        print(f"OpenBeken, idle time {'skipped' if skip else 'executed'}:", end=" ")
        print(f"{million:.0f} M instructions a second, {pace:.1f} device seconds a second")


def dumps() -> None:
    """One line a dump: device and processor seconds to identity and to ``app_init``, and 12 s."""
    print(f"{'dump':62} {'identity':>14} {'app_init':>14} {'12 s take':>9}  what it says it is")
    for name, chip in CHIPS.items():
        machine = Machine.from_image(image(name), chip=chip)
        first = time.process_time()
        identity = machine.run(Until(match=_IDENTITY.pattern, device_seconds=6, wall_seconds=60))
        found = identity.detail
        begin = time.process_time()
        started = _STARTED in machine.log
        spent = begin - first
        cells = [f"{identity.device_seconds:.2f}/{spent:.2f}" if found else "-"]
        if not started:
            left = 6 - identity.device_seconds
            outcome = machine.run(Until(match=_STARTED, device_seconds=left, wall_seconds=60))
            started, spent = bool(outcome.detail), time.process_time() - first
        cells.append(f"{machine.clock.seconds:.2f}/{spent:.2f}" if started else "-")
        machine.run(Until(device_seconds=12 - machine.clock.seconds, wall_seconds=60))
        total = time.process_time() - first
        print(f"{name:62} {cells[0]:>14} {cells[1]:>14} {total:9.1f}  {found}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dumps", action="store_true")
    if parser.parse_args().dumps:
        dumps()
    else:
        plug()
        process()
        openbeken()
