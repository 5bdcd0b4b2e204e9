"""A probe as rows of a page: words, evidence with levels over time, and what storage says."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.inputs import InputFile
from bekenlab.jobs.probe import ProbeReport, compared
from bekenlab.probing.probe import probe
from bekenlab.probing.rules.conclude import conclude
from bekenlab.report.pictures.edges import Line, Strip, edges_picture
from bekenlab.report.pictures.words import ENGLISH
from bekenlab.report.probe_view import ProbeView, probe_view
from bekenlab.samples import build_sample
from live_chips import sample


@cache
def view() -> ProbeView:
    probed = probe(sample(), wall_seconds=600.0, workers=1)
    analysis = analyze(InputFile("plug.bin", Path("plug.bin"), build_sample()))
    found = conclude(probed.observations)
    report = ProbeReport("BK7231N", analysis.firmware, probed, found, compared(analysis, found))
    return probe_view(report)


def test_each_pin_has_its_words_its_certainty_and_what_is_stored() -> None:
    rows = {row.gpio: row for row in view().rows}
    relay = rows["P26"]
    assert (relay.label, relay.openbeken, relay.level) == ("Relay 1", "Rel;1", "high")
    assert (relay.stored, relay.agrees) == ("Rel;1", True)
    assert rows["P10"].label == "Button 1"
    assert rows["P10"].others == ("Button for all relays",)
    assert view().experiments > 3
    assert view().late == 0


def test_a_strip_shows_what_was_pressed_and_what_moved() -> None:
    strip = next(row.strip for row in view().rows if row.gpio == "P26")
    assert strip is not None
    assert [line.gpio for line in strip.lines if line.driven] == [10]
    relay = next(line for line in strip.lines if line.gpio == 26)
    assert [level for _, level in relay.changes] == [1]


def test_a_picture_says_in_words_what_it_shows() -> None:
    strip = Strip(
        "press-short P10",
        2.0,
        (
            Line(10, 1, ((200.0, 0), (400.0, 1)), driven=True),
            Line(26, 0, ((210.0, 1),)),
            Line(8, 0.5, ()),
        ),
    )
    picture = edges_picture(strip, ENGLISH)
    (told,) = re.findall("<desc>(.*)</desc>", picture)
    assert told == (
        "P10, driven by the experiment, changed 2 times; P26 changed 1 times; P8 did not change"
    )
    assert "<title>press-short P10</title>" in picture


def test_thousands_of_changes_are_a_block() -> None:
    changes = tuple((float(at), at % 2) for at in range(5000))
    picture = edges_picture(Strip("boot", 8.0, (Line(7, 0, changes),)), ENGLISH)
    assert len(picture) < 3000
