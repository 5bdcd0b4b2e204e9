"""Devices with genuine firmware in the virtual air."""

from __future__ import annotations

import lzma
from dataclasses import dataclass

from bekenlab.analysis.inputs import unpack
from bekenlab.lan.address import Host
from bekenlab.lan.clock import Timeouts
from bekenlab.lan.device import Device
from bekenlab.lan.in_air import AirNetwork
from bekenlab.live.chip import LiveChip
from bekenlab.live.runner import ChipRunner
from bekenlab.live.source import live_source
from bekenlab.live.wifi import joining
from bekenlab.machine.air import Air, Network, OurNetwork
from bekenlab.machine.air.capture import Capture
from bekenlab.machine.air.packets import ip_text
from shared import shared

OPEN = Network(b"bekenlab")
OBK_N = "dumps/openbk7231n-qio-1.18.300"
OBK_T = "dumps/openbk7231t-qio-1.18.300"
PATIENT = Timeouts(connect=3, answer=20, upload=120, save=10, reboot=60, update=60, poll=0.2)


@dataclass
class AirDevice:
    """A device that has joined our network."""

    chip: LiveChip
    air: Air
    network: OurNetwork
    runner: ChipRunner
    frames: list[bytes]

    @property
    def address(self) -> str:
        ip = self.network.chip_ip
        assert ip is not None
        return ip_text(ip)

    def client(self) -> Device:
        """Our client for it, through the air."""
        through = AirNetwork(self.network.host, self.runner)
        host = Host(self.address)
        return Device(host, timeouts=PATIENT, clock=through.clock, connect=through)

    def get(self, path: str) -> bytes:
        """What its web server answers to a browser."""
        connection = self.network.host.connect(self.network.chip_ip or b"", 80)
        connection.send(f"GET {path} HTTP/1.1\r\nHost: {self.address}\r\n\r\n".encode())
        assert self.runner.run_until(lambda: connection.ended, 5), connection.state
        connection.close()
        self.network.host.touch()
        return connection.take()


def firmware(name: str) -> bytes:
    folder, _, stem = name.partition("/")
    return lzma.decompress(shared(folder, f"{stem}.bin.xz").read_bytes())


def joined(
    name: str,
    network: Network = OPEN,
    *,
    template: dict[str, object] | None = None,
    broker: tuple[str, int] | None = None,
    names: tuple[str, ...] = (),
    chip: str | None = None,
) -> AirDevice:
    """OpenBeken that joins a network of ours; it has been started, and nothing else."""
    source = live_source(unpack("firmware.bin", firmware(name))[0], chip=chip, template=template)
    frames: list[bytes] = []
    air = Air(Capture(frames.append))
    source = joining(source, network, broker)
    ours = OurNetwork(air, network, names)
    live = LiveChip(source, air)
    return AirDevice(live, air, ours, ChipRunner(live, air), frames)


def connected(name: str, network: Network = OPEN, seconds: float = 25, **more: object) -> AirDevice:
    """The same, once it has an address."""
    device = joined(name, network, **more)  # type: ignore[arg-type]
    assert device.runner.run_until(lambda: device.network.chip_ip is not None, seconds), (
        device.network.access_point.log
    )
    return device
