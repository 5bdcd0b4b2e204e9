"""A device with Tuya's firmware in our network in the virtual air, under local control."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import CorruptInputError
from bekenlab.machine.air.tcp_state import TcpState
from bekenlab.tuya import local_session
from bekenlab.tuya.local_discovery import PORTS, Announcement, read_announcement
from bekenlab.tuya.local_session import LocalSession
from bekenlab.tuya.local_session import Protocol as LocalProtocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bekenlab.live.chip import LiveChip
    from bekenlab.live.runner import ChipRunner
    from bekenlab.machine.air import OurNetwork
    from bekenlab.machine.air.packets import Datagram
    from bekenlab.machine.air.tcp import TcpConnection
    from bekenlab.secret import Secret

Value = bool | int | str
_NONCE = b"bekenlab's nonce"
_ANNOUNCES_WITHIN, _ANSWERS_WITHIN, _OPENS_WITHIN = 12.0, 3.0, 4.0
_STEP = 0.05
_BEATS = 8.0  # devices close a connection on which they hear nothing for longer
# A device that looks for its cloud leaves its own network waiting for some seconds.
_TRIES = 3
_FIRST_ASKED = (LocalProtocol.V33, LocalProtocol.V34, LocalProtocol.V35, LocalProtocol.V31)


class LocalDevice:
    """A device that has joined our network and obeys local control.

    Args:
        chip: The chip.
        network: The network it has joined.
        runner: Runs the chip.
        key: The local key.
        device: The device's id.

    Attributes:
        chip: The chip.
        announced: What it has announced on the network, or None.
        protocol: The protocol it speaks, once that is known.
    """

    def __init__(
        self, chip: LiveChip, network: OurNetwork, runner: ChipRunner, key: Secret, device: str
    ) -> None:
        self.announced: Announcement | None = None
        self.protocol: LocalProtocol | None = None
        self.chip = chip
        self._network, self._runner = network, runner
        self._key, self._device = key, device
        self._connection: TcpConnection | None = None
        self._session: LocalSession | None = None
        self._silent = 0.0
        for port in PORTS:
            network.host.on_udp(port, self._heard)

    def _heard(self, _source: bytes, told: Datagram) -> None:
        try:
            self.announced = read_announcement(told.payload)
        except CorruptInputError:
            return

    # connecting -------------------------------------------------------------------------------

    def connect(self) -> bool:
        """Connect, with the protocol that it announces or else the first one that it answers.

        Returns:
            Whether it speaks one of them with this key.
        """
        self._until(lambda: self.announced is not None, _ANNOUNCES_WITHIN)
        announced = self.announced.protocol if self.announced is not None else None
        for protocol in (announced,) * _TRIES if announced is not None else _FIRST_ASKED:
            if self._connects(protocol, sure=announced is not None):
                self.protocol = protocol
                return True
        return False

    def _connects(self, protocol: LocalProtocol, *, sure: bool) -> bool:
        self.close()
        connection = self._network.host.connect(self._network.chip_ip or b"", local_session.PORT)
        self._connection = connection
        session = LocalSession(protocol, self._key, self._device, _NONCE)
        self._session = session
        opened = self._until(lambda: connection.state is TcpState.ESTABLISHED, _OPENS_WITHIN)
        if not opened:
            return False
        self._send(session.hello())
        if not self._until(lambda: session.ready, _ANSWERS_WITHIN):
            return False
        self._send(session.query())
        answered = self._until(
            lambda: any(sure or message.points for message in session.messages), _ANSWERS_WITHIN
        )
        # Who agreed on a key knows ours. Newest firmware answers no question about its state while
        # its TuyaMCU has told none.
        return answered or protocol.agrees_on_key

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.abort()
            self._network.host.touch()
        self._connection = self._session = None

    # commanding -------------------------------------------------------------------------------

    def command(self, points: Mapping[int, Value], seconds: float) -> tuple[int, ...]:
        """Set data points, and let time pass.

        Returns:
            Numbers of the data points that it reports afterwards.
        """
        session = self._session if self._open() else None
        if session is None:
            return ()
        self._send(session.control({str(each): value for each, value in points.items()}))
        return tuple(sorted(self.told(seconds)))

    def told(self, seconds: float) -> dict[int, object]:
        """Let time pass; return the values of the data points that it reports meanwhile."""
        session = self._session if self._open() else None
        if session is not None:
            session.messages.clear()
        self.wait(seconds)
        if session is None:
            return {}
        told = {number: value for each in session.messages for number, value in each.points.items()}
        return {int(number): value for number, value in told.items() if number.isdecimal()}

    def wait(self, seconds: float) -> None:
        """Let time pass, and keep the connection."""
        self._until(lambda: False, seconds)

    def _open(self) -> bool:
        connection = self._connection
        if connection is not None and connection.state is TcpState.ESTABLISHED:
            return True
        return self.protocol is not None and self._connects(self.protocol, sure=True)

    def _send(self, data: bytes) -> None:
        if data and self._connection is not None:
            self._silent = 0.0
            self._connection.send(data)
            self._network.host.touch()

    def _until(self, holds: Callable[[], bool], seconds: float) -> bool:
        left = seconds
        while not holds():
            if left <= 0:
                return False
            self._runner.run(min(_STEP, left))
            left -= _STEP
            self._silent += _STEP
            if not self._listen():
                return False
        return True

    def _listen(self) -> bool:
        """Take what the device has sent; False if it is not of this protocol and key."""
        if self._connection is None or self._session is None:
            return True
        try:
            self._send(self._session.receive(self._connection.take()))
        except CorruptInputError:
            return False
        if self._session.ready and self._silent >= _BEATS:
            self._send(self._session.beat())
        return True
