"""What a probe adds to an analysis: evidence, contradictions, and pins where nothing names any."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from analyses import codes, study, with_regions
from bekenlab.analysis.tuya_findings import TuyaFindings
from bekenlab.esphome import build_firmware
from bekenlab.jobs.probe import ProbeReport, compared, with_probe
from bekenlab.jobs.probe_mode import ProbeMode
from bekenlab.jobs.probe_wanted import wanted
from bekenlab.pins import Polarity, Source
from bekenlab.probing.as_pins import pin_map
from bekenlab.probing.probe import probe
from bekenlab.probing.rules.conclude import conclude
from bekenlab.probing.rules.model import Conclusions, Confidence, PinConclusion, Seen
from bekenlab.samples import build_sample
from live_chips import BUTTON, RELAY, WIFI_LED, sample

SEEN = (Seen("press-short P10", "P26 moved"),)


@cache
def report() -> ProbeReport:
    probed = probe(sample(), wall_seconds=600.0, workers=1)
    analysis = study(build_sample())
    found = conclude(probed.observations)
    return ProbeReport("BK7231N", analysis.firmware, probed, found, compared(analysis, found))


def concluded(*pins: PinConclusion) -> Conclusions:
    return Conclusions(pins)


def pin(
    gpio: int,
    role: str,
    channel: int = 1,
    *,
    sure: Confidence = Confidence.LIKELY,
    level: Polarity | None = Polarity.ACTIVE_HIGH,
    others: tuple[str, ...] = (),
) -> PinConclusion:
    return PinConclusion(gpio, role, channel, level, sure, others, SEEN)


def test_what_behaved_as_it_is_stored_is_confirmed_and_nothing_else_changes() -> None:
    before = study(build_sample())
    after = with_probe(before, report())
    assert after.template == before.template
    assert after.notices == before.notices
    said = {each.gpio: {e.source for e in each.evidence} for each in after.pins.pins}
    assert {gpio for gpio, by in said.items() if Source.BEHAVIOUR in by} == {
        RELAY,
        BUTTON,
        WIFI_LED,
    }
    assert after.pins.source is Source.STORAGE


def test_what_is_stored_counts_more_than_what_was_seen_but_a_contradiction_is_told() -> None:
    before = study(build_sample())
    found = concluded(pin(RELAY, "Btn", level=Polarity.ACTIVE_LOW))
    seen = replace(report(), conclusions=found, agreement=compared(before, found))
    after = with_probe(before, seen)
    assert after.template == before.template
    (told,) = [each.message for each in after.notices if each.code == "behaviour-differs"]
    assert "P26 is stored as Rel;1, but press-short P10 shows Btn;1 (likely)" in told
    # What may be one of several things contradicts nothing.
    open_ = concluded(pin(RELAY, "Btn", sure=Confidence.ONE_OF))
    doubt = replace(report(), conclusions=open_, agreement=compared(before, open_))
    assert with_probe(before, doubt).notices == before.notices


def test_where_nothing_names_the_pins_they_are_those_that_were_seen() -> None:
    before = study(with_regions({}))
    assert not before.pins.pins
    after = with_probe(before, replace(report(), agreement=()))
    assert after.pins.source is Source.BEHAVIOUR
    assert after.template["pins"] == {"8": "WifiLED_n;0", "10": "Btn;1", "26": "Rel;1"}
    assert "behaviour-only" in codes(after)
    assert not {"no-parameters", "boot-without-pins"} & set(codes(after))
    yaml = build_firmware(after.pins, chip="BK7231N", firmware=None).yaml
    assert "number: P10" in yaml or "pin: P10" in yaml


def test_what_may_be_several_things_is_named_and_left_out() -> None:
    found = concluded(
        pin(26, "Rel"), pin(23, "dInput", 0, sure=Confidence.ONE_OF, others=("IRRecv",))
    )
    before = study(with_regions({}))
    after = with_probe(before, replace(report(), conclusions=found, agreement=()))
    assert [each.gpio for each in after.pins.pins] == [26]
    assert after.pins.notes == ("P23 may be dInput or IRRecv; it is left out",)


def test_nothing_seen_is_an_answer() -> None:
    before = study(with_regions({}))
    for set_up, words in ((True, "No pin did anything"), (False, "has set up no pins")):
        found = replace(report(), conclusions=Conclusions((), set_up=set_up), agreement=())
        (told,) = [
            each.message
            for each in with_probe(before, found).notices
            if each.code == "probe-without-pins"
        ]
        assert words in told


@pytest.mark.parametrize("level", [None, Polarity.ACTIVE_LOW])
def test_a_level_that_was_not_seen_is_not_made_up(level: Polarity | None) -> None:
    (made,) = pin_map(concluded(pin(26, "Rel", level=level))).pins
    assert made.polarity is level
    assert [(each.source, each.key) for each in made.evidence] == [
        (Source.BEHAVIOUR, "press-short P10")
    ]


def test_a_probe_is_wanted_where_firmware_uses_pins_that_nothing_names() -> None:
    plug, bare = study(build_sample()), study(with_regions({}))
    used = replace(bare, tuya=TuyaFindings(in_use=(26,)))
    assert [wanted(each, ProbeMode.AUTO) for each in (plug, bare, used)] == [False, False, True]
    assert all(wanted(each, ProbeMode.ALWAYS) for each in (plug, bare, used))
    assert not any(wanted(each, ProbeMode.NEVER) for each in (plug, bare, used))
    text = study(b"{rl1_pin:26,rl1_lv:1}")
    assert not wanted(text, ProbeMode.ALWAYS)
