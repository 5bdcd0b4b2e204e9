"""ESPHome's portal page, on which it is told the network that it joins.

ESPHome has name and password of its network compiled in. Where it cannot join that, it opens a
network of its own (component ``captive_portal``), whose page takes others at ``/wifisave``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bekenlab.machine.air import ItsNetwork
from bekenlab.machine.air.access_point import ADDRESS

if TYPE_CHECKING:
    from bekenlab.machine.air import Air, Network, OurNetwork
    from bekenlab.machine.air.tcp import TcpConnection

_LOOK_EVERY, _PATIENCE = 250_000, 5_000_000
_HTTP = 80


class Portal:
    """Tells the chip about our network, whenever it opens its own; in virtual time.

    Args:
        air: The air.
        network: The network it shall join.
        ours: The same, with its access point.
    """

    def __init__(self, air: Air, network: Network, ours: OurNetwork) -> None:
        self._air = air
        self._its = ItsNetwork(air, ignoring=ADDRESS)
        self._ours = ours
        fields = {"ssid": network.ssid, "psk": network.passphrase or b""}
        self._request = f"GET /wifisave?{urlencode(fields)} HTTP/1.1\r\nHost: esphome\r\n\r\n"
        self._asked: TcpConnection | None = None
        self._asked_at = 0
        air.handle("portal", self._look)
        air.after(_LOOK_EVERY, "portal")

    def _look(self) -> None:
        asked = self._asked
        if asked is not None and (asked.ended or self._air.now - self._asked_at > _PATIENCE):
            asked.take()
            asked.abort()
            self._asked = None
        chip = self._its.chip_ip
        if self._asked is None and chip is not None and not self._ours.access_point.stations:
            self._asked = self._its.host.connect(chip, _HTTP)
            self._asked.send(self._request.encode())
            self._asked_at = self._air.now
        self._its.host.touch()
        self._air.after(_LOOK_EVERY, "portal")
