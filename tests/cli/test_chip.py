"""The commands with a chip, as a user runs them: in processes of their own, on virtual chips."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
import pytest

from bekenlab.cli.chip.frontend import facing
from bekenlab.events import Started
from bekenlab.samples import build_sample
from started import program

if TYPE_CHECKING:
    from pathlib import Path

SECTOR = 0x1000
ECHO = b"what the host says"


@dataclass
class Desk:
    """A folder with a chip in it, whose flash outlives a command."""

    folder: Path

    @property
    def chip(self) -> Path:
        return self.folder / "chip.bin"

    @property
    def port(self) -> str:
        return f"virtual://bk7231n?image={self.chip}&write_back={self.chip}"

    def command(self, *words: str, fault: str = "") -> list[str]:
        port = f"{self.port}&fault={fault}" if fault else self.port
        return [*program(), *words, "--port", port, "--wait", "0"]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "XDG_STATE_HOME": str(self.folder / "state"), "COLUMNS": "80"}

    def run(self, *words: str, fault: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words, fault=fault),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def events(self, *words: str, fault: str = "") -> tuple[int, list[dict[str, Any]]]:
        done = self.run(*words, "--json", fault=fault)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "chip.bin").write_bytes(build_sample())
    return Desk(tmp_path)


@pytest.fixture
def backed_up(desk: Desk) -> Desk:
    assert desk.run("backup", "-o", "plug.bin").returncode == 0
    return desk


def test_a_backup_is_the_chip_and_has_a_manifest(backed_up: Desk) -> None:
    assert (backed_up.folder / "plug.bin").read_bytes() == build_sample()
    manifest = json.loads((backed_up.folder / "plug.bin.json").read_text())
    assert manifest["chip"] == "BK7231N"
    assert manifest["flash_id"] == "1560EB"
    assert len(manifest["sector_crc32"]) == 512
    assert not list(backed_up.folder.glob("plug.bin.*[!n]"))


def test_a_backup_never_replaces_a_file(backed_up: Desk) -> None:
    done = backed_up.run("backup", "-o", "plug.bin")
    assert done.returncode == 7
    assert "already exists" in done.stderr


def test_an_interrupted_backup_goes_on(desk: Desk) -> None:
    done = desk.run("backup", "-o", "plug.bin", fault="unplug@60000")
    assert done.returncode == 3
    assert not (desk.folder / "plug.bin").exists()
    assert (desk.folder / "plug.bin.journal").exists()
    status, events = desk.events("backup", "-o", "plug.bin")
    assert status == 0
    assert events[-1]["sectors"]["resumed"] > 10
    assert (desk.folder / "plug.bin").read_bytes() == build_sample()


def test_a_journal_of_another_chip_is_not_continued(desk: Desk) -> None:
    desk.run("backup", "-o", "plug.bin", fault="unplug@60000")
    other = bytearray(build_sample())
    other[0x100:0x200] = bytes(256)
    desk.chip.write_bytes(other)
    done = desk.run("backup", "-o", "plug.bin")
    assert done.returncode == 7
    assert "another chip" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for other processes")
def test_ctrl_c_ends_a_backup_with_a_result_and_keeps_what_was_read(desk: Desk) -> None:
    command = desk.command("backup", "-o", "plug.bin", "--json", fault="slow=40")
    with subprocess.Popen(
        command, cwd=desk.folder, env=desk.environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(json.loads(line))
            if lines[-1]["event"] == "progress":
                process.send_signal(signal.SIGINT)
                break
        lines += [json.loads(line) for line in process.stdout]
    assert process.returncode == 130
    assert lines[-1] == {**lines[-1], "event": "result", "exit": 130}
    assert (desk.folder / "plug.bin.journal").exists()


def stop_while_writing() -> None:
    with facing("write", as_json=False) as frontend:
        frontend(Started("write", 1))
        raise KeyboardInterrupt


def test_ctrl_c_says_that_the_same_command_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(click.exceptions.Exit), facing("backup", as_json=False):
        raise KeyboardInterrupt
    assert "the same command resumes where it stopped" in capsys.readouterr().err
    with pytest.raises(click.exceptions.Exit):
        stop_while_writing()
    assert "half written and may not start; the same command" in capsys.readouterr().err
    with pytest.raises(click.exceptions.Exit), facing("backup", as_json=False):
        raise click.Abort  # somebody said no: nothing to resume
    assert not capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for other processes")
def test_ctrl_c_ends_a_write_and_the_next_one_goes_on(backed_up: Desk) -> None:
    changed = bytearray(build_sample())
    changed[0x150000 : 0x150000 + 60 * SECTOR] = b"\x5a" * 60 * SECTOR
    (backed_up.folder / "new.bin").write_bytes(changed)
    command = backed_up.command("write", "new.bin", "--yes", "--json", fault="slow=2")
    with subprocess.Popen(
        command, cwd=backed_up.folder, env=backed_up.environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(json.loads(line))
            if lines[-1].get("phase") == "write":
                process.send_signal(signal.SIGINT)
                break
        lines += [json.loads(line) for line in process.stdout]
    assert process.returncode == 130
    assert lines[-1] == {**lines[-1], "event": "result", "exit": 130}
    assert backed_up.chip.read_bytes() not in (build_sample(), bytes(changed))
    status, lines = backed_up.events("write", "new.bin", "--yes")
    assert status == 0
    assert "unfinished-write" in [w["code"] for w in lines[-1]["plan"]["warnings"]]
    assert 0 < lines[-1]["sectors"]["written"] < 60
    assert backed_up.chip.read_bytes() == bytes(changed)


@pytest.mark.parametrize(
    ("words", "exit_"),
    [
        (("ports",), 0),
        (("info",), 0),
        (("doctor",), 0),
        (("reboot",), 0),
        (("backup", "-o", "new.bin", "--dry-run"), 0),
        (("verify", "plug.bin"), 0),
        (("verify", "missing.bin"), 9),
        (("restore", "plug.bin", "--dry-run"), 0),
        (("write", "plug.bin", "--yes"), 0),
        (("erase", "nowhere"), 2),
        (("erase", "rf", "--yes"), 7),
        (("erase", "config", "--yes"), 0),
    ],
)
def test_json_is_one_object_a_line_and_one_result(
    backed_up: Desk, words: tuple[str, ...], exit_: int
) -> None:
    if words == ("ports",):
        command = [sys.executable, "-m", "bekenlab", "ports", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
        status, lines = done.returncode, [json.loads(x) for x in done.stdout.splitlines()]
    else:
        status, lines = backed_up.events(*words)
    assert status == exit_
    assert [line["seq"] for line in lines] == list(range(len(lines)))
    assert lines[0]["event"] == "hello"
    assert [line["event"] for line in lines].count("result") == 1
    assert lines[-1]["event"] == "result"
    assert lines[-1]["exit"] == exit_
    assert ("error" in lines[-1]) == bool(exit_)


def test_nothing_is_written_without_a_backup(desk: Desk) -> None:
    changed = bytearray(build_sample())
    changed[0x1E0000 : 0x1E0000 + SECTOR] = bytes(SECTOR)
    (desk.folder / "new.bin").write_bytes(changed)
    status, lines = desk.events("write", "new.bin", "--yes")
    assert status == 7
    assert [r["code"] for r in lines[-1]["plan"]["refusals"]] == ["no-backup"]
    assert desk.chip.read_bytes() == build_sample()
    assert desk.run("write", "new.bin", "--yes", "--force", "no-backup").returncode == 0
    assert desk.chip.read_bytes() == bytes(changed)


def test_a_write_asks_first_and_a_dry_run_changes_nothing(backed_up: Desk) -> None:
    changed = bytearray(build_sample())
    changed[0x1E0000 : 0x1E0000 + SECTOR] = bytes(SECTOR)
    (backed_up.folder / "new.bin").write_bytes(changed)
    dry = backed_up.run("write", "new.bin", "--dry-run")
    assert dry.returncode == 0
    assert "1 sector to write, 511 already right" in dry.stdout
    done = backed_up.run("write", "new.bin")
    assert done.returncode == 7
    assert "--yes" in done.stderr
    assert backed_up.chip.read_bytes() == build_sample()


def test_write_then_write_again_then_restore(backed_up: Desk) -> None:
    changed = bytearray(build_sample())
    changed[0x150000 : 0x150000 + 3 * SECTOR] = b"\x5a" * 3 * SECTOR
    (backed_up.folder / "new.bin").write_bytes(changed)
    _, lines = backed_up.events("write", "new.bin", "--yes")
    assert lines[-1]["sectors"]["written"] == 3
    assert backed_up.chip.read_bytes() == bytes(changed)
    _, lines = backed_up.events("write", "new.bin", "--yes")
    assert lines[-1]["sectors"] == {"written": 0, "equal": 512, "retried": 0, "repaired": 0}
    status, lines = backed_up.events("verify", "plug.bin")
    assert status == 6
    assert lines[-1]["different"] == ["0x150000", "0x151000", "0x152000"]
    assert backed_up.run("restore", "plug.bin", "--yes").returncode == 0
    assert backed_up.chip.read_bytes() == build_sample()


def test_bytes_in_the_middle_of_sectors(backed_up: Desk) -> None:
    (backed_up.folder / "some.dat").write_bytes(b"some bytes")
    words = ("write", "some.dat", "--at", "0x1e0ffb", "--yes", "--force", "unknown-file")
    assert backed_up.run(*words).returncode == 0
    expected = bytearray(build_sample())
    expected[0x1E0FFB : 0x1E0FFB + 10] = b"some bytes"
    assert backed_up.chip.read_bytes() == bytes(expected)


@pytest.mark.parametrize(
    ("start", "end", "code"), [(0x0, 0x1000, "bootloader"), (0x1D0000, 0x1D1000, "rf")]
)
def test_what_cannot_be_rebuilt_is_kept(backed_up: Desk, start: int, end: int, code: str) -> None:
    changed = bytearray(build_sample())
    changed[start + 0x40 : end] = bytes(end - start - 0x40)
    (backed_up.folder / "new.bin").write_bytes(changed)
    status, lines = backed_up.events("restore", "new.bin", "--yes")
    assert status == 7
    assert code in [r["code"] for r in lines[-1]["plan"]["refusals"]]
    words = ("restore", "new.bin", "--yes", "--keep", code, "--force", "damaged-file")
    assert backed_up.run(*words).returncode == 0
    assert backed_up.chip.read_bytes() == build_sample()
    words = ("restore", "new.bin", "--yes", "--force", code, "--force", "damaged-file")
    assert backed_up.run(*words).returncode == 0
    assert backed_up.chip.read_bytes() == bytes(changed)


def test_a_dump_is_restored_whole_or_not_at_all(backed_up: Desk) -> None:
    (backed_up.folder / "half.bin").write_bytes(build_sample()[: 1 << 20])
    done = backed_up.run("restore", "half.bin", "--yes")
    assert done.returncode == 2
    assert "not a whole dump" in done.stderr


@pytest.mark.parametrize(
    ("area", "range_"),
    [
        ("config", (0x1D1000, 0x1D2000)),
        ("0x1ee000+0x1000", (0x1EE000, 0x1EF000)),
        ("0x1ee000-0x1f0000", (0x1EE000, 0x1F0000)),
    ],
)
def test_ranges_are_erased(backed_up: Desk, area: str, range_: tuple[int, int]) -> None:
    assert backed_up.run("erase", area, "--yes").returncode == 0
    expected = bytearray(build_sample())
    expected[slice(*range_)] = b"\xff" * (range_[1] - range_[0])
    assert backed_up.chip.read_bytes() == bytes(expected)


def test_firmware_for_another_chip_is_refused(backed_up: Desk) -> None:
    # The sample says it is for BK7231N; the chip is a BK7238 with the same flash.
    port = f"virtual://bk7238?image={backed_up.chip}"
    words = ["restore", "plug.bin", "--yes", "--json", "--port", port]
    command = [*program(), *words]
    done = subprocess.run(
        command,
        cwd=backed_up.folder,
        env=backed_up.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    result = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 7
    assert "wrong-chip" in [r["code"] for r in result["plan"]["refusals"]]


def test_doctor_says_what_is_wrong(desk: Desk) -> None:
    status, lines = desk.events("doctor", fault="silence@1:99999")
    assert status == 4
    assert lines[-1]["checks"][-1]["name"] == "link"
    assert not lines[-1]["checks"][-1]["ok"]
    assert "nothing arrives" in lines[-1]["verdict"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo terminals")
@pytest.mark.parametrize(
    ("says", "heard"),
    [
        (b"", "nothing"),
        (b"[01-01 18:12:15 TUYA N] app_init finished\r\n", "text"),
        (bytes.fromhex("55aa00000000ff"), "tuya-mcu"),
        (b"\xf1\x8c\x99\xe0\x3b", "garbage"),
        (ECHO, "echo"),
    ],
)
def test_a_line_without_a_chip_is_diagnosed(desk: Desk, says: bytes, heard: str) -> None:
    import pty
    import threading
    import tty

    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    over = threading.Event()

    def talk() -> None:
        while not over.wait(0.02):
            if says not in (b"", ECHO):
                os.write(ours, says)
            try:
                heard = os.read(ours, 4096)
            except BlockingIOError:
                continue
            if says is ECHO:
                os.write(ours, heard)

    talker = threading.Thread(target=talk)
    talker.start()
    try:
        words = ["doctor", "--json", "--wait", "0.3", "--port", os.ttyname(theirs)]
        command = [*program(), *words]
        done = subprocess.run(
            command, env=desk.environment, capture_output=True, text=True, check=False, timeout=60
        )
    finally:
        over.set()
        talker.join()
        os.close(ours)
        os.close(theirs)
    result = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 4
    meaning = {
        "nothing": "nothing arrives",
        "text": "a text log arrives",
        "tuya-mcu": "talks to its MCU",
        "garbage": "garbage arrives",
        "echo": "our own bytes come back",
    }
    assert meaning[heard] in result["error"]["message"]
