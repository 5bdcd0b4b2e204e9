"""``bekenlab sim``: a chip for other programs, served by a process of its own."""

import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from bekenlab.samples import build_sample
from cli.program import COMMAND, bekenlab, environment

LINK, LINKED = bytes.fromhex("01e0fc0100"), bytes.fromhex("040e0501e0fc0100")


def dump(folder: Path) -> Path:
    path = folder / "plug.bin"
    path.write_bytes(build_sample())
    return path


def linked(port: int) -> bool:
    """Ask as flashing programs do, until there is an answer or half a minute has passed."""
    end, heard = time.monotonic() + 30, b""
    with socket.create_connection(("127.0.0.1", port), timeout=0.02) as program:
        while time.monotonic() < end and LINKED not in heard:
            program.send(LINK)
            with suppress(TimeoutError):
                heard += program.recv(4096)
    return LINKED in heard


def test_a_program_links_and_ctrl_c_leaves_the_flash(tmp_path: Path) -> None:
    kept = tmp_path / "kept.bin"
    command = [*COMMAND, "sim", str(dump(tmp_path)), "--tcp", "0", "--write-back", str(kept)]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            address = server.stdout.readline().strip()
            answered = linked(int(address.rpartition(":")[2]))
            server.send_signal(signal.SIGINT)
            out, err = server.communicate(timeout=30)
        finally:
            server.kill()
    assert address.startswith("rfc2217://127.0.0.1:")
    assert answered
    assert (server.returncode, out) == (0, "")
    assert "BK7231N" in err
    assert kept.read_bytes() == build_sample()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.bin", "plug.bin"]


def test_a_file_that_exists_is_not_written_over(tmp_path: Path) -> None:
    file = dump(tmp_path)
    run = bekenlab("sim", file, "--write-back", file)
    assert (run.status, run.out) == (7, "")


def test_a_line_is_one_or_the_other(tmp_path: Path) -> None:
    assert bekenlab("sim", dump(tmp_path), "--pty", "--tcp", "2217").status == 2


def test_a_fault_that_there_is_not_is_refused(tmp_path: Path) -> None:
    run = bekenlab("sim", dump(tmp_path), "--fault", "gremlin@3")
    assert (run.status, run.out) == (2, "")
    assert "gremlin" in run.err
