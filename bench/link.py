"""How fast chips are read and written over a line that takes the time a real one takes.

Each program talks to the same virtual chip through a pseudo terminal at 921600 baud, one after the
other in one run. Times are wall time of whole processes, start of Python included. The line time is
that of 4,123 bytes (a reply and its request) a sector of 10 bits each.

    PYTHONPATH=src:tests python bench/link.py [--peers PYTHON] [--chip BK7231N]

PYTHON is the interpreter of an environment with bk7231tools 2.1.2 and ltchiptool 4.15.0.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from machine_lab import image
from shared import dump

if TYPE_CHECKING:
    from collections.abc import Iterator

BAUD = 921_600
SECTOR = 0x1000
LINE = 4123 * 10 / BAUD
PEER = Path(__file__).parents[1] / "tests" / "link" / "peer.py"
# A dump with blank areas, and firmware to write, for each chip.
DUMPS = {
    "BK7231N": ("bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17", "openbk7231n-qio-1.18.300"),
    "BK7231T": ("bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz", "openbk7231t-qio-1.18.300"),
}


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


def timed(command: list[str], folder: Path) -> tuple[float, int]:
    """Wall seconds and exit status of a process."""
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    begin = time.monotonic()
    done = subprocess.run(command, capture_output=True, env=environment, timeout=300, check=False)
    return time.monotonic() - begin, done.returncode


def readers(port: str, out: Path, peers: str | None) -> dict[str, list[str]]:
    """How each program reads 2 MiB."""
    ours = [sys.executable, "-m", "bekenlab", "backup", "-p", port, "-b", str(BAUD), "-o", str(out)]
    found = {"bekenlab backup": ours}
    if peers:
        peer = [peers, str(PEER)]
        bk = ["bk7231tools", "read_flash", "-d", port, "-b", str(BAUD), str(out)]
        lt = ["ltchiptool", "flash", "read", "-d", port, "-b", str(BAUD), "bk72xx", str(out)]
        found |= {"bk7231tools read_flash": [*peer, *bk], "ltchiptool flash read": [*peer, *lt]}
    return found


def read_all(what: str, content: bytes, chip: str, peers: str | None) -> None:
    """Every program reads the same chip; what it read must be what is there."""
    blank = sum(content[a : a + SECTOR] == b"\xff" * SECTOR for a in range(0, len(content), SECTOR))
    sectors = len(content) // SECTOR
    print(f"\n{chip}, {what}: {sectors} sectors, {blank} blank; line time {sectors * LINE:.1f} s,")
    print(f"  without the blank ones {(sectors - blank) * LINE:.1f} s")
    for name in readers("", Path(), peers):
        with tempfile.TemporaryDirectory() as text:
            folder = Path(text)
            with served(content, chip, folder) as port:
                out = folder / "out.bin"
                seconds, status = timed(readers(port, out, peers)[name], folder)
                same = out.exists() and out.read_bytes() == content
        right = "right" if same and not status else f"WRONG (exit {status})"
        ratio = seconds / (sectors * LINE)
        print(f"  {name:24} {seconds:6.2f} s  {ratio:5.3f} of the line time  {right}")


def write_twice(content: bytes, firmware: Path, chip: str) -> None:
    """Firmware is written, then written again when nothing has changed."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        saved = folder / "backup.bin"
        saved.write_bytes(content)
        with served(content, chip, folder) as port:
            command = [sys.executable, "-m", "bekenlab", "write", str(firmware), "-p", port, "-y"]
            command += ["--backup", str(saved), "-b", str(BAUD), "--no-reboot"]
            first, status = timed(command, folder)
            again, second_status = timed(command, folder)
    size = firmware.stat().st_size / 1e6
    print(f"\n{chip}, write {firmware.name} ({size:.1f} MB): {first:.2f} s (exit {status}),")
    print(f"  again, unchanged: {again:.2f} s (exit {second_status})")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", metavar="PYTHON", help="environment with the other programs")
    parser.add_argument("--chip", choices=DUMPS, action="append")
    arguments = parser.parse_args()
    for chip in arguments.chip or DUMPS:
        sparse, firmware = DUMPS[chip]
        content = dump(sparse)
        loader = content[:0x11000]
        full = loader + random.Random(1).randbytes(len(content) - len(loader))
        read_all("every sector written", full, chip, arguments.peers)
        read_all(f"{sparse}", content, chip, arguments.peers)
        with tempfile.TemporaryDirectory() as text:
            path = Path(text) / f"{firmware}.bin"
            path.write_bytes(image(firmware).physical)
            write_twice(content, path, chip)


if __name__ == "__main__":
    main()
