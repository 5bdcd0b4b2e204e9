"""A chip in a network of the virtual air, with its page at a port of this computer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bekenlab.errors import UsageError
from bekenlab.live.chip import LiveChip
from bekenlab.live.model import NetworkView
from bekenlab.live.openings import LOOPBACK, Openings
from bekenlab.live.portal import Portal
from bekenlab.live.wifi import joining, opening
from bekenlab.machine.air import Air, ItsNetwork, Network, OurNetwork
from bekenlab.machine.air.broker import PORT as BROKER_PORT
from bekenlab.machine.air.broker import Broker
from bekenlab.machine.air.packets import ip_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bekenlab.live.messages import Messages
    from bekenlab.live.source import LiveSource
    from bekenlab.machine.air import ChipNetwork
    from bekenlab.machine.air.capture import Capture

OUR_SSID = b"bekenlab"
OUR_PASSPHRASE = b"virtual air"
HTTP = 80
BROKER_NAME = "broker"
_MOST_TRIED = 20


class NetworkKind(StrEnum):
    """The network of a chip."""

    NONE = "none"  # it has no radio
    ITS = "its"  # it opens its own, and we join that
    OURS = "ours"  # it joins ours


@dataclass(frozen=True, slots=True)
class NetworkChoice:
    """Which network a chip gets, and how.

    Attributes:
        kind: Which network.
        protected: Whether our network uses WPA2 instead of being open.
        mqtt: Whether there is an MQTT broker in our network, set in the chip's settings.

    Raises:
        UsageError: WPA2 or a broker without our network.
    """

    kind: NetworkKind = NetworkKind.NONE
    protected: bool = False
    mqtt: bool = False

    def __post_init__(self) -> None:
        if self.kind is NetworkKind.OURS:
            return
        if self.mqtt:
            raise UsageError("a broker needs our network", hint="let the chip join ours")
        if self.protected:
            raise UsageError("WPA2 needs our network", hint="let the chip join ours")


NO_NETWORK = NetworkChoice()


@dataclass(frozen=True, slots=True)
class Online:
    """A chip's settings for a network, the network, and the openings to this computer.

    Attributes:
        choice: What was chosen.
        source: The chip, with settings for the network.
        air: The air it is in.
        network: The network.
        openings: The openings, which the thread that runs the chip has to poll.
        unknown: Names that the chip has asked for and that do not exist in the air.
    """

    choice: NetworkChoice
    source: LiveSource
    air: Air
    network: ChipNetwork
    openings: Openings
    unknown: Counter[str]

    def serve(self, port: int = 0) -> str:
        """Serve the chip's page at a port of this computer.

        Args:
            port: The port, 0 for a free one.

        Returns:
            Its address; empty for Tuya's firmware, which has no page.

        Raises:
            ListenError: The port is in use, or opening it is not permitted.
        """
        opened = self.openings.to_chip(HTTP, port)
        return "" if self.source.tuya else f"http://{LOOPBACK}:{opened}/"

    def view(self, page: str, messages: Messages) -> NetworkView:
        """What is known of the network at the moment.

        Args:
            page: Address of the chip's page on this computer, or an empty string.
            messages: What was published to its broker.
        """
        chip = self.network.chip_ip
        tried = [*self.unknown, *(address for _, address in self.network.host.refused)]
        return NetworkView(
            kind=str(self.choice.kind),
            protected=self.choice.protected,
            mqtt=messages.newest() if self.choice.mqtt else None,
            page=page,
            address=None if chip is None else ip_text(chip),
            tried=tuple(sorted(set(tried))[:_MOST_TRIED]),
        )

    def close(self) -> None:
        """Close all sockets."""
        self.openings.close()


def go_online(
    source: LiveSource,
    choice: NetworkChoice,
    *,
    names: Iterable[str] = (),
    capture: Capture | None = None,
    published: Callable[[str, bytes], None] = lambda _topic, _content: None,
) -> Online:
    """Put a copy of a chip into a network of the air. Nothing is opened to this computer yet.

    Args:
        source: The chip.
        choice: Which network; its kind is not ``NONE``.
        names: Names that our network knows, besides its broker's.
        capture: Receives all frames.
        published: Called with topic and content of each message that the broker gets.

    Raises:
        UnsupportedError: The chip shall join our network, and its firmware keeps its settings in a
            way that is not known here.
    """
    air = Air(capture)
    network = Network(OUR_SSID, OUR_PASSPHRASE if choice.protected else None)
    if choice.kind is not NetworkKind.OURS:
        its = ItsNetwork(air)
        return Online(choice, opening(source), air, its, Openings(its), Counter())
    broker = [BROKER_NAME] if choice.mqtt else []
    source = joining(source, network, (BROKER_NAME, BROKER_PORT) if broker else None)
    ours = OurNetwork(air, network, [*names, *broker])
    if broker:
        Broker(ours.host, published)
    if source.esphome:
        Portal(air, network, ours)
    return Online(choice, source, air, ours, Openings(ours), ours.unknown)


def chip_of(source: LiveSource, online: Online | None) -> LiveChip:
    """The chip, in its network if there is one; a socket that nobody would poll is closed."""
    if online is None:
        return LiveChip(source)
    try:
        return LiveChip(online.source, online.air)
    except BaseException:
        online.close()
        raise
