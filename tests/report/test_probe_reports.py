"""A probe's conclusions as text, JSON, rows of a page and a pin map, from records made by hand."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from analyses import sample
from bekenlab.jobs.probe import ProbeReport, compared, with_probe
from bekenlab.jobs.probe_mode import ProbeMode
from bekenlab.jobs.probe_wanted import wanted
from bekenlab.pins import PinMap, Source
from bekenlab.probing.observations import Observation, Observations, Outcome
from bekenlab.probing.probe import Probed
from bekenlab.probing.rules.conclude import conclude
from bekenlab.report.probe_json import probe_json
from bekenlab.report.probe_text import render
from bekenlab.report.probe_view import probe_view
from probing.records import all_of, boot, button, control, output, press

ON = ((440.0, 1),)
STILL = (output(26), button(10), button(9))


def report(*experiments: Observation) -> ProbeReport:
    observations = all_of(*experiments)
    found = conclude(observations)
    analysis = sample()
    return ProbeReport(
        "BK7231N",
        analysis.firmware,
        Probed(observations, 12.0),
        found,
        compared(analysis, found),
    )


def plug() -> ProbeReport:
    """A relay and its button, and an input that says nothing."""
    return report(
        boot(*STILL),
        control(*STILL),
        press(10, output(26, ON), button(10), button(9)),
        press(9, *STILL),
        replace(press(9, *STILL, name="press-long"), outcome=Outcome.OUT_OF_TIME),
    )


def shown(found: ProbeReport, width: int = 100) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(render(found))
    return out.getvalue()


def test_a_terminal_shows_pins_how_sure_they_are_and_what_storage_says() -> None:
    text = shown(plug())
    assert "P26   Rel;1" in text
    assert "certain" in text
    assert "press-short P10: P26 became high" in text
    assert "Compared with storage" in text
    assert "nothing seen" in text, "other pins of the sample showed nothing"
    assert "Out of time  1: what they did not show says nothing" in text
    assert max(len(line) for line in shown(plug(), 60).splitlines()) <= 60


def test_without_pins_the_reason_is_said() -> None:
    assert "has set up no pins for a device" in shown(report(boot()))
    assert "No pin did anything" in shown(report(boot(output(26)), control(output(26))))


def test_json_has_each_pin_with_its_evidence() -> None:
    told = probe_json(plug())
    (relay,) = [pin for pin in told["pins"] if pin["gpio"] == 26]
    assert (relay["role"], relay["channel"], relay["confidence"]) == ("Rel", 1, "certain")
    assert relay["evidence"][0]["experiment"] == "press-short P10"


def test_data_points_of_a_second_controller_are_told_both_ways() -> None:
    ways = ((1, True, True), (5, None, True), (9, False, None))
    seen = Observation("local-control", None, Outcome.DONE, 1.0, controller=ways)
    found = report(boot(*STILL), control(*STILL), seen)
    assert probe_json(found)["data_points"] == [
        {"id": number, "gpio": [], "passed_on": passed, "reported": told}
        for number, passed, told in ways
    ]
    text = shown(found)
    assert "Passed on to it       1" in text
    assert "Passed on to it, not  9" in text
    assert "Taken from it         1, 5" in text


def test_rows_of_a_page_have_the_same() -> None:
    view = probe_view(plug())
    rows = {row.gpio: row for row in view.rows}
    assert (rows["P26"].openbeken, rows["P26"].stored) == ("Rel;1", "Rel;1")
    assert rows["P26"].strip is not None
    assert view.late == 1


def test_pins_that_only_behaviour_gives_say_so() -> None:
    nameless = replace(sample(), pins=PinMap())
    found = with_probe(nameless, plug())
    assert found.pins.source is Source.BEHAVIOUR
    assert {pin.gpio: pin.role for pin in found.pins.pins}[26] == "Rel"
    assert found.template["pins"]["26"] == "Rel;1"
    assert "behaviour-only" in {notice.code for notice in found.notices}
    silent = with_probe(nameless, report(boot()))
    assert "probe-without-pins" in {notice.code for notice in silent.notices}
    assert not silent.pins.pins


def test_stored_pins_stay_and_what_differs_is_told() -> None:
    high = output(26, level=1)
    inverse = report(
        boot(high, button(10)),
        control(high, button(10)),
        press(10, output(26, ((440.0, 0),), level=1), button(10)),
    )
    stored = sample()
    found = with_probe(stored, inverse)
    assert [pin.gpio for pin in found.pins.pins] == [pin.gpio for pin in stored.pins.pins]
    (told,) = [each for each in found.notices if each.code == "behaviour-differs"]
    assert "P26" in told.message
    seen = with_probe(stored, plug())
    (relay,) = [pin for pin in seen.pins.pins if pin.gpio == 26]
    assert Source.BEHAVIOUR in {each.source for each in relay.evidence}


def test_observations_are_compared_by_what_they_hold() -> None:
    assert plug().probed.device_seconds > 10
    assert Probed(Observations("BK7231N", ()), 1.0) == Probed(Observations("BK7231N", ()), 2.0)


def test_what_is_probed_by_itself() -> None:
    """A dump of Tuya's firmware that drove pins when it was booted, if nothing names them."""
    plain = sample()
    assert not wanted(plain, ProbeMode.AUTO), "its pins are stored"
    assert wanted(plain, ProbeMode.ALWAYS)
    nameless = replace(plain, pins=PinMap())
    assert not wanted(nameless, ProbeMode.NEVER)
    driving = replace(nameless, tuya=replace(plain.tuya, in_use=(6, 8)))
    assert wanted(driving, ProbeMode.AUTO)
    assert not wanted(replace(driving, image=None), ProbeMode.ALWAYS)
