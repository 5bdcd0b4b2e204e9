"""Serve a virtual chip that holds a dump, for any flashing program to connect to."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.analysis.choose import choose_dump
from bekenlab.chips import chip as chip_facts
from bekenlab.link.serve.faulty_wire import FaultyWire
from bekenlab.link.serve.pty import PtyPort
from bekenlab.link.serve.rfc2217 import TcpPort
from bekenlab.link.serve.server import Server
from bekenlab.link.virtual import split_faults
from bekenlab.machine.wire_chips import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bekenlab.link.serve.port import ServedPort
    from bekenlab.machine.wire import WireDevice


@dataclass(frozen=True, slots=True)
class SimOptions:
    """How to serve a virtual chip.

    Attributes:
        pty: On a pseudo-terminal instead of a TCP port.
        tcp_port: TCP port on the loopback interface; 0 for a free one.
        paced: Whether a device second takes a real second.
        fault: Faults to inject, as text: of the chip (``bekenlab.machine.rom.faults``) and of the
            wire (``bekenlab.link.faulty``) except ``keep-baud``.
        seed: Seed of the fault ``random``.
    """

    pty: bool = False
    tcp_port: int = 0
    paced: bool = False
    fault: str = ""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Served:
    """A virtual chip that is ready for a program to connect.

    Attributes:
        chip: Name of the chip.
        address: The port to open: a device path or a URL.
    """

    chip: str
    address: str


def simulate(
    path: Path,
    *,
    chip: str | None = None,
    options: SimOptions | None = None,
    opened: Callable[[Served], None],
    stopped: Callable[[], bool],
    monotonic: Callable[[], float] = time.monotonic,
) -> bytes:
    """Serve a chip until ``stopped``.

    Args:
        path: A dump, packed or not; flash after its end is blank.
        chip: The chip to model instead of the one recognised.
        options: How to serve.
        opened: Called once with the address of the chip.
        stopped: Polled at least every tenth of a second; True ends serving.
        monotonic: Real time in seconds.

    Returns:
        The final content of flash, by physical address.

    Raises:
        BekenlabError: The file cannot be used, or the port cannot be opened.
    """
    options = options or SimOptions()
    chosen = choose_dump(path, chip)
    device = build_device(chosen.chip, chosen.image.physical, options)
    serve(device, chosen.chip, options=options, opened=opened, stopped=stopped, monotonic=monotonic)
    return device.flash


def build_device(chip: str, dump: bytes | None, options: SimOptions) -> WireDevice:
    """Build a virtual chip with a dump in its flash, and with faults of chip and wire.

    Args:
        chip: Name of the chip.
        dump: The first bytes of its flash, or None for a blank chip; the rest is blank.
        options: How it is to be served.

    Raises:
        BekenlabError: The chip has no model, or a fault is unknown or not possible here.
    """
    faults, schedule = split_faults(options.fault, options.seed)
    size = chip_facts(chip).flash_size
    device: WireDevice = build(chip, None if dump is None else dump.ljust(size, b"\xff"), faults)
    return FaultyWire(device, schedule) if schedule.faults else device


def serve(
    device: WireDevice,
    chip: str,
    *,
    options: SimOptions,
    opened: Callable[[Served], None],
    stopped: Callable[[], bool],
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Serve a chip that has been built; arguments as for :func:`simulate`.

    Raises:
        BekenlabError: The port cannot be opened, or the fault ``unplug`` has occurred.
    """
    port: ServedPort = PtyPort() if options.pty else TcpPort(options.tcp_port)
    try:
        opened(Served(chip, port.name))
        server = Server(device, port, paced=options.paced, monotonic=monotonic)
        server.run(stopped)
    finally:
        port.close()
