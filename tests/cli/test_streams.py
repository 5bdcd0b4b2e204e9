"""Standard streams that are closed, full, without a reader, or cannot show every character."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from amounts import one_in
from bekenlab.samples import build_sample
from started import REAL, program

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

if sys.platform == "win32":
    pytest.skip("a shell that closes streams is needed", allow_module_level=True)

import resource

NAME = "Küche \udce4.bin"  # as the file system gives a name that is not UTF-8
PORT = "virtual://bk7231n?image=plug.bin"
COMMANDS = {
    "analyze": ("analyze", NAME),
    "analyze --json": ("analyze", "--json", NAME),
    "analyze many": ("analyze", NAME, "plug.bin"),
    "boot": ("boot", NAME),
    "export": ("export", NAME, "--to", "esphome"),
    "pinout": ("pinout", "CB2S"),
    "demo": ("demo",),
    "help": ("--help",),
    "info": ("info", "-p", PORT),
    "info --json": ("info", "-p", PORT, "--json"),
    "backup": ("backup", "-o", "Küche out.bin", "-p", PORT),
    "verify": ("verify", NAME, "-p", PORT),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("plug.bin", NAME):
        (tmp_path / name).write_bytes(build_sample())
    return tmp_path


def shell(
    folder: Path,
    script: str,
    *words: str,
    by: Sequence[str] = REAL,
    before: Callable[[], None] | None = None,
    **more: str,
) -> subprocess.CompletedProcess[bytes]:
    """Run a script in which ``"$@"`` is the command line, started by these words."""
    return subprocess.run(
        ["bash", "-c", script, "bash", *by, *words],
        cwd=folder,
        env={**os.environ, "XDG_STATE_HOME": str(folder / "state"), "COLUMNS": "80", **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
        preexec_fn=before,
    )


def no_fault(done: subprocess.CompletedProcess[bytes]) -> None:
    for words in (b"Traceback", b"fault in bekenlab", b"Exception ignored"):
        assert words not in done.stderr + done.stdout, done.stderr


@pytest.mark.parametrize("name", one_in(2, list(COMMANDS)))
def test_streams_that_are_closed_at_the_start_lead_nowhere(folder: Path, name: str) -> None:
    done = shell(folder, '"$@" <&- >&- 2>&-', *COMMANDS[name])
    assert done.returncode == 0
    if name == "backup":
        assert (folder / "Küche out.bin").read_bytes() == build_sample()


@pytest.mark.parametrize("name", one_in(2, list(COMMANDS)))
def test_a_full_disk_behind_the_output_is_an_error_of_file_access(folder: Path, name: str) -> None:
    done = shell(folder, '"$@" > /dev/full', *COMMANDS[name], by=program())
    no_fault(done)
    assert done.returncode == 9
    assert b"standard output cannot be written: no space left on device" in done.stderr
    assert b"file-access" in done.stderr
    both = shell(folder, '"$@" > /dev/full 2>&1', *COMMANDS[name])
    assert both.returncode == 9


@pytest.mark.parametrize("name", COMMANDS)
def test_a_reader_that_goes_away_stops_the_command(folder: Path, name: str) -> None:
    script = '"$@" | true; echo ${PIPESTATUS[0]}'
    done = shell(folder, script, *COMMANDS[name], by=program())
    no_fault(done)
    assert done.stdout == b"130\n"


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("encoding", one_in(3, ["ascii", "latin-1", "utf-8"]))
def test_what_cannot_be_encoded_is_escaped(folder: Path, name: str, encoding: str) -> None:
    done = shell(folder, '"$@"', *COMMANDS[name], PYTHONIOENCODING=encoding)
    no_fault(done)
    assert done.returncode == 0, done.stderr


def test_an_export_is_the_same_whatever_the_terminal_can_show(folder: Path) -> None:
    plain = shell(folder, '"$@"', *COMMANDS["export"])
    poor = shell(folder, '"$@"', *COMMANDS["export"], PYTHONIOENCODING="ascii")
    assert plain.stdout == poor.stdout


def test_a_write_stops_where_its_reader_went_away(folder: Path) -> None:
    changed = bytearray(build_sample())
    changed[0x150000:0x180000] = bytes(0x30000)
    (folder / "new.bin").write_bytes(changed)
    port = "virtual://bk7231n?image=chip.bin&write_back=chip.bin"
    (folder / "chip.bin").write_bytes(build_sample())
    words = ("write", "new.bin", "--backup", "plug.bin", "-y", "-p", port)
    script = '"$@" --json | head -12 >/dev/null; exit ${PIPESTATUS[0]}'
    done = shell(folder, script, *words)
    no_fault(done)
    assert done.returncode == 130
    assert b"nobody reads the output any more" in done.stderr
    assert b"the same command resumes" in done.stderr  # half written by then, or not yet
    assert (folder / "chip.bin").read_bytes() != bytes(changed)
    again = shell(folder, '"$@"', *words)
    assert again.returncode == 0, again.stderr
    assert (folder / "chip.bin").read_bytes() == bytes(changed)


@pytest.mark.parametrize("mebibytes", [0.001, 0.5, 1])
def test_a_full_disk_is_an_error_of_file_access_in_a_backup(folder: Path, mebibytes: float) -> None:
    # No file may become larger than this: what happens on a full disk, except for its errno.
    most = round(mebibytes * (1 << 20))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    words = ("backup", "-o", "out.bin", "-p", PORT, "--json")
    done = shell(folder, '"$@"', *words, before=limit)
    no_fault(done)
    result = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, result["error"]["code"]) == (9, "file-access")
    assert not (folder / "out.bin").exists()
    assert shell(folder, '"$@"', *words).returncode == 0
