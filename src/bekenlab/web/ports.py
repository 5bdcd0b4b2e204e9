"""Ports a page can connect to: those of this computer, those named in the terminal, virtual chips.

A page can only choose among these: a path or address sent by a browser is never opened.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bekenlab.chips import chip
from bekenlab.errors import NotFoundError, RefusedError, TooLargeError, UnsupportedError
from bekenlab.flashing.connection import open_port
from bekenlab.link.ports import list_ports
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.wire_chips import build
from bekenlab.web.transport import (
    PacedTransport,
    StoppableTransport,
    StoppableVirtualTransport,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.analysis.model import Analysis
    from bekenlab.link.ports import Port
    from bekenlab.link.transport import Transport

_MOST_VIRTUAL = 16


@dataclass(frozen=True, slots=True)
class VirtualDevice:
    """A virtual chip whose flash keeps what is written to it.

    Attributes:
        id: Cannot be guessed.
        name: Name of the dump it was made from.
        chip: Name of the chip.
        flash: Current content of all of flash.
        paced: Whether it takes as long as a real chip.
    """

    id: str
    name: str
    chip: str
    flash: bytes = field(repr=False)
    paced: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A port or virtual device a page can choose.

    Attributes:
        id: Name used by pages.
        known: The port, if it is one of this computer.
        device: The virtual device, if it is one.
    """

    id: str
    known: Port | None = None
    device: VirtualDevice | None = None


class Ports:
    """All ports and virtual devices on offer.

    Args:
        named: Ports named in the terminal: devices or URLs.
    """

    def __init__(self, named: tuple[str, ...] = ()) -> None:
        self._named = named
        self._lock = threading.Lock()
        self._devices: dict[str, VirtualDevice] = {}

    def offers(self) -> list[Offer]:
        """All offers, real ports first."""
        known = [Offer(port.device, known=port) for port in list_ports()]
        devices = {offer.id for offer in known}
        named = [Offer(name) for name in self._named if name not in devices]
        with self._lock:
            virtual = [Offer(device.id, device=device) for device in self._devices.values()]
        return [*known, *named, *virtual]

    def find(self, name: str) -> Offer:
        """Find an offer by its id.

        Raises:
            NotFoundError: It is not offered, or no longer is.
        """
        found = next((offer for offer in self.offers() if offer.id == name), None)
        if found is None:
            raise NotFoundError(
                "this port does not exist, or no longer does",
                hint="plug the adapter in again, or reload",
            )
        return found

    def make_virtual(self, name: str, analysis: Analysis, *, paced: bool) -> VirtualDevice:
        """Make a virtual device with a dump in its flash.

        Raises:
            UnsupportedError: The dump's chip is not known, or has no virtual chip.
            RefusedError: There are too many virtual devices.
            TooLargeError: The dump is larger than the chip's flash.
        """
        image = analysis.image
        if image is None or not image.physical or analysis.chip.name is None:
            raise UnsupportedError(
                "this file does not hold the flash of a known chip",
                hint="choose a whole dump",
            )
        facts = chip(analysis.chip.name)
        flash = b"\xff" * image.start + image.physical
        if len(flash) > max(facts.flash_size, 4 << 20):
            raise TooLargeError(f"{name} is larger than the flash of a {facts.name}")
        flash = flash.ljust(facts.flash_size, b"\xff")
        build(facts.name, flash)  # raises if there is no virtual chip of this kind
        device = VirtualDevice(secrets.token_urlsafe(9), name, facts.name, flash, paced)
        with self._lock:
            if len(self._devices) >= _MOST_VIRTUAL:
                raise RefusedError(
                    f"there are already {_MOST_VIRTUAL} virtual devices", hint="remove one"
                )
            self._devices[device.id] = device
        return device

    def remove(self, name: str) -> None:
        """Discard a virtual device, if it exists."""
        with self._lock:
            self._devices.pop(name, None)

    def opener(
        self, offer: Offer, raise_if_stopped: Callable[[], None]
    ) -> Callable[[str, int], Transport]:
        """The function that opens an offer for a job, for ``ConnectionOptions.open_port``.

        Args:
            offer: The offer to open.
            raise_if_stopped: Raises if the job has been asked to stop.
        """

        def real(name: str, baud: int) -> Transport:
            return StoppableTransport(open_port(name, baud), raise_if_stopped)

        def virtual(name: str, baud: int) -> Transport:
            line = self._transport_to(offer.id, name, baud)
            paced = offer.device is not None and offer.device.paced
            made = PacedTransport if paced else StoppableVirtualTransport
            return made(line, raise_if_stopped)

        return virtual if offer.device else real

    def _transport_to(self, device_id: str, name: str, baud: int) -> Transport:
        device = self._devices[device_id]

        def keep(flash: bytes) -> None:
            with self._lock:
                if device_id in self._devices:
                    self._devices[device_id] = replace(device, flash=flash)

        chip_on_wire = build(device.chip, device.flash)
        return VirtualTransport(chip_on_wire, name=name, chip=device.chip, baud=baud, on_close=keep)
