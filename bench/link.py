"""How fast chips are read and written over a line that takes the time a real one takes.

Each program talks to the same virtual chip through a pseudo terminal at 921600 baud, one after the
other in one run. Times are wall time of whole processes, start of Python included; of our own also
what the job itself took. The line time is that of 4,123 bytes of 10 bits each for every sector: a
reply and its share of the request.

    PYTHONPATH=src:tests python bench/link.py [--chip BK7231N] [--peers PYTHON]

PYTHON is an interpreter that has bk7231tools and ltchiptool (extra ``bench``); usually this one. It
exits with 1 when a target is missed. Nothing else may run meanwhile: the virtual chip needs a
processor of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from machine_support import image
from shared import dump

if TYPE_CHECKING:
    from collections.abc import Iterator

BAUD = 921_600
SECTOR = 0x1000
LINE = 4123 * 10 / BAUD
MOST = 1.03
SPARED = 0.8  # of the line time of blank sectors, which only have their CRC computed
AGAIN = 3.0
PEER = Path(__file__).parents[1] / "tests" / "link" / "peer.py"
# A dump with blank areas, and firmware to write, for each chip.
DUMPS = {
    "BK7231N": ("bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17", "openbk7231n-qio-1.18.300"),
    "BK7231T": ("bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz", "openbk7231t-qio-1.18.300"),
}


@dataclass(frozen=True)
class Timed:
    """A process that has run.

    Attributes:
        wall: Seconds from start to end.
        status: Exit status.
        job: Seconds our own job took by its own account, else None.
    """

    wall: float
    status: int
    job: float | None


@contextmanager
def served(content: bytes, chip: str, folder: Path) -> Iterator[str]:
    """A paced chip on a pseudo terminal; gives the terminal's path."""
    path = folder / "chip.bin"
    path.write_bytes(content)
    command = [sys.executable, "-m", "bekenlab", "sim", str(path), "--chip", chip]
    process = subprocess.Popen(
        [*command, "--pty", "--baud-paced"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().decode().strip()
    finally:
        process.terminate()
        process.wait()


def timed(command: list[str], folder: Path) -> Timed:
    """Run a process to its end."""
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    begin = time.monotonic()
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=300, check=False
    )
    wall = time.monotonic() - begin
    last = done.stdout.strip().rpartition("\n")[2]
    job = json.loads(last).get("seconds") if last.startswith('{"seq"') else None
    return Timed(wall, done.returncode, job)


def ours(*words: str) -> list[str]:
    """Our own command line."""
    return [sys.executable, "-m", "bekenlab", *words, "-b", str(BAUD), "--json"]


def readers(port: str, out: Path, peers: str | None) -> dict[str, list[str]]:
    """How each program reads 2 MiB."""
    found = {"bekenlab backup": ours("backup", "-p", port, "-o", str(out))}
    if peers:
        peer = [peers, str(PEER)]
        bk = ["bk7231tools", "read_flash", "-d", port, "-b", str(BAUD), str(out)]
        lt = ["ltchiptool", "flash", "read", "-d", port, "-b", str(BAUD), "bk72xx", str(out)]
        found |= {"bk7231tools read_flash": [*peer, *bk], "ltchiptool flash read": [*peer, *lt]}
    return found


def read_all(what: str, content: bytes, chip: str, peers: str | None) -> bool:
    """Every program reads the same chip; what it read must be what is there."""
    blank = sum(content[a : a + SECTOR] == b"\xff" * SECTOR for a in range(0, len(content), SECTOR))
    sectors = len(content) // SECTOR
    whole, needed = sectors * LINE, (sectors - blank) * LINE
    print(f"\n{chip}, {what}: {sectors} sectors, {blank} blank;")
    print(f"  line time {whole:.1f} s, {needed:.1f} s without what is blank")
    print(f"  {'':24} {'process':>9} {'job':>9}   times the line time")
    good = True
    for name in readers("", Path(), peers):
        with tempfile.TemporaryDirectory() as text:
            folder = Path(text)
            with served(content, chip, folder) as port:
                out = folder / "out.bin"
                took = timed(readers(port, out, peers)[name], folder)
                same = out.exists() and out.read_bytes() == content
        right = "right" if same and not took.status else f"WRONG (exit {took.status})"
        job = f"{took.job:7.2f} s" if took.job is not None else f"{'':9}"
        ratio = (took.wall if took.job is None else took.job) / whole
        print(f"  {name:24} {took.wall:7.2f} s {job}   {ratio:5.3f}  {right}")
        if took.job is not None:
            good = same and took.job <= MOST * whole - SPARED * (whole - needed)
    return good


def write_twice(content: bytes, firmware: Path, chip: str) -> bool:
    """Firmware is written, then written again when nothing has changed."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        saved = folder / "backup.bin"
        saved.write_bytes(content)
        with served(content, chip, folder) as port:
            command = ours("write", str(firmware), "-p", port, "-y", "--no-reboot")
            command += ["--backup", str(saved)]
            first, again = timed(command, folder), timed(command, folder)
    size = firmware.stat().st_size / 1e6
    print(f"\n{chip}, write {firmware.name} ({size:.1f} MB)")
    print(f"  {'first':24} {first.wall:7.2f} s   (exit {first.status})")
    print(f"  {'again, unchanged':24} {again.wall:7.2f} s   (exit {again.status})")
    return not first.status and not again.status and again.wall < AGAIN


def has_peers(python: str) -> bool:
    """Whether an interpreter has the other programs."""
    command = [python, "-c", "import bk7231tools, ltchiptool"]
    return not subprocess.run(command, capture_output=True, check=False).returncode


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", metavar="PYTHON", default=sys.executable)
    parser.add_argument("--chip", choices=DUMPS, action="append")
    arguments = parser.parse_args()
    peers = arguments.peers if has_peers(arguments.peers) else None
    if peers is None:
        print("bk7231tools and ltchiptool are not installed (extra: bench); only bekenlab runs")
    good = True
    for chip in arguments.chip or DUMPS:
        sparse, firmware = DUMPS[chip]
        content = dump(sparse)
        loader = content[:0x11000]
        full = loader + random.Random(1).randbytes(len(content) - len(loader))
        good &= read_all("every sector written", full, chip, peers)
        good &= read_all(sparse, content, chip, peers)
        with tempfile.TemporaryDirectory() as text:
            path = Path(text) / f"{firmware}.bin"
            path.write_bytes(image(firmware).physical)
            good &= write_twice(content, path, chip)
    print("\nall targets met" if good else "\na target was missed")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
