"""Run the program as a reader of the documentation does."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

from bekenlab.samples import build_sample
from started import program

_SOURCE = Path(__file__).resolve().parents[2] / "src"
_CAPTURED = """\
[01-01 18:12:15 TUYA N][lr:0x10000] < TUYA IOT SDK V:2.3.3 >
< BUILD AT:2024_01_01 BY bekenlab FOR samples AT bk7231n >
[01-01 18:12:15 TUYA N][lr:0x10000] bekenlab_sample_plug:1.0.0
[01-01 18:12:15 TUYA N][lr:0x10000] ,rl1_pin: is 26
[01-01 18:12:15 TUYA N][lr:0x10000] ,rl1_lv: is 1
[01-01 18:12:15 TUYA N][lr:0x10000] ,bt1_pin: is 10
[01-01 18:12:15 TUYA N][lr:0x10000] ,bt1_lv: is 0
[01-01 18:12:15 TUYA N][lr:0x10000] ,module: is CB2S
"""
_PLUG = {"6": "BL0937CF1;0", "7": "BL0937CF;0", "8": "WifiLED_n;0", "10": "Btn;1", "26": "Rel;1"}
_KNOWN = [
    {
        "vendor": "Invented",
        "name": "Metering Plug",
        "model": "IP-1",
        "chip": "BK7231N",
        "board": "CB2S",
        "pins": {**_PLUG, "24": "BL0937SEL;0"},
        "wiki": "https://example.org/metering-plug",
    },
    {"name": "Another Plug", "chip": "BK7231T", "board": "WB2S", "pins": {**_PLUG, "24": "LED;0"}},
    {"name": "Lamp", "chip": "BK7231N", "board": "CB2L", "pins": {"24": "PWM;1", "26": "PWM;2"}},
]
_COLOURS = {"FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "PYTEST_ADDOPTS"}


def run(words: list[str], folder: Path) -> tuple[int, str]:
    """Exit status and output of ``bekenlab``, both streams together, 80 columns wide."""
    return _run([*program(), *words], folder)


def run_python(code: str, folder: Path) -> tuple[int, str]:
    return _run([sys.executable, "-c", code], folder)


def _run(command: list[str], folder: Path) -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if name not in _COLOURS}
    environment |= {"COLUMNS": "80", "PYTHONUTF8": "1", "PYTHONPATH": str(_SOURCE)}
    # What is remembered of adapters and backups must not be the developer's own.
    environment["XDG_STATE_HOME"] = str(folder / "state")
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout


def _worn() -> bytes:
    """The sample with one frame of its app lost, in the middle of what it does at the start."""
    dump = bytearray(build_sample())
    frame = 0x11000 + 0x220 // 32 * 34
    dump[frame : frame + 34] = bytes(34)
    return bytes(dump)


def fill(folder: Path) -> None:
    """Make the files that the pages talk about."""
    (folder / "my-dump.bin").write_bytes(build_sample())
    (folder / "half.bin").write_bytes(build_sample()[: 1 << 20])
    (folder / "worn.bin").write_bytes(_worn())
    (folder / "captured.txt").write_text(_CAPTURED)
    (folder / "empty.bin").write_bytes(b"")
    (folder / "erased.bin").write_bytes(b"\xff" * (2 << 20))
    configuration = "{rl1_pin:26,rl1_lv:1,bt1_pin:10,bt1_lv:0,foo_pin:3,module:CB2S}"
    (folder / "plug.txt").write_text(configuration)
    (folder / "odd.txt").write_text("{rl1_pin:26,rl1_lv:1,led1_pin:26,bt1_pin:9,module:CB2S}")
    (folder / "known.json").write_text(json.dumps({"devices": _KNOWN}))
    (folder / "wifi.txt").write_text("sample-password\n")
    (folder / "mcu.txt").write_text("{baud:9600}")
    (folder / "nodumps").mkdir()
    noise = random.Random(1).randbytes(100_000)
    (folder / "cut.bin.gz").write_bytes(gzip.compress(noise)[:5_000])
    with (folder / "disk.img").open("wb") as stream:
        stream.truncate(64 << 20)
    with zipfile.ZipFile(folder / "zeros.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dump.bin", bytes(40 << 20))
