"""Commands that get Ctrl-C at a random moment, and what has to be true afterwards.

Whatever the moment: status 130 and no result, or status 0 and a whole one; no changed chip before
the write has begun; no traceback, no half file; the same command again ends as if nothing had been.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bekenlab.samples import build_sample
from shared import dump

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECTOR = 0x1000
CHIP = "chip.bin"
_PORT = f"virtual://bk7231n?image={CHIP}&write_back={CHIP}"
_CHIP = ("--json", "--wait", "0", "-p", _PORT)
_LONGEST = 180


@dataclass(frozen=True)
class Case:
    """A command.

    Attributes:
        words: The command line.
        prepare: Puts files into a folder.
        results: What it leaves when it ends: files and folders.
        writes: The phase in whose course the chip changes, or an empty string.
    """

    words: tuple[str, ...]
    prepare: Callable[[Path], None]
    results: tuple[str, ...] = ()
    writes: str = ""


@dataclass(frozen=True)
class Ended:
    """How a run ended.

    Attributes:
        status: Its exit status.
        events: The objects of its standard output.
        err: Its standard error.
        seconds: How long it took, or how long after the signal it ended.
    """

    status: int
    events: list[dict[str, Any]]
    err: str
    seconds: float
    out: str = field(repr=False, default="")


def _sample(folder: Path) -> None:
    (folder / CHIP).write_bytes(build_sample())


def _backed_up(folder: Path) -> None:
    _sample(folder)
    shutil.copy(folder / CHIP, folder / "plug.bin")
    changed = bytearray(build_sample())
    changed[0x150000 : 0x150000 + 90 * SECTOR] = random.Random(1).randbytes(90 * SECTOR)
    (folder / "new.bin").write_bytes(changed)


def _changed(folder: Path) -> None:
    _backed_up(folder)
    (folder / "new.bin").replace(folder / CHIP)


def _with_firmware(folder: Path) -> None:
    _sample(folder)
    (folder / "obk.bin").write_bytes(dump("openbk7231n-qio-1.18.300"))


def _many(folder: Path) -> None:
    _sample(folder)
    (folder / "many").mkdir()
    for number in range(6):
        shutil.copy(folder / CHIP, folder / "many" / f"{number}.bin")


_INSTALL = ("-f", "obk.bin", "--wifi-ssid", "home")
_WRITE = ("new.bin", "--backup", "plug.bin", "-y")

CASES = {
    "backup": Case(("backup", "-o", "out.bin", *_CHIP), _sample, ("out.bin", "out.bin.json")),
    "write": Case(("write", *_WRITE, *_CHIP), _backed_up, writes="write"),
    "restore": Case(
        ("restore", "plug.bin", "--backup", "plug.bin", "-y", *_CHIP), _changed, writes="write"
    ),
    "analyze": Case(("analyze", "--json", "--boot", "always", CHIP), _sample),
    "analyze-many": Case(
        ("analyze", "--json", "--boot", "always", "-j", "2", "-o", "reports", "many"),
        _many,
        ("reports",),
    ),
    "export": Case(
        ("export", CHIP, "--to", "esphome", "--boot", "always", "-o", "out.yaml"),
        _sample,
        ("out.yaml",),
    ),
    "rehearse": Case(("rehearse", CHIP, *_INSTALL, "--json"), _with_firmware),
    "install": Case(
        ("install", *_INSTALL, "-y", "--no-find", *_CHIP), _with_firmware, writes="write"
    ),
}
REAL = frozenset({"rehearse", "install"})  # they need OpenBeken, which is not ours to hand out


def start(case: Case, folder: Path) -> subprocess.Popen[str]:
    """Start a command in a folder, as the first of a session of its own."""
    homes = {f"XDG_{name}_HOME": str(folder / "home") for name in ("DATA", "STATE", "CACHE")}
    return subprocess.Popen(
        [sys.executable, "-m", "bekenlab", *case.words],
        cwd=folder,
        env={**os.environ, **homes, "BEKENLAB_WIFI_PASSWORD": "not a secret 1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Tests may run in the background of a shell, which has them ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
    )


def _python_starts_in() -> float:
    """Seconds before any program can decide what Ctrl-C does; longer on a busy computer."""
    since = time.monotonic()
    subprocess.run([sys.executable, "-c", ""], check=True)
    return max(0.075, time.monotonic() - since)


def ended(process: subprocess.Popen[str], since: float) -> Ended:
    """Wait for its end."""
    out, err = process.communicate(timeout=_LONGEST)
    seconds = time.monotonic() - since
    events = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    return Ended(process.returncode, events, err, seconds, out)


class Reference:
    """A command that nobody interrupts: how long it takes, and what it leaves.

    Args:
        name: Of the case.
        folder: A new folder.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.case = CASES[name]
        folder.mkdir()
        self.case.prepare(folder)
        self.before = (folder / CHIP).read_bytes()
        self.end = ended(start(self.case, folder), time.monotonic())
        assert self.end.status == 0, self.end
        self._earliest = _python_starts_in() * 2
        self.after = _state(folder, self.case)

    def interrupted(self, rng: random.Random, folder: Path) -> Ended:
        """Send Ctrl-C at a random moment, to the process alone or to all of its terminal."""
        folder.mkdir()
        self.case.prepare(folder)
        moment = rng.uniform(self._earliest, max(self._earliest, 0.95 * self.end.seconds))
        alone = rng.random() < 0.5
        process = start(self.case, folder)
        time.sleep(moment)
        since = time.monotonic()
        if alone:
            process.send_signal(signal.SIGINT)
        elif process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        end = ended(process, since)
        self.check(end, folder)
        return end

    def check(self, end: Ended, folder: Path) -> None:
        """What has to be true of a folder after a run that may have been interrupted."""
        assert end.status in (0, 130), end
        assert "Traceback" not in end.err, end.err
        assert "fault in bekenlab" not in end.err, end.err
        assert not list(folder.rglob(".*.part")), "a temporary file is left"
        results = [e for e in end.events if e.get("event") == "result"]
        assert all(e["exit"] == end.status for e in results)
        state = _state(folder, self.case)
        if end.status == 0:
            assert state == self.after, "status 0, but not finished"
            return
        for name, content in state.items():
            # A file is whole or absent; a folder holds nothing but whole reports.
            if name != CHIP:
                assert content == self.after[name], f"{name} is not whole"
        self._check_chip(end, state[CHIP])

    def _check_chip(self, end: Ended, flash: bytes) -> None:
        changed = {a for a in range(0, len(flash), SECTOR) if _differ(flash, self.before, a)}
        written = [e for e in end.events if self.case.writes and e.get("phase") == self.case.writes]
        most = written[-1]["done"] // SECTOR if written else 0
        # One sector may be under way when the signal comes, and its progress not printed yet.
        assert len(changed) <= most + 2, f"{len(changed)} sectors changed, {most} announced"
        begun = any(e.get("event") == "step" and e.get("step") == "write" for e in end.events)
        if self.case.words[0] == "install" and not begun:
            assert not changed, "the chip was changed before the write began"

    def again(self, folder: Path) -> None:
        """The same command once more: it ends as if nothing had been, or says it is done."""
        end = ended(start(self.case, folder), time.monotonic())
        if end.status == 7 and self.case.results:
            assert "already exists" in end.err + end.out, end
        else:
            assert end.status == 0, end
        assert _state(folder, self.case) == self.after


def _state(folder: Path, case: Case) -> dict[str, bytes]:
    """What a command has left: files that differ from run to run count by being there."""
    paths = [folder / CHIP]
    for name in case.results:
        path = folder / name
        paths += sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    return {
        str(path.relative_to(folder)): b"" if path.name == "out.bin.json" else path.read_bytes()
        for path in paths
        if path.exists()
    }


def _differ(one: bytes, other: bytes, address: int) -> bool:
    return one[address : address + SECTOR] != other[address : address + SECTOR]
