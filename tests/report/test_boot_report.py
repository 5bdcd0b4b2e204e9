"""The boot report for every way a run can end: 80 columns, and nothing personal."""

import io
import json
from dataclasses import replace
from functools import cache

import pytest
from rich.console import Console

from bekenlab.analysis.boot import boot
from bekenlab.analysis.boot_model import BootOptions, BootReport, GpioRow
from bekenlab.analysis.boot_problem import problem_of
from bekenlab.analysis.boot_stop import BootStop
from bekenlab.image import read_image
from bekenlab.mcu.frames import DataPoint, Frame, describe_point
from bekenlab.report.boot_json import boot_json, gpio_json
from bekenlab.report.boot_secrets import without_secrets
from bekenlab.report.boot_text import render, uart1_lines
from bekenlab.samples import build_sample
from boot_logs import KEY


@cache
def sample() -> BootReport:
    image = read_image(build_sample())
    return boot(image, chip="BK7231N", options=BootOptions(until="app_init finished"))


def text(report: BootReport, width: int = 80) -> str:
    out = io.StringIO()
    Console(file=out, width=width, highlight=False).print(render(report))
    return out.getvalue()


def flat(rendered: str) -> str:
    return " ".join(rendered.split())


@pytest.mark.parametrize("stop", BootStop)
@pytest.mark.parametrize("detail", ["", "Invalid memory write at 0x12345678 " * 8, "x" * 300])
def test_every_stop_reason_fits_80_columns(stop: BootStop, detail: str) -> None:
    frame = Frame(version=0, command=7, payload=bytes(range(200)))
    pwm = GpioRow(24, "function", 1, "down", (5000.0, 0.123), touched=True)
    blinks = GpioRow(10, "out", 0, None, None, touched=True, changes=1234)
    report = replace(
        sample(),
        stop=stop,
        detail=detail,
        pc=0xFFFFFFFF,
        instructions=10**12,
        device_seconds=99999.9,
        mcu_frames=(frame, frame),
        gpio=(*sample().gpio, pwm, blinks),
    )
    rendered = text(report)
    assert max(map(len, rendered.splitlines())) <= 80
    said = flat(rendered)
    assert "Stopped " in said
    assert ("at pc 0xffffffff" in said) == (stop in (BootStop.FAULT, BootStop.WATCHDOG))
    assert "P24 function 1 down 5,000 Hz, 12% high P10 out 0 1,234 times" in said
    assert said.count("07 report data point 00 01 02") == 1


def test_each_reason_has_words_of_its_own() -> None:
    texts = {text(replace(sample(), stop=stop, detail="")).splitlines()[1] for stop in BootStop}
    assert len(texts) == len(BootStop) == 8


def test_what_the_firmware_says_cannot_reach_the_terminal() -> None:
    report = replace(sample(), detail="[bold]\x1b[2J\x07 two\r\nlines", uart1_sent=b"a\x1b[2Jb\r\n")
    rendered = text(report) + "\n".join(uart1_lines(report, "log"))
    assert not set(rendered) & set("\x1b\x07\r")
    assert "[bold]" in rendered
    assert "two lines" in rendered


def test_nothing_found_is_said_shortly() -> None:
    bare = replace(sample(), pins=type(sample().pins)(), gpio=(), detail="")
    assert "Pins" not in text(bare)


def test_uart1_in_its_three_ways() -> None:
    report = replace(sample(), uart1_sent=b"0123456789abcdefghi\r\nnext")
    assert list(uart1_lines(report, "log")) == ["0123456789abcdefghi", "next"]
    assert list(uart1_lines(report, "hex")) == [
        "000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66",
        "000010  67 68 69 0d 0a 6e 65 78 74",
    ]
    assert list(uart1_lines(report, "off")) == []
    frames = replace(report, mcu_frames=(Frame(version=0, command=0, payload=b""),))
    assert list(uart1_lines(frames, "log")) == []


SECRET_LOG = f"get key:\r\n{KEY} \r\nssid:My Home,passwd:pass word 1\r\nbye\r\n"


@pytest.mark.parametrize("detail", [f"get key:\r\n{KEY}", KEY[10:30], "Home,passwd:pass w"])
def test_what_matched_is_hidden_when_it_holds_a_secret(detail: str) -> None:
    report = replace(sample(), text=SECRET_LOG, detail=detail, stop=BootStop.MATCH)
    assert without_secrets(report).detail == "<redacted>"
    shown = json.dumps(boot_json(report))
    assert KEY[10:20] not in shown
    assert "My Home" not in shown
    assert "pass w" not in shown
    asked = boot_json(report, show_secrets=True)
    assert (asked["log"], asked["detail"]) == (SECRET_LOG, detail)


def test_harmless_matches_and_faults_are_told() -> None:
    match = replace(sample(), text=SECRET_LOG, detail="bye", stop=BootStop.MATCH)
    assert without_secrets(match).detail == "bye"
    fault = replace(match, detail="write to 0x1234 at 0x10000", stop=BootStop.FAULT)
    assert without_secrets(fault).detail == fault.detail


@pytest.mark.parametrize("noise", [b"", b"\xff\xfe", "\u00e9".encode()])
def test_uart1_is_without_secrets_even_among_odd_bytes(noise: bytes) -> None:
    sent = noise + SECRET_LOG.encode() + noise
    hidden = without_secrets(replace(sample(), uart1_sent=sent)).uart1_sent
    assert b"My Home" not in hidden
    assert b"pass word" not in hidden
    assert KEY[:9].encode() not in hidden
    assert hidden.startswith(noise + b"get key:")
    assert hidden.endswith(b"bye\r\n" + noise)


def test_frames_to_an_mcu_stay_as_they_were_sent() -> None:
    frame = Frame(version=0, command=0, payload=b"")
    point = DataPoint(number=1, kind=1, data=b"\x01")
    report = replace(
        sample(), uart1_sent=bytes(range(256)), mcu_frames=(frame,), data_points=(point,)
    )
    value = boot_json(report)
    assert value["uart1"]["tx"] == bytes(range(256)).hex()
    assert value["mcu"] == {
        "frames": [{"command": 0, "payload": ""}],
        "data_points": [{"id": 1, "type": 1, "data": "01"}],
    }
    assert describe_point(point) == "1 bool = 1"


def test_a_pwm_pin_in_json() -> None:
    row = GpioRow(24, "function", 1, None, (1000.00049, 0.123456), touched=True, changes=3)
    assert gpio_json(row) == {
        "gpio": 24,
        "direction": "function",
        "level": 1,
        "pull": None,
        "pwm": {"hz": 1000.0, "duty": 0.1235},
        "changes": 3,
    }


@pytest.mark.parametrize("stop", [BootStop.QUIET, BootStop.WALL])
def test_silence_is_a_failed_boot(stop: BootStop) -> None:
    silent = replace(sample(), stop=stop, detail="", text="", uart1_sent=b"", pc=0x10020)
    for until in (None, "never"):
        problem = problem_of(silent, until)
        assert problem is not None
        assert (problem.code, int(problem.exit_code)) == ("boot-failed", 9)
        assert "0x10020" in problem.message
    assert problem_of(replace(silent, text="x")) is None
    assert problem_of(replace(silent, uart1_sent=b"x")) is None
    assert problem_of(replace(silent, stop=BootStop.DEVICE_TIME)) is None
