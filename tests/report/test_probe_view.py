"""A probe as rows of a page: words, evidence with levels over time, and what storage says."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.inputs import InputFile
from bekenlab.jobs.probe import ProbeReport, compared
from bekenlab.probing.probe import probe
from bekenlab.probing.rules.conclude import conclude
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
