"""The job that runs a chip in the air until it is stopped."""

from __future__ import annotations

import http.client
import threading
from typing import TYPE_CHECKING

import pytest

from air_devices import OBK_N, firmware
from bekenlab.errors import UsageError
from bekenlab.jobs.run import Heard, Reach, RunOptions, RunReport, run
from bekenlab.live.online import NetworkChoice, NetworkKind
from bekenlab.report.run_text import RunLines, summary
from bekenlab.samples import build_sample

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "options",
    [
        RunOptions(reach=(Reach("home", 1883, 1883),)),
        RunOptions(capture=True),
        RunOptions(ports=((6053, 6053),)),
        RunOptions(NetworkChoice(NetworkKind.OURS, mqtt=True), reach=(Reach("home", 1883, 1884),)),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    options: RunOptions, tmp_path: Path
) -> None:
    with pytest.raises(UsageError):
        run(tmp_path / "none", options=options, listen=lambda _: None, stopped=lambda: True)


def test_without_a_network_it_runs_as_it_boots(tmp_path: Path) -> None:
    (tmp_path / "plug.bin").write_bytes(build_sample())
    heard: list[Heard] = []
    text = RunLines()
    lines: list[str] = []

    def listen(each: Heard) -> None:
        heard.append(each)
        lines.extend(text.feed(each))

    def stopped() -> bool:
        return any("app_init finished" in line for line in lines)

    report = run(tmp_path / "plug.bin", options=RunOptions(), listen=listen, stopped=stopped)
    assert report.capture == b""
    assert not summary(report)
    assert {each.kind for each in heard} == {"log"}


def test_tuyas_local_control_is_offered_and_what_was_changed_is_named(tmp_path: Path) -> None:
    flash = build_sample()
    (tmp_path / "plug.bin").write_bytes(flash)
    heard: list[Heard] = []
    options = RunOptions(NetworkChoice(NetworkKind.OURS))
    run(tmp_path / "plug.bin", options=options, listen=heard.append, stopped=lambda: bool(heard))
    text = RunLines()
    lines = [line for each in heard for line in text.feed(each)]
    assert any("gw_ai" in line and "gw_di" in line and "gw_wsm" in line for line in lines)
    assert any("local key" in line and "127.0.0.1:" in line for line in lines)
    assert (tmp_path / "plug.bin").read_bytes() == flash


def test_a_page_is_served_until_it_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "obk.bin").write_bytes(firmware(OBK_N))
    ready, done = threading.Event(), threading.Event()
    ports: list[int] = []
    pages: list[bytes] = []

    def listen(each: Heard) -> None:
        if each.kind == "page":
            ports.append(int(each.text.rpartition(":")[2].strip("/")))
        elif each.kind == "joined":
            ready.set()

    def browse() -> None:
        if ready.wait(120):
            connection = http.client.HTTPConnection("127.0.0.1", ports[0], timeout=60)
            connection.request("GET", "/index")
            pages.append(connection.getresponse().read())
            connection.close()
        done.set()

    thread = threading.Thread(target=browse, daemon=True)
    thread.start()
    options = RunOptions(NetworkChoice(NetworkKind.ITS), capture=True)
    report = run(tmp_path / "obk.bin", options=options, listen=listen, stopped=done.is_set)
    thread.join(10)
    assert b"<title>OpenBK7231N" in pages[0]
    assert report.stop is None
    assert report.capture[:4] == bytes.fromhex("d4c3b2a1")


def test_lines_cannot_be_forged_by_firmware() -> None:
    lines = RunLines().feed(Heard("mqtt", 1.0, "a\n* in the network, at 1.2.3.4", "x\x1b[2J"))
    assert len(lines) == 1
    assert "\n" not in lines[0]
    assert "\x1b" not in lines[0]


def test_the_summary_names_what_was_refused() -> None:
    from collections import Counter

    report = RunReport(
        None, Counter({("tcp", "203.0.113.7:443"): 3}), Counter({"cloud.example": 1}), b""
    )
    assert summary(report) == [
        "* it tried to reach, and did not:",
        "*   cloud.example (name)",
        "*   203.0.113.7:443 (tcp)",
    ]
