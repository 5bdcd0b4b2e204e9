"""Start a one-file program that was built, as people would: ``check.py dist/bekenlab``.

Prints its size and how long each start took; ends with an error at the first thing that is wrong.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from html import unescape
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener

_LONGEST_START = 120
_RECORDER = """\
import pathlib, sys
pathlib.Path(sys.argv[1]).write_text(sys.argv[2], encoding="utf-8")
"""


def main() -> None:
    """Check the program that is named on the command line."""
    program = Path(sys.argv[1]).resolve()
    print(f"{program.name}: {program.stat().st_size / 1e6:.1f} MB")
    with tempfile.TemporaryDirectory() as folder:
        _check_commands(program, Path(folder))
        _check_pages(program, Path(folder))


def _check_commands(program: Path, folder: Path) -> None:
    _run(program, folder, "--version", says="bekenlab, version")
    _run(program, folder, "demo", says="Relay 1")
    for name in ("one.bin", "two.bin"):
        _run(program, folder, "demo", "--save", name)
    _run(program, folder, "analyze", "-j", "2", "one.bin", "two.bin", says="two.bin: BK7231N, CB2S")
    _run(program, folder, "boot", "one.bin", says="the complete pin configuration")
    _run(program, folder, "pinout", "CB2S", says="CB2S")
    url = "virtual://bk7231n?image=one.bin"
    _run(program, folder, "info", "-p", url, says="BK7231N")
    _run(program, folder, "config", "make", "--from", "one.bin", "-o", "obk.bin")
    _run(program, folder, "analyze", "nothing.bin", says="code file-access", status=9)


def _run(program: Path, folder: Path, *words: str, says: str = "", status: int = 0) -> None:
    begun = time.monotonic()
    done = subprocess.run(
        [program, *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=_LONGEST_START,
        check=False,
    )
    took = time.monotonic() - begun
    if done.returncode != status or says not in done.stdout:
        sys.exit(f"bekenlab {' '.join(words)}: status {done.returncode}\n{done.stdout}")
    print(f"bekenlab {' '.join(words)}: {took:.1f} s")


def _check_pages(program: Path, folder: Path) -> None:
    """Without arguments: the pages answer, and a browser is told to open them."""
    recorder = folder / "browser.py"
    recorder.write_text(_RECORDER, encoding="utf-8")
    opened = folder / "opened.txt"
    words = (Path(sys.executable).as_posix(), recorder.as_posix(), opened.as_posix())
    browser = " ".join(f'"{word}"' for word in words)
    begun = time.monotonic()
    with subprocess.Popen(
        [program],
        cwd=folder,
        env={**os.environ, "BROWSER": f"{browser} %s"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as pages:
        try:
            assert pages.stdout is not None
            address = pages.stdout.readline().strip()
            page = _read(address)
            took = time.monotonic() - begun
            _wait_for(opened)
            _check_start_file(opened.read_text("utf-8"), address)
            if "bekenlab" not in page:
                sys.exit(f"no page of ours at {address}:\n{page}")
        finally:
            _end(pages)
    print(f"bekenlab: pages after {took:.1f} s, browser opened")


def _check_start_file(opened: str, address: str) -> None:
    """The browser is told to open a file, which leads to the address: others can see its words."""
    if not opened.startswith("file://") or "token" in opened:
        sys.exit(f"the browser was told to open {opened!r}")
    with build_opener().open(opened, timeout=30) as file:
        if address not in unescape(file.read().decode("utf-8")):
            sys.exit(f"{opened} does not lead to {address}")


def _end(pages: subprocess.Popen[str]) -> None:
    """The process that was started unpacks; the one that serves the pages is its child."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(pages.pid)], check=True)
    else:
        pages.send_signal(signal.SIGTERM)
    try:
        pages.wait(20)
    except subprocess.TimeoutExpired:
        pages.kill()
        sys.exit("the pages did not end when they were told to")


def _read(address: str) -> str:
    if not address.startswith("http://127.0.0.1:"):
        sys.exit(f"not an address of this computer: {address!r}")
    opener = build_opener(HTTPCookieProcessor())  # the key in the address becomes a cookie
    with opener.open(address, timeout=30) as answer:
        return str(answer.read().decode("utf-8"))


def _wait_for(path: Path) -> None:
    until = time.monotonic() + 20
    while not path.exists() or not path.stat().st_size:
        if time.monotonic() > until:
            sys.exit("no browser was opened")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
