"""A lamp with a pin for the colour temperature: what Tuya's firmware and OpenBeken make of it.

No dump at hand has such a lamp (``cwtype`` 1). So it is set in a copy of a lamp with two whites, as
its firmware would read it: in storage and in the plain copy, each with its checksum.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from bekenlab.analysis.inputs import InputFile
from bekenlab.image import read_image
from bekenlab.live.source import live_source
from bekenlab.openbeken import build_template
from bekenlab.pins import Source, pins_from_parameters
from bekenlab.probing.experiments import Only
from bekenlab.probing.probe import probe
from bekenlab.probing.rig import Rig, RigSource
from bekenlab.tuya.storage.read import read_storage
from bekenlab.tuya.storage.rewrite import with_values
from live_chips import openbeken
from machine_support import CHIPS
from shared import dump

LAMP = "led-moon-18w-cct-kobi"
KEY = "user_param_key"
BRIGHTNESS, TEMPERATURE = 7, 6
WITH_TEMPERATURE = {"c_pin": 7, "c_lv": 1, "w_pin": 6, "w_lv": 1, "cwtype": 1, "cmod": "cw"}


def with_temperature(text: bytes) -> bytes:
    """Parameters with ``cwtype`` 1; their checksum is a sum."""
    changed = text.replace(b"cwtype:0", b"cwtype:1")
    return re.sub(rb"crc:(\d+)", lambda found: b"crc:%d" % ((int(found[1]) + 1) % 256), changed)


def test_tuyas_firmware_drives_it_towards_cold() -> None:
    flash = read_image(dump(LAMP)).physical
    storage = read_storage(flash)
    assert storage
    stored = storage.value(KEY)
    assert stored
    flash = with_values(flash, {KEY: with_temperature(stored)})
    begin = flash.rindex(b"{", 0, flash.index(b"cwtype:0"))
    end = flash.index(b"}", begin) + 1
    flash = flash[:begin] + with_temperature(flash[begin:end]) + flash[end:]
    source = live_source(InputFile("lamp.bin", Path("lamp.bin"), flash), chip=CHIPS[LAMP])
    probed = probe(source, only=Only.LAMP, wall_seconds=600, workers=2)
    (seen,) = probed.observations.named("local-control")
    after: dict[int, float] = {}
    lit: dict[str, dict[int, float]] = {}
    for command in seen.commands:
        after |= {gpio: share for gpio, _, share, _ in command.moves}
        lit[command.asks] = dict(after)
    assert (lit["cold"][BRIGHTNESS], lit["cold"][TEMPERATURE]) == (1.0, 1.0)
    assert (lit["warm"][BRIGHTNESS], lit["warm"][TEMPERATURE]) == (1.0, 0.0)


@pytest.mark.parametrize(("mired", "share"), [(154, 1.0), (500, 0.0)])
def test_openbeken_with_our_template_does_the_same(mired: int, share: float) -> None:
    pins = pins_from_parameters(WITH_TEMPERATURE, source=Source.STORAGE)
    template = build_template(pins, chip="BK7231N")
    command = f"backlog led_enableAll 1; led_dimmer 100; led_temperature {mired}"
    source = openbeken(
        "BK7231N",
        {str(gpio): str(role) for gpio, role in dict(template["pins"]).items()},  # type: ignore[call-overload]
        command=command,
        flags=str(template["flags"]),
    )
    rig = Rig(RigSource(source.chip, source.flash, source.product, time.monotonic() + 600), None)
    try:
        rig.run(6.0)
        lamp = {trace.gpio: trace.after.share for trace in rig.observed("boot", None).pins}
    finally:
        rig.close()
    assert (lamp[BRIGHTNESS], lamp[TEMPERATURE]) == (1.0, share)
