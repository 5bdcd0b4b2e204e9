"""Other people's flashing programs against the genuine boot loader of a BK7231T in ``sim``.

The programs are unchanged; see ``peer.py`` for what is done about their serial port.
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared import dump

DUMP = "bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz"
APP, DOWNLOAD = 0x11000, 0x12A000
# An interpreter that has the programs; usually the one that runs the tests.
PYTHON = os.environ.get("BEKENLAB_PEER_PYTHON", sys.executable)
NEW = random.Random(7231).randbytes(0x10000)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pseudo terminals are POSIX")


def needs(module: str) -> None:
    found = subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True, check=False)
    if found.returncode:
        pytest.skip(f"{module} is not installed (extra: interop)")


@contextmanager
def sim(folder: Path, *options: str) -> Iterator[str]:
    """A chip with the dump in its flash; what a program is to open."""
    file = folder / "dump.bin"
    file.write_bytes(dump(DUMP))
    command = [sys.executable, "-m", "bekenlab", "sim", str(file), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
            server.terminate()
            assert server.wait(20) == 0
        finally:
            server.kill()


def run(program: str, *arguments: str | Path) -> str:
    """Run a program to its end; what it printed."""
    command = [PYTHON, str(Path(__file__).with_name("peer.py")), program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def bk7231tools(command: str, address: str, *arguments: str | Path, baud: int = 921_600) -> str:
    return run("bk7231tools", command, "-d", address, "-b", str(baud), *arguments)


def test_bk7231tools_reads_and_writes_at_a_pty(tmp_path: Path) -> None:
    needs("bk7231tools")
    read, new, again = tmp_path / "read.bin", tmp_path / "new.bin", tmp_path / "again.bin"
    new.write_bytes(NEW)
    kept = tmp_path / "kept.bin"
    with sim(tmp_path, "--pty", "--write-back", str(kept)) as address:
        assert "BK7231S_1.0.5" in bk7231tools("chip_info", address)
        bk7231tools("read_flash", address, "-s", "0", "-l", "0x20000", read)
        bk7231tools("write_flash", address, "-s", hex(DOWNLOAD), new)
        bk7231tools("read_flash", address, "-s", hex(DOWNLOAD), "-l", "0x10000", again)
    assert read.read_bytes() == dump(DUMP)[:0x20000]
    assert again.read_bytes() == NEW
    expected = bytearray(dump(DUMP))
    expected[DOWNLOAD : DOWNLOAD + len(NEW)] = NEW
    assert kept.read_bytes() == expected


def test_bk7231tools_resets_the_chip_over_rfc2217(tmp_path: Path) -> None:
    needs("bk7231tools")
    read = tmp_path / "read.bin"
    with sim(tmp_path) as address:
        assert address.startswith("rfc2217://127.0.0.1:")
        bk7231tools("read_flash", address, "-s", hex(APP), "-l", "0x2000", read)
        # The loader is at 921600 baud now: only a reset brings it back to the rate of a new link.
        bk7231tools("read_flash", address, "-s", hex(APP), "-l", "0x2000", read)
    assert read.read_bytes() == dump(DUMP)[APP : APP + 0x2000]


# Over RFC 2217 pyserial sleeps each time a program changes its timeout: a little has to do.
@pytest.mark.parametrize(("line", "size"), [("--pty", 0x10000), ("--tcp=0", 0x3000)])
def test_ltchiptool_reads_and_writes(tmp_path: Path, line: str, size: int) -> None:
    needs("ltchiptool")
    read, new, again = tmp_path / "read.bin", tmp_path / "new.bin", tmp_path / "again.bin"
    new.write_bytes(NEW[:size])
    with sim(tmp_path, line) as address:
        at = ("-d", address, "-b", "921600")
        flash = ("ltchiptool", "flash")
        run(*flash, "read", *at, "-s", hex(APP), "-l", hex(size), "bk72xx", read)
        run(*flash, "write", *at, "-f", "bk7231t", "-s", hex(DOWNLOAD), new)
        run(*flash, "read", *at, "-s", hex(DOWNLOAD), "-l", hex(size), "bk72xx", again)
    assert read.read_bytes() == dump(DUMP)[APP : APP + size]
    assert again.read_bytes() == NEW[:size]
