"""``bekenlab boot`` as a user runs it: the log as it comes, the summary, and how each run ends."""

import json
import os
import random
import re
import signal
import struct
import subprocess
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner

import contract
from analyses import real
from bekenlab.analysis.boot import boot
from bekenlab.analysis.boot_model import BootOptions
from bekenlab.cli.main import main
from bekenlab.image import cipher, framing
from bekenlab.image.cipher import TUYA_KEY
from bekenlab.report.boot_json import boot_json
from bekenlab.samples import PARAMETERS, build_sample
from cli.program import COMMAND, Run, bekenlab, environment, from_scratch
from shared import dump

APP = 0x11000  # physical; 0x10000 as the processor sees it
STOPS = {"pins_complete", "match", "quiet", "device_time", "wall", "budget", "fault", "watchdog"}
GPIO = {
    "gpio": int,
    "direction": {"in", "out", "function", "off"},
    "level": {0, 1},
    "pull": contract.Maybe({"up", "down"}),
    "pwm": contract.Maybe({"hz": float, "duty": float}),
}
GPIO_ADDED = {"changes"}
SHAPE: dict[str, Any] = {
    "schema": {1},
    "stop": STOPS,
    "device_seconds": float,
    "instructions": int,
    "wall_seconds": float,
    "log": str,
    "uart1": {"tx": str, "rx": str},
    "firmware": contract.FIRMWARE,
    "parameters": contract.Maybe(dict),
    "pins": [contract.PIN],
    "gpio": [GPIO],
}
ADDED = {"detail", "pc", "chip", "mcu", "warnings"}
SAMPLE_PINS = {
    6: ("BL0937CF1", None),
    7: ("BL0937CF", None),
    8: ("WifiLED", "active_low"),
    10: ("Btn", "active_low"),
    24: ("BL0937SEL", "active_high"),
    26: ("Rel", "active_high"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plug.bin").write_bytes(build_sample())
    return tmp_path


def with_app(code: bytes) -> bytes:
    """The sample dump with another app in it."""
    data = bytearray(build_sample())
    stored = framing.add(cipher.apply(code, 0x10000, TUYA_KEY))
    data[APP : APP + len(stored)] = stored
    return bytes(data)


def printing(line: bytes, *, uart: int = 2, forever: bool = False) -> bytes:
    """An app for ARM that sends a line on a UART, once or without end."""
    words = [
        0xE59F002C,  # 00 ldr r0, base
        0xE59F102C,  # 04 ldr r1, configuration
        0xE5801000,  # 08 str r1, [r0]
        0xE59F4028,  # 0c ldr r4, text
        0xE4D42001,  # 10 ldrb r2, [r4], #1
        0xE3520000,  # 14 cmp r2, #0
        0x0AFFFFFB if forever else 0x0A000004,  # 18 beq 0c, or 30
        0xE5903008,  # 1c ldr r3, [r0, #8]
        0xE3130601,  # 20 tst r3, #1 << 20
        0x0AFFFFFC,  # 24 beq 1c
        0xE580200C,  # 28 str r2, [r0, #12]
        0xEAFFFFF7,  # 2c b 10
        0xEAFFFFFE,  # 30 b 30
        0x00802100 if uart == 1 else 0x00802200,
        (225 << 8) | (3 << 3) | 1,
        0x10040,
    ]
    return struct.pack(f"<{len(words)}I", *words) + line + b"\0" * (4 - len(line) % 4)


def as_json(run: Run) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(run.out.splitlines()[-1])
    return report


@cache
def json_run() -> Run:
    with TemporaryDirectory() as folder:
        Path(folder, "plug.bin").write_bytes(build_sample())
        return bekenlab("boot", "plug.bin", "--json", folder=Path(folder))


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_log_comes_first_and_the_summary_after_it(folder: Path) -> None:
    run = bekenlab("boot", "plug.bin", folder=folder)
    assert (run.status, run.err) == (0, "")
    lines = run.out.splitlines()
    assert lines[0].endswith("< TUYA IOT SDK V:2.3.3 >")
    end = lines.index("[01-01 18:12:15 TUYA N][lr:0x10000] app_init finished")
    said = [line.split("] ,")[1] for line in lines[:end] if "] ," in line]
    assert said == [f"{key}: is {value} " for key, value in PARAMETERS.items()]
    summary = flat("\n".join(lines[end + 1 :]))
    assert summary.startswith("Stopped the log has given the complete pin configuration Time ")
    assert "Firmware bekenlab_sample_plug 1.0.0" in summary
    assert "P26 Relay 1 high Rel;1 rl1_pin" in summary
    assert re.search(r"P10 in 1 up P26 out 0 The firmware may", summary)
    assert max(map(len, lines[end + 1 :])) <= 80
    assert "\x1b" not in run.out


def test_lines_are_shown_while_the_firmware_runs(folder: Path) -> None:
    command = [*COMMAND, "boot", "plug.bin", "--until", "never", "--wall", "20"]
    endless = folder / "endless.bin"
    endless.write_bytes(with_app(printing(b"still here\r\n", forever=True)))
    command[command.index("plug.bin")] = "endless.bin"
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"still here\n"
        assert process.poll() is None
        process.kill()


def test_time_puts_the_device_time_before_every_line(folder: Path) -> None:
    run = bekenlab("boot", "plug.bin", "--time", folder=folder)
    lines = run.out.splitlines()
    log = lines[: lines.index(next(line for line in lines if not line.strip()))]
    assert len(log) == len(PARAMETERS) + 4
    times = [float(line[:9]) for line in log]
    assert times == sorted(times)
    assert all(re.match(r" {4}0\.00\d  (\[01-01|< BUILD)", line) for line in log)


@pytest.mark.parametrize(
    ("pattern", "status", "seen"),
    [
        ("rl1_pin: is \\d+", 0, "the awaited text was printed: rl1_pin: is 26"),
        ("never", 6, "'never'"),
    ],
)
def test_until_matches_or_ends_with_6(folder: Path, pattern: str, status: int, seen: str) -> None:
    run = bekenlab("boot", "plug.bin", "--until", pattern, "--device-seconds", "1", folder=folder)
    assert run.status == status
    assert seen in flat(run.out + run.err)
    assert ("code not-reached, exit 6" in run.err) == (status == 6)
    assert "Stopped" in run.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--until", "("),
        ("--device-seconds", "inf"),
        ("--wall", "nan"),
        ("--from", "moon"),
    ],
)
def test_a_wrong_option_ends_with_2_before_anything_runs(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    run = CliRunner().invoke(main, ["boot", str(folder / "plug.bin"), *arguments])
    assert run.exit_code == 2
    assert arguments[0] in run.output
    assert "TUYA" not in run.output


def test_device_seconds_end_the_run(folder: Path) -> None:
    run = bekenlab(
        *("boot", "plug.bin", "--until", "never", "--device-seconds", "0.5", "--json"),
        folder=folder,
    )
    report = as_json(run)
    assert (run.status, report["stop"]) == (6, "device_time")
    assert 0.5 <= report["device_seconds"] < 0.6


def test_it_starts_through_the_boot_loader_and_says_the_same(folder: Path) -> None:
    run = bekenlab("boot", "plug.bin", "--from", "bootloader", "--json", folder=folder)
    assert (run.status, as_json(run)["stop"]) == (0, "pins_complete")
    for field in ("log", "parameters", "pins", "gpio", "firmware"):
        assert as_json(run)[field] == as_json(json_run())[field]


def test_uart1_is_shown_as_text_as_hexadecimal_or_not_without_secrets(folder: Path) -> None:
    line = b"caf\xe9 \x1b[31mred ssid:My Home,passwd:pass word 1\r\n"
    (folder / "talk.bin").write_bytes(with_app(printing(line, uart=1)))
    command = ("boot", "talk.bin", "--device-seconds", "0.1")
    shown = {}
    for mode in ("log", "hex", "off"):
        run = bekenlab(*command, "--uart1", mode, folder=folder)
        assert run.status == 0
        shown[mode] = "\ufffd[31mred ssid:<red" in run.out, "63 61 66 e9 20 1b 5b" in run.out
        for secret in ("\x1b", "My Home", "pass word", b"My H".hex(" "), b"pass".hex(" ")):
            assert secret not in run.out
    assert shown == {"log": (True, False), "hex": (False, True), "off": (False, False)}
    asked = bekenlab(*command, "--json", "--show-secrets", folder=folder)
    assert bytes.fromhex(as_json(asked)["uart1"]["tx"]) == line


def test_a_secret_that_was_waited_for_is_hidden_in_the_summary(folder: Path) -> None:
    line = b"ssid:My Home,passwd:pass word 1\r\nbye\r\n"
    (folder / "talk.bin").write_bytes(with_app(printing(line)))
    command = ("boot", "talk.bin", "--until", "Ho.*word 1\\s+bye")
    run = bekenlab(*command, folder=folder)
    assert run.status == 0
    assert "was printed: <redacted>" in flat(run.out)
    assert "word 1" not in run.out
    assert "pass word 1 bye" in flat(bekenlab(*command, "--show-secrets", folder=folder).out)


def test_an_unfinished_last_line_is_shown(folder: Path) -> None:
    (folder / "talk.bin").write_bytes(with_app(printing("halb f\u00fcnf".encode())))
    run = bekenlab("boot", "talk.bin", "--device-seconds", "0.1", "--time", folder=folder)
    assert re.match(r" +0\.\d+  halb f\u00fcnf\n *\n", run.out)


def test_json_is_one_object_with_the_contracts_fields() -> None:
    run = json_run()
    assert (run.status, run.err, len(run.out.splitlines())) == (0, "", 1)
    report = as_json(run)
    found = contract.violations(report, SHAPE)
    assert not found, "\n".join(found)
    assert report.keys() == SHAPE.keys() | ADDED
    assert all(row.keys() == GPIO.keys() | GPIO_ADDED for row in report["gpio"])
    assert report["stop"] == "pins_complete"
    assert report["parameters"] == PARAMETERS
    assert report["log"].count("\r\n") == len(PARAMETERS) + 4
    assert {pin["gpio"]: (pin["role"], pin["polarity"]) for pin in report["pins"]} == SAMPLE_PINS
    assert {said["source"] for pin in report["pins"] for said in pin["evidence"]} == {"boot_log"}
    rows = {row["gpio"]: row for row in report["gpio"]}
    assert list(rows) == list(range(29))
    assert [rows[gpio]["direction"] for gpio in (8, 10, 26, 20)] == ["out", "in", "out", "off"]
    assert [rows[gpio]["level"] for gpio in (8, 10, 26)] == [1, 1, 0]
    assert (rows[10]["pull"], rows[26]["pull"]) == ("up", None)


def test_bytes_on_uart1_are_in_the_json(folder: Path) -> None:
    (folder / "talk.bin").write_bytes(with_app(printing(b"hello\r\n", uart=1)))
    run = bekenlab(
        *("boot", "talk.bin", "--device-seconds", "1", "--type", "x", "--json"), folder=folder
    )
    uart1 = as_json(run)["uart1"]
    assert {name: bytes.fromhex(text) for name, text in uart1.items()} == {
        "tx": b"hello\r\n",
        "rx": b"x\r\n",
    }


def put(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def missing(path: Path) -> None:
    """Nothing is made."""


BAD: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "missing": (missing, "file-access", "error: in "),
    "text": (put(b"Hello, world\n" * 300), "not-a-dump", "text without a Tuya configuration"),
    "configuration": (put(b"{rl1_pin:26,rl1_lv:1,module:CB2S}"), "not-a-dump", "no code"),
    "random": (put(random.Random(3).randbytes(0x100000)), "not-a-dump", "random"),
    "blank": (put(b"\xff" * 0x200000), "not-a-dump", "every byte is FF"),
    "cut in the app": (put(build_sample()[:0x11100]), "boot-failed", "0x1"),
    "cut in the loader": (put(build_sample()[:0x8000]), "boot-failed", "0x10000"),
    "no ARM code": (put(with_app(random.Random(3).randbytes(0x4000))), "boot-failed", "pc 0x1"),
    "a loop": (put(with_app(b"\xfe\xff\xff\xea" * 99)), "boot-failed", "hangs in a loop"),
    "a word, then a loop": (put(with_app(printing(b"up\n"))), "boot-failed", "hangs in a loop"),
}


@pytest.mark.parametrize("row", BAD)
def test_bad_input_is_told_in_bounded_time(row: str, tmp_path: Path) -> None:
    make, code, seen = BAD[row]
    make(tmp_path / "in")
    begin = time.monotonic()
    run = from_scratch("boot", "in", "--wall", "3", "--json", folder=tmp_path)
    assert time.monotonic() - begin < 15
    message = flat(run.err)
    assert run.status == 9
    assert message.startswith("error: ")
    assert seen in message
    assert f"code {code}, exit 9" in message
    assert run.mebibytes < 400
    if code == "boot-failed":
        report = as_json(run)
        assert contract.violations(report, SHAPE) == []
        assert report["stop"] in {"fault", "watchdog", "quiet", "wall"}
    else:
        assert run.out == ""


@pytest.mark.parametrize("chip", ["BK9999", ""])
def test_a_wrong_chip_ends_with_8(folder: Path, chip: str) -> None:
    run = bekenlab("boot", "plug.bin", "--chip", chip, folder=folder)
    assert (run.status, run.out) == (8, "")
    assert "error: " in run.err
    assert "code unsupported, exit 8" in run.err


def test_a_flood_without_line_ends_is_bounded(folder: Path) -> None:
    (folder / "flood.bin").write_bytes(with_app(printing(b"A" * 64, forever=True)))
    begin = time.monotonic()
    run = from_scratch("boot", "flood.bin", "--wall", "0.5", "--json", folder=folder)
    assert time.monotonic() - begin < 15
    assert as_json(run)["stop"] in {"wall", "quiet"}
    assert run.mebibytes < 400


def run_until_interrupted(folder: Path, *arguments: str) -> tuple[int, str, str, float]:
    command = [*COMMAND, "boot", *arguments]
    command += ["--until", "never", "--device-seconds", "100000", "--wall", "60"]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        _wait_until_it_runs(process)
        begin = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
    return process.returncode, out.decode(), err.decode(), time.monotonic() - begin


def _wait_until_it_runs(process: subprocess.Popen[bytes]) -> None:
    """Until the processor is loaded (Linux tells), and half a second of its work later.

    Or until it waits for its reader: a fast computer fills the pipe in less.
    """
    deadline = time.monotonic() + 60
    while "unicorn" not in Path(f"/proc/{process.pid}/maps").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    loaded = _worked(process)
    before = -1.0
    while before < (now := _worked(process)) < loaded + 0.5:
        assert time.monotonic() < deadline
        before = now
        time.sleep(1)


def _worked(process: subprocess.Popen[bytes]) -> float:
    """Seconds of processor time in the process itself."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """Something new for ever: the firmware does not fall quiet."""
    (tmp_path / "endless.bin").write_bytes(with_app(printing(b"still here\r\n", forever=True)))
    return tmp_path


def test_ctrl_c_prints_the_summary_and_ends_with_130(endless: Path) -> None:
    status, out, err, seconds = run_until_interrupted(endless, "endless.bin")
    assert (status, err) == (130, "")
    assert seconds < 5
    assert out.startswith("still here\nstill here\n")
    assert "Stopped   the limit of real time was reached: interrupted" in out


def test_ctrl_c_prints_the_json_as_well(endless: Path) -> None:
    status, out, err, seconds = run_until_interrupted(endless, "endless.bin", "--json")
    assert (status, err) == (130, "")
    assert seconds < 5
    assert json.loads(out.splitlines()[-1])["detail"] == "interrupted"


def test_a_reader_that_goes_away_ends_it_quietly(folder: Path) -> None:
    shell = 'set -o pipefail; "$@" | head -3'
    done = subprocess.run(
        ["bash", "-c", shell, "bash", *COMMAND, "boot", "plug.bin"],
        cwd=folder,
        env=environment(),
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (130, b"")
    assert len(done.stdout.splitlines()) == 3


REAL = (
    "bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17",
    "bk7231n-lspa9-clone-first-bydarkman-topic3887748",
)


@pytest.mark.parametrize("name", REAL)
def test_no_secret_of_a_real_device_is_shown(name: str, tmp_path: Path) -> None:
    (tmp_path / "dump.bin").write_bytes(dump(name))
    pattern = "get key:[^\\n]*\\n[^\\n]*\\n"
    run = bekenlab("boot", "dump.bin", "--until", pattern, "--wall", "30", folder=tmp_path)
    assert run.status == 0
    analysis = real(name)
    assert analysis.image is not None
    report = boot(
        analysis.image,
        chip=analysis.chip.name or "",
        tuya=analysis.tuya,
        options=BootOptions(until=pattern, wall_seconds=30.0, stop_at_pins=False),
    )
    key, personal = _personal(name)
    assert key in report.text, "the firmware prints what this test looks for"
    for shown in (run.out, json.dumps(boot_json(report))):
        assert "get key:" in shown
        assert "<redacted>" in shown
        assert [number for number, one in enumerate(personal) if one in shown] == []


def _personal(name: str) -> tuple[str, list[str]]:
    """The storage key in the log's own format, and every personal value in storage."""
    storage = real(name).tuya.storage
    assert storage is not None
    octets = storage.inner_key.reveal()
    key = " ".join(f"0x{octet:x}" for octet in octets)
    text = b"\n".join((storage.value(one) or b"") for one in ("gw_bi", "gw_wsm")).decode("latin-1")
    named = re.findall(r'"?(?:ssid|passwd|auth_key|uuid|psk_key)"?:"([^"]{4,})"', text)
    assert named
    halves = [" ".join(f"0x{octet:x}" for octet in octets[at : at + 6]) for at in (0, 5, 10)]
    return key, [key, octets.hex(), octets.hex(" "), *halves, *named]
