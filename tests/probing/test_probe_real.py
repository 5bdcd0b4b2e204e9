"""Genuine Tuya firmware shows its pins, and storage agrees with whatever is certain."""

from __future__ import annotations

import pytest

from amounts import one_in
from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import unpack
from bekenlab.jobs.probe import compared
from bekenlab.live.source import live_source
from bekenlab.probing.experiments import Only
from bekenlab.probing.probe import probe
from bekenlab.probing.rules.conclude import conclude
from bekenlab.probing.rules.model import Confidence
from machine_support import CHIPS
from shared import dump

#: Dump, what to find out, and the channels of relays and lamps by pin.
DUMPS = [
    ("smartled-8046-2-gang-smart-switch", Only.INPUTS, {28: 1, 9: 2}),
    (
        "bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz",
        Only.LAMP,
        {26: 1, 24: 2, 6: 3, 8: 4, 7: 5},
    ),
    ("kanlux-33643-s-gu10-rgbcct-bulb", Only.LAMP, {}),
    ("moes-wk-us2-tc-in-wall-outlet", None, {26: 1, 8: 2, 6: 3, 7: 4}),
]


@pytest.mark.parametrize(("name", "only", "channels"), one_in(4, DUMPS))
def test_firmware_shows_its_pins(name: str, only: Only | None, channels: dict[int, int]) -> None:
    file = unpack("dump.bin", dump(name))[0]
    source = live_source(file, chip=CHIPS[name])
    found = conclude(probe(source, only=only, wall_seconds=600, workers=2).observations)
    seen = {pin.gpio: pin for pin in found.pins}
    assert {gpio: seen[gpio].channel for gpio in channels} == channels
    analysis = analyze(file, boot=BootMode.NEVER)
    driver = analysis.pins.led_driver
    if driver is not None and driver.led_map is not None:
        assert found.driver is not None
        assert found.driver.outputs == driver.led_map
    for each in compared(analysis, found):
        if each.behaviour is not None and each.behaviour.confidence is Confidence.CERTAIN:
            assert each.same, each
