"""Two genuine OpenBeken devices in one air, in lockstep and the same each time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from air_devices import OBK_N, OPEN, PATIENT, firmware
from amounts import ALL
from bekenlab.analysis.inputs import unpack
from bekenlab.chips import SECTOR
from bekenlab.chips import chip as chip_named
from bekenlab.image import rf
from bekenlab.lan.address import Host
from bekenlab.lan.device import Device
from bekenlab.lan.in_air import AirNetwork
from bekenlab.live.chip import LiveChip
from bekenlab.live.runner import ChipRunner
from bekenlab.live.source import LiveSource, live_source
from bekenlab.live.wifi import joining
from bekenlab.machine import FlashImage
from bekenlab.machine.air import Air, Network, OurNetwork
from bekenlab.machine.air.capture import Capture
from bekenlab.machine.air.packets import ip_text

ONE, TWO = bytes.fromhex("c8478c000001"), bytes.fromhex("c8478c000002")


def plug(mac: bytes, network: Network | None) -> LiveSource:
    """OpenBeken with a relay at P26 and a MAC address of its own."""
    template = {"pins": {"26": "Rel;1"}}
    source = live_source(unpack("firmware.bin", firmware(OBK_N))[0], template=template)
    if network is not None:
        source = joining(source, network)
    place, flash = chip_named(source.chip).rf_address, source.flash.physical
    sector = rf.build(mac).ljust(SECTOR, b"\xff")
    physical = flash[:place] + sector + flash[place + SECTOR :]
    return replace(source, flash=FlashImage(physical, source.flash.logical))


def relay(chip: LiveChip) -> int:
    return next(row.level for row in chip.gpio() if row.gpio == 26)


def log_of(chip: LiveChip) -> str:
    return "".join(piece.text for piece in chip.log.since(0)[0])


def one_switches_the_other() -> bytes:
    """Both join our network, and one is told to send the other a command; returns all frames."""
    frames: list[bytes] = []
    air = Air(Capture(frames.append))
    ours = OurNetwork(air, OPEN)
    chips = LiveChip(plug(ONE, OPEN), air), LiveChip(plug(TWO, OPEN), air, 1)
    runner = ChipRunner(chips[0], air, chips[1])
    assert runner.run_until(lambda: len(ours.chips) == 2, 30), ours.access_point.log
    through = AirNetwork(ours.host, runner)
    host = Host(ip_text(ours.chips[ONE]))
    client = Device(host, timeouts=PATIENT, clock=through.clock, connect=through)
    other = ip_text(ours.chips[TWO])
    client.command(f"SendGet http://{other}/cm?cmnd=SetChannel%201%201")
    assert runner.run_until(lambda: relay(chips[1]) == 1, 10)
    assert relay(chips[0]) == 0
    for chip in chips:
        chip.close()
    return b"".join(frames)


def test_one_device_switches_the_other() -> None:
    assert len(one_switches_the_other()) > 10_000


@pytest.mark.skipif(not ALL, reason="takes a quarter of a minute")
def test_two_runs_are_equal_to_the_byte() -> None:
    assert one_switches_the_other() == one_switches_the_other()


def test_a_device_joins_the_network_that_another_opens() -> None:
    """It has room for one station, so we are not in it."""
    air = Air()
    name = b"OpenBK7231N_00000000"
    chips = LiveChip(plug(ONE, None), air), LiveChip(plug(TWO, Network(name)), air, 1)
    runner = ChipRunner(chips[0], air, chips[1])
    assert runner.run_until(lambda: "ip=192.168.4." in log_of(chips[1]), 20), log_of(chips[1])
    for chip in chips:
        chip.close()
