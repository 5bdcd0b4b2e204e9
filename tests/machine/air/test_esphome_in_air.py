"""Genuine ESPHome in the virtual air: its portal, our network, and its API."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from air_devices import firmware
from bekenlab.analysis.inputs import InputFile
from bekenlab.live.openings import Openings
from bekenlab.live.portal import Portal
from bekenlab.live.source import live_source
from bekenlab.machine import Machine, Until
from bekenlab.machine.air import Air, ItsNetwork, Network, OurNetwork
from bekenlab.machine.air.capture import Capture
from esphome_judge import interpreter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.machine.air import ChipNetwork

KICKSTART = "images/ESPHome-Kickstart-v25.05.28_bk7231n_app.ota.ug"
OURS = Network(b"bekenlab")
CLIENT = """
import asyncio, json, sys
from aioesphomeapi import APIClient

async def main():
    client = APIClient("127.0.0.1", int(sys.argv[1]), None)
    await client.connect(login=True)
    info = await client.device_info()
    entities, services = await client.list_entities_services()
    print(json.dumps({"name": info.name, "version": info.esphome_version, "mac": info.mac_address,
                      "entities": sorted(type(each).__name__ for each in entities)}))
    await client.disconnect()

asyncio.run(main())
"""


class Device:
    """It is in its own network, with us, or is told ours on its portal."""

    def __init__(self, *, told: bool) -> None:
        source = live_source(InputFile("kickstart.ug", Path("kickstart.ug"), firmware(KICKSTART)))
        assert source.esphome
        self.machine = Machine.from_image(source.flash, chip=source.chip)
        self.frames: list[bytes] = []
        self.air = Air(Capture(self.frames.append))
        self.ours = OurNetwork(self.air, OURS)
        if told:
            Portal(self.air, OURS, self.ours)
        else:
            self.its = ItsNetwork(self.air, b"kickstart-bk7231n")
        self.air.join(self.machine)

    def await_network(self, network: ChipNetwork, seconds: float) -> None:
        ready = Until(device_seconds=seconds, interrupted=lambda: network.chip_ip is not None)
        self.machine.run(ready)
        assert network.chip_ip is not None, self.machine.log[-2000:]

    def get(self, path: str) -> bytes:
        connection = self.its.host.connect(self.its.chip_ip or b"", 80)
        connection.send(f"GET {path} HTTP/1.1\r\nHost: 192.168.4.1\r\n\r\n".encode())
        self.machine.run(Until(device_seconds=3, interrupted=lambda: bool(connection.received)))
        self.machine.run(Until(device_seconds=0.3))
        answer = connection.take()
        connection.abort()
        return answer


@pytest.fixture(scope="module")
def device() -> Iterator[Device]:
    made = Device(told=True)
    yield made
    made.machine.close()


def test_its_portal_is_told_our_network_which_it_joins(device: Device) -> None:
    device.await_network(device.ours, 40)
    events = [event for _, _, event in device.ours.access_point.log]
    assert events == ["authenticated", "associated", "joined"]


def test_its_api_is_read_by_esphomes_own_client(device: Device) -> None:
    """Through a port of this computer, by a program of its own."""
    openings = Openings(device.ours)
    port = openings.to_chip(6053, http=False)
    client = subprocess.Popen(
        [str(interpreter()), "-c", CLIENT, str(port)], stdout=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 60
    try:
        while client.poll() is None and time.monotonic() < end:
            openings.poll()
            device.machine.run(Until(device_seconds=0.01))
    finally:
        client.kill()
        out, _ = client.communicate()
        openings.close()
    told = json.loads(out)
    assert told["name"] == "kickstart-bk7231n"
    assert told["version"] == "2025.5.1"
    assert told["mac"].replace(":", "").lower() == "c8478c420048"
    assert len(told["entities"]) == 12


def test_two_runs_are_equal_to_the_byte() -> None:
    captures, logs = [], []
    for _ in range(2):
        device = Device(told=False)
        device.await_network(device.its, 15)
        assert device.its.station.network == b"kickstart-bk7231n"
        assert device.get("/").startswith(b"HTTP/1.1 200 OK")
        captures.append(b"".join(device.frames))
        logs.append(device.machine.log)
        device.machine.close()
    assert captures[0] == captures[1]
    assert logs[0] == logs[1]
    assert len(captures[0]) > 5000
