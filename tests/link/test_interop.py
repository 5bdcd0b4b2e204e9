"""Other flashing programs against virtual chips in ``sim``: read, write, verify.

BK7231N is the model of the ROM, BK7231T the genuine boot loader of a dump. The programs are
unchanged; ``peer.py`` says what is done about their serial port. Both compare what they read and
wrote with the chip's own CRC, and fail when it differs.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

import peers
from amounts import ALL
from shared import dump

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DUMPS = {
    "BK7231N": "bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17",
    "BK7231T": "bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz",
}
PROGRAMS = ("bk7231tools", "ltchiptool")
APP, DOWNLOAD = 0x11000, 0x132000
# The genuine application runs while the chip is not linked, and writes settings from here on.
OWN = 0x1E1000
NEW = random.Random(7231).randbytes(0x10000 if ALL else 0x4000)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pseudo terminals are POSIX")


@contextmanager
def sim(folder: Path, chip: str, *options: str) -> Iterator[str]:
    """Serve a chip with a dump in its flash; give the port to open."""
    file = folder / "dump.bin"
    file.write_bytes(dump(DUMPS[chip]))
    command = [sys.executable, "-m", "bekenlab", "sim", str(file), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
            server.terminate()
            assert server.wait(20) == 0
        finally:
            server.kill()


@dataclass(frozen=True)
class Program:
    """One flashing program, at a port."""

    name: str
    chip: str
    port: str

    def info(self) -> str:
        if self.name == "bk7231tools":
            return peers.run(self.name, "chip_info", *self._at)
        return peers.run(self.name, "flash", "info", *self._at, "bk72xx")

    def read(self, start: int, size: int, file: Path) -> bytes:
        span = ("-s", hex(start), "-l", hex(size))
        if self.name == "bk7231tools":
            peers.run(self.name, "read_flash", *self._at, *span, file)
        else:
            peers.run(self.name, "flash", "read", *self._at, *span, "bk72xx", file)
        return file.read_bytes()

    def write(self, start: int, file: Path) -> None:
        if self.name == "bk7231tools":
            peers.run(self.name, "write_flash", *self._at, "-s", hex(start), file)
        else:
            family = ("-f", self.chip.lower())
            peers.run(self.name, "flash", "write", *self._at, *family, "-s", hex(start), file)

    @property
    def _at(self) -> tuple[str, ...]:
        return ("-d", self.port, "-b", "921600")


def round_trip(folder: Path, name: str, chip: str, line: str, size: int) -> None:
    """Read, write, read again; nothing else on the chip may have changed."""
    folder.mkdir()
    new, kept = folder / "new.bin", folder / "kept.bin"
    new.write_bytes(NEW[:size])
    content = dump(DUMPS[chip])
    with sim(folder, chip, line, "--write-back", str(kept)) as port:
        program = Program(name, chip, port)
        assert program.read(APP, size, folder / "read.bin") == content[APP : APP + size]
        program.write(DOWNLOAD, new)
        assert program.read(DOWNLOAD, size, folder / "again.bin") == NEW[:size]
    expected = content[:DOWNLOAD] + NEW[:size] + content[DOWNLOAD + size :]
    assert kept.read_bytes()[:OWN] == expected[:OWN]


@pytest.mark.parametrize("chip", DUMPS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_other_programs_read_and_write_at_a_pseudo_terminal(
    name: str, chip: str, tmp_path: Path
) -> None:
    peers.needs(name)
    round_trip(tmp_path / "desk", name, chip, "--pty", len(NEW))


def test_other_programs_read_and_write_over_rfc2217(tmp_path: Path) -> None:
    """RTS resets the chip. All four at once, as pyserial sleeps at each change of a timeout."""
    for name in PROGRAMS:
        peers.needs(name)
    with ThreadPoolExecutor(4) as pool:
        runs = [
            pool.submit(round_trip, tmp_path / f"{name}-{chip}", name, chip, "--tcp=0", 0x2000)
            for name in PROGRAMS
            for chip in DUMPS
        ]
        for run in runs:
            run.result()


@pytest.mark.parametrize(("chip", "says"), [("BK7231N", "0x7231c"), ("BK7231T", "BK7231S_1.0.5")])
def test_other_programs_recognise_the_chip(chip: str, says: str, tmp_path: Path) -> None:
    for name in PROGRAMS:
        peers.needs(name)
    with sim(tmp_path, chip, "--pty") as port:
        for name in PROGRAMS:
            assert says in Program(name, chip, port).info()


@pytest.mark.parametrize("chip", DUMPS)
def test_other_programs_notice_a_corrupted_byte(chip: str, tmp_path: Path) -> None:
    """Their verification works against virtual chips: one reads again, one gives up."""
    for name in PROGRAMS:
        peers.needs(name)
    fault = ("--fault", "flip@2500")
    with sim(tmp_path, chip, "--pty", *fault) as port:
        read = Program("bk7231tools", chip, port).read(APP, 0x2000, tmp_path / "read.bin")
        assert read == dump(DUMPS[chip])[APP : APP + 0x2000]
    with (
        sim(tmp_path, chip, "--pty", *fault) as port,
        pytest.raises(AssertionError, match=r"Chip CRC value .* does not match"),
    ):
        Program("ltchiptool", chip, port).read(APP, 0x2000, tmp_path / "read.bin")
