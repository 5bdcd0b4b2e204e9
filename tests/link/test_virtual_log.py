"""The log port of a virtual chip keeps to real time as well."""

from __future__ import annotations

from itertools import count

from bekenlab.link.virtual_log import VirtualLog
from bekenlab.samples import build_sample


def test_firmware_that_takes_too_long_is_not_waited_for() -> None:
    log = VirtualLog("sim:", "BK7231N", build_sample())
    assert log.machine is not None
    log.read(1.0)
    began = log.machine.clock.seconds
    seconds = count()
    log.machine.monotonic = lambda: float(next(seconds))
    log.sleep(10)
    assert next(seconds) < 60, "it stopped after 40 seconds of real time"
    assert log.machine.clock.seconds - began < 10
    assert log.now() >= 10, "the port's own time goes on"
