"""What a page can connect to: ports of this computer, ports named in the terminal, virtual chips.

A page names one of what is offered here and nothing else: no path and no address that came from a
browser is ever opened.
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
from bekenlab.web.line import PacedLine, StoppableLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.analysis.model import Analysis
    from bekenlab.link.ports import Port
    from bekenlab.link.transport import Transport

_MOST_VIRTUAL = 16


@dataclass(frozen=True, slots=True)
class VirtualDevice:
    """A chip that is a model, with a flash that keeps what is written to it.

    Attributes:
        id: Cannot be guessed.
        name: Of the dump it was made of.
        chip: Name of the chip.
        flash: All of flash as it is now.
        paced: Whether it takes the time a real one takes.
    """

    id: str
    name: str
    chip: str
    flash: bytes = field(repr=False)
    paced: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to connect to.

    Attributes:
        id: What a page calls it.
        known: The port of this computer, where it is one.
        device: The virtual device, where it is one.
    """

    id: str
    known: Port | None = None
    device: VirtualDevice | None = None


class Ports:
    """Everything that is offered.

    Args:
        named: Ports named in the terminal: devices or URLs.
    """

    def __init__(self, named: tuple[str, ...] = ()) -> None:
        self._named = named
        self._lock = threading.Lock()
        self._devices: dict[str, VirtualDevice] = {}

    def offers(self) -> list[Offer]:
        """All there is, real ports first."""
        known = [Offer(port.device, known=port) for port in list_ports()]
        devices = {offer.id for offer in known}
        named = [Offer(name) for name in self._named if name not in devices]
        with self._lock:
            virtual = [Offer(device.id, device=device) for device in self._devices.values()]
        return [*known, *named, *virtual]

    def find(self, name: str) -> Offer:
        """One of the offers.

        Raises:
            NotFoundError: It is not offered (any more).
        """
        found = next((offer for offer in self.offers() if offer.id == name), None)
        if found is None:
            raise NotFoundError(
                "this port is not there (any more)", hint="plug the adapter in again, or reload"
            )
        return found

    def make_virtual(self, name: str, analysis: Analysis, *, paced: bool) -> VirtualDevice:
        """A virtual device with a dump in its flash.

        Raises:
            UnsupportedError: The dump does not tell a chip there is a model of.
            RefusedError: There are too many.
            TooLargeError: It is larger than the chip's flash.
        """
        image = analysis.image
        if image is None or not image.physical or analysis.chip.name is None:
            raise UnsupportedError(
                "there is no flash in this file that a chip could have",
                hint="take a whole dump",
            )
        facts = chip(analysis.chip.name)
        flash = b"\xff" * image.start + image.physical
        if len(flash) > max(facts.flash_size, 4 << 20):
            raise TooLargeError(f"{name} is larger than the flash of a {facts.name}")
        flash = flash.ljust(facts.flash_size, b"\xff")
        build(facts.name, flash)  # refuses what it has no model of
        device = VirtualDevice(secrets.token_urlsafe(9), name, facts.name, flash, paced)
        with self._lock:
            if len(self._devices) >= _MOST_VIRTUAL:
                raise RefusedError(
                    f"there are {_MOST_VIRTUAL} virtual devices already", hint="remove one"
                )
            self._devices[device.id] = device
        return device

    def remove(self, name: str) -> None:
        """Throw a virtual device away; nothing happens when it is gone already."""
        with self._lock:
            self._devices.pop(name, None)

    def opener(
        self, offer: Offer, raise_if_stopped: Callable[[], None]
    ) -> Callable[[str, int], Transport]:
        """What opens an offer for a job, as ``ConnectionOptions.open_port`` wants it.

        Args:
            offer: What to open.
            raise_if_stopped: Raises when the job is to stop.
        """

        def real(name: str, baud: int) -> Transport:
            return StoppableLine(open_port(name, baud), raise_if_stopped)

        def virtual(name: str, baud: int) -> Transport:
            line = self._line_to(offer.id, name, baud)
            paced = offer.device is not None and offer.device.paced
            return (PacedLine if paced else StoppableLine)(line, raise_if_stopped)

        return virtual if offer.device else real

    def _line_to(self, device_id: str, name: str, baud: int) -> Transport:
        device = self._devices[device_id]

        def keep(flash: bytes) -> None:
            with self._lock:
                if device_id in self._devices:
                    self._devices[device_id] = replace(device, flash=flash)

        chip_on_wire = build(device.chip, device.flash)
        return VirtualTransport(chip_on_wire, name=name, baud=baud, on_close=keep)
