"""Installing, rehearsing, undoing and the demo, as a person and a script read them."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from bekenlab.errors import BadValueError
from bekenlab.jobs.demo import demonstrate
from bekenlab.jobs.install.install import install, problem_of
from bekenlab.jobs.install.model import FirstStart, InstallReport, Proposal, Search
from bekenlab.jobs.rehearse import problem_of as rehearsal_problem
from bekenlab.jobs.undo import UndoReport, undo
from bekenlab.openbeken.boot_log import ConfigVerdict, ObkBootLog
from bekenlab.openbeken.config.edit import Changes
from bekenlab.probing.rehearsal import PinCheck, PinVerdict, Rehearsal
from bekenlab.report.demo_text import demo_text
from bekenlab.report.install_json import install_json, rehearsal_json, undo_json
from bekenlab.report.install_text import (
    install_text,
    proposal_text,
    rehearsal_text,
    start_text,
    undo_text,
)
from bekenlab.samples import build_sample
from bekenlab.secret import Secret
from install_setup import PASSWORD, SSID, Person, desk, install_options, wifi

if TYPE_CHECKING:
    from rich.console import RenderableType

STARTED = ObkBootLog(
    "OpenBK7231N", "1.18.300", ConfigVerdict.TAKEN, Secret(SSID.encode()), started=True
)
MOVED = PinCheck(26, "Rel;1", "on: high", "on: high", PinVerdict.MOVED)
WRONG = PinCheck(20, "PWM;7", "1000 Hz 30 %", "no PWM", PinVerdict.WRONG)
UNTRIED = PinCheck(7, "BL0937CF;0", "nothing", "an input", PinVerdict.UNTRIED)
GOOD = Rehearsal("BK7231N", 217, 23.3, STARTED, wifi=True, pins=(MOVED, UNTRIED))


def shown(content: RenderableType) -> str:
    screen = Console(width=80, file=io.StringIO(), highlight=False)
    screen.print(content)
    text: str = screen.file.getvalue()  # type: ignore[attr-defined]
    assert max(map(len, text.splitlines())) <= 80
    return " ".join(text.split())


@cache
def reports() -> tuple[InstallReport, UndoReport]:
    """A whole install of the sample, without its first start, and the plan to go back."""
    with TemporaryDirectory() as folder:
        table = desk("BK7231N", build_sample(), Path(folder))
        changes = replace(wifi(), values={**wifi().values, "mqtt_host": "broker.lan"})
        wanted = replace(install_options("BK7231N", changes), listens=False)
        done = install(table.connection, wanted, table.places, Person())
        back = undo(table.connection, table.places, lambda _proposal: True, plan_only=True)
        return done, back


def proposal() -> Proposal:
    return reports()[0].proposal


def test_the_plan_says_everything_and_no_secret() -> None:
    text = shown(proposal_text(proposal()))
    for words in (
        "P26 Relay 1 Rel;1",
        "bekenlab_sample_plug, module CB2S",
        "(new, verified)",
        "joins 'our home', with its password",
        "MQTT broker.lan:1883",
        "0x1d1000 to 0x1d2000",
        "boot loader, RF calibration, MAC address",
    ):
        assert words in text
    assert text.count(SSID) == 1, "to be checked for a mistyped letter"
    assert PASSWORD not in text


def test_a_plan_without_pins_or_wifi_says_so() -> None:
    config = proposal().made.config.with_values({"wifi_ssid": "", "startup_command": "a\nb"})
    config = config.with_pins(replace(pin, role="None") for pin in config.pins())
    saved = replace(proposal().backup, kept=False)
    bare = replace(proposal(), made=replace(proposal().made, config=config), backup=saved)
    text = shown(proposal_text(bare))
    assert "No pins will be set up." in text
    assert "none: the device opens its own" in text
    assert "none yet; the install begins with one" in text
    assert "Startup a; b" in text


@pytest.mark.parametrize(
    ("rehearsal", "words", "problem"),
    [
        (GOOD, ["P26 Rel;1 on: high works", "1 of 2 pins do", "1 cannot be tested"], ""),
        (
            replace(GOOD, pins=(WRONG,)),
            ["no PWM; expected: 1000 Hz 30 % wrong", "0 of 1 pins do"],
            "P20 did not do",
        ),
        (replace(GOOD, crash="bad code at 0x10"), ["stopped: bad code"], "firmware stopped"),
        (
            replace(GOOD, log=replace(STARTED, config=ConfigVerdict.REJECTED)),
            ["rejected by"],
            "did not accept",
        ),
        (
            replace(GOOD, log=ObkBootLog(), pins=()),
            ["nothing was printed", "did not report whether"],
            "did not accept",
        ),
        (replace(GOOD, wifi=False), ["not as you set it up"], "did not use the Wi-Fi"),
    ],
)
def test_a_rehearsal(rehearsal: Rehearsal, words: list[str], problem: str) -> None:
    text = shown(rehearsal_text(rehearsal))
    for each in words:
        assert each in text
    error = rehearsal_problem(rehearsal)
    assert (error.message if error else "").find(problem) >= 0
    facts = rehearsal_json(rehearsal)
    assert facts["passed"] is (error is None)
    assert [pin["gpio"] for pin in facts["pins"]] == [pin.gpio for pin in rehearsal.pins]


@pytest.mark.parametrize(
    ("start", "words", "code"),
    [
        (FirstStart(), "not read", None),
        (FirstStart(ObkBootLog(), 0), "nothing received", None),
        (FirstStart(STARTED, 100, wifi=True), "accepted by OpenBeken", None),
        (FirstStart(STARTED, 100, wifi=False), "not as you set it up", "first-start"),
        (
            FirstStart(replace(STARTED, config=ConfigVerdict.REJECTED), 9),
            "rejected by",
            "first-start",
        ),
        (FirstStart(replace(STARTED, calibration_missing=True), 9), "no calibration", None),
    ],
)
def test_the_first_start(start: FirstStart, words: str, code: str | None) -> None:
    assert words in shown(start_text(start))
    error = problem_of(replace(reports()[0], start=start))
    assert (error.code if error else None) == code


@pytest.mark.parametrize(
    ("start", "search", "says", "never"),
    [
        (FirstStart(), None, ["Its start was not seen", "mistyped", "TX2"], ["joins", "joined"]),
        (FirstStart(ObkBootLog(), 0), None, ["Its start was not seen", "mistyped"], ["joined"]),
        (FirstStart(ObkBootLog(), 90), None, ["not OpenBeken's", "start was not seen"], ["joined"]),
        (FirstStart(STARTED, 9, wifi=True), None, ["has started", "mistyped"], ["has joined"]),
        (
            FirstStart(STARTED, 9, wifi=True),
            Search(None),
            ["It was not found on your network", "mistyped"],
            ["has joined"],
        ),
        (
            FirstStart(STARTED, 9, wifi=True),
            Search(None, complete=False),
            ["has started"],
            ["was not found", "has joined"],
        ),
        (
            FirstStart(replace(STARTED, joined=True), 9, wifi=True),
            None,
            ["has joined your Wi-Fi", "obk scan"],
            ["mistyped"],
        ),
        (
            FirstStart(replace(STARTED, joined=False), 9, wifi=True),
            None,
            ["could not join your Wi-Fi"],
            ["has joined"],
        ),
        (FirstStart(), Search("192.168.1.40"), ["online: http://192.168.1.40/"], ["not seen"]),
    ],
)
def test_the_end_says_what_was_seen_and_no_more(
    start: FirstStart, search: Search | None, says: list[str], never: list[str]
) -> None:
    done = replace(reports()[0], start=start, search=search)
    text = shown(install_text(done))
    for words in says:
        assert words in text
    for words in never:
        assert words not in text
    joined = start.log.joined if start.log else None
    assert (problem_of(done) is not None) is (joined is False)
    assert install_json(done)["outcome"] == str(done.outcome)


def test_what_to_do_next() -> None:
    done = reports()[0]
    assert "bekenlab obk scan" in shown(install_text(done))
    assert "http://192.168.1.40/" in shown(
        install_text(replace(done, search=Search("192.168.1.40")))
    )
    config = done.proposal.made.config.with_values({"wifi_ssid": ""})
    alone = replace(done.proposal, made=replace(done.proposal.made, config=config))
    text = shown(install_text(replace(done, proposal=alone)))
    assert "OpenBK7231N..., and open http://192.168.4.1/" in text
    assert "bekenlab undo" in text


def test_json_holds_no_secret() -> None:
    done, back = reports()
    facts = install_json(replace(done, rehearsal=GOOD, start=FirstStart(STARTED, 100, wifi=True)))
    assert facts["start"]["config"] == "taken"
    assert facts["rehearsal"]["passed"] is True
    assert facts["verified"] is True
    assert SSID not in repr(facts)
    assert PASSWORD not in repr(facts)
    assert undo_json(back)["dry_run"] is True
    assert "sample_plug" in shown(undo_text(back.proposal))


def test_the_demo_tells_its_story() -> None:
    demo = demonstrate()
    text = shown(demo_text(demo))
    assert demo.whole
    for words in (
        "1 Back up 2 MiB",
        "2 Damage 20 sectors",
        "rl1_pin: is 26",
        "5 Restore 20 sectors",
    ):
        assert words in text
    assert "Pins from the boot log" in text
    rehearsed = shown(demo_text(replace(demo, rehearsal=GOOD, whole=False)))
    assert "6 Rehearse OpenBK7231N 1.18.300" in rehearsed
    assert "but flash differs" in rehearsed


def test_changes_that_make_no_sense_are_found_before_the_chip_is_asked(tmp_path: Path) -> None:
    table = desk("BK7231N", build_sample(), tmp_path)
    short = Changes(values={"wifi_ssid": "x", "wifi_password": Secret(b"short")})
    with pytest.raises(BadValueError):
        install(table.connection, install_options("BK7231N", short), table.places, Person())
    assert table.device.now == 0.0
