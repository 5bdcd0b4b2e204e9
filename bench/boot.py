"""How fast the virtual chip is, and how far each real dump boots.

Seconds are processor time of this process alone, so that other load counts less; those of whole
processes are wall time, beside a yardstick of the same run.

    PYTHONPATH=src:tests python bench/boot.py [--dumps]

Dumps are looked for where the tests look (``../shared`` or ``BEKENLAB_SHARED``).
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bekenlab.machine import Machine, Until
from boot_table import STARTED, Moment, Row, measure, ran_on
from machine_support import CHIPS, PLUG, image

_LAST_PIN = r"ch_cddpid5: is 13"
_OPENBEKEN = "openbk7231n-qio-1.18.300"


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
    """One row a dump, as ``bekenlab boot`` boots it, and what the rows come to.

    Times are device and processor seconds. ``log`` counts pins that the log gives as storage has
    them, of those in storage, and those it gives otherwise; ``idle`` relays, LEDs and buttons that
    idle as their active level says.
    """
    heads = ("identity", "started", "all")
    print(f"{'dump':36} {'chip':8}", *(f"{head:>10}" for head in heads), f"{'log':>9} {'idle':>5}")
    rows = []
    for name in CHIPS:
        row = measure(name)
        rows.append(row)
        whole = Moment(row.report.device_seconds, row.processor)
        moments = (row.identity, row.started, whole)
        times = [f"{at.device:.2f}/{at.processor:.2f}" if at else "-" for at in moments]
        stored, agrees = row.all_stored, [idles for _, idles in row.idle]
        log = f"{len(row.right)}/{len(stored)}" if stored and row.report.pins.pins else "-"
        log += f" !{len(row.wrong)}" if row.wrong and stored else ""
        idle = f"{sum(agrees)}/{len(agrees)}" if agrees else "-"
        cells = [f"{cell:>10}" for cell in times]
        print(f"{name[:36]:36} {row.chip:8}", *cells, f"{log:>9} {idle:>5}", flush=True)
    _sum_up(rows)


def _sum_up(rows: list[Row]) -> None:
    newer = [row for row in rows if row.chip == "BK7231N"]
    compared = [row for row in rows if row.stored.pins and row.report.pins.pins]
    idle = [idles for row in rows for _, idles in row.idle]
    print(f"say what they are: {sum(row.identity is not None for row in rows)} of {len(rows)}")
    print(f"still ran at the end: {sum(map(ran_on, rows))} of {len(rows)}")
    print(f"BK7231N that said {STARTED!r}: {sum(bool(r.started) for r in newer)} of {len(newer)}")
    print(f"logs with pins: {len(compared)}, pins in them that storage denies:", end=" ")
    print(sum(len(row.wrong) for row in compared))
    print(f"relays, LEDs, buttons that idle as they should: {sum(idle)} of {len(idle)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dumps", action="store_true")
    if parser.parse_args().dumps:
        dumps()
    else:
        plug()
        process()
        openbeken()
