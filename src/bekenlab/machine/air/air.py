"""The medium: frames of machines and peers, one after the other, in virtual time."""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeAlias

from bekenlab.machine.air.kept import KeptAttributes, freeze, thaw
from bekenlab.machine.devices.base import State, int_of
from bekenlab.machine.devices.mac.airtime import FCS, Rate, exchange
from bekenlab.machine.devices.mac.antenna import Received
from bekenlab.machine.errors import SnapshotError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bekenlab.machine.air.capture import Capture
    from bekenlab.machine.air.kept import Kept
    from bekenlab.machine.clock import Clock
    from bekenlab.machine.machine import Machine

_STEP = "air"
_MICROSECONDS = 1_000_000
#: Peers send at 6 Mbit/s, which every device receives.
PEER_RATE = Rate(4)
_SPACING = 50  # DIFS, and a little of a contention window
_TRIES, _RETRY_AFTER = 7, 1000
_GROUP = 1
STRENGTH = -40
_FIRST = 0


class Peer(Protocol):
    """What else is in the air: an access point, a station."""

    def acknowledges(self, address: bytes) -> bool:
        """Whether frames to this address are for it."""
        ...

    def hear(self, frame: bytes) -> None:
        """A frame was sent to one of its addresses or to a group."""
        ...

    def restarted(self) -> None:
        """The machine was replaced by one that starts anew."""
        ...


@dataclass(slots=True)
class _Outgoing:
    peer: Peer
    frame: bytes
    tries: int
    lost: Callable[[], None] | None


#: When it happens (microseconds), in which order, the name of what happens, and arguments.
_Event: TypeAlias = tuple[int, int, str, "tuple[int | bytes, ...]"]


class _Seat:
    """The antenna of one machine."""

    def __init__(self, air: Air, place: int) -> None:
        self._air = air
        self._place = place

    def reserve(self, microseconds: int) -> int:
        """See :class:`bekenlab.machine.devices.mac.Antenna`."""
        return self._air.reserve(microseconds)

    def transmit(self, frame: bytes, rate: Rate) -> bool:
        """See :class:`bekenlab.machine.devices.mac.Antenna`."""
        return self._air.transmit(frame, rate, self._place)


class Air(KeptAttributes):
    """An air that machines and peers share.

    Its time is that of the machine at place 0. Whoever runs several machines keeps them together
    with :meth:`time_of`; frames reach the others at once, whatever their own time is.

    Args:
        capture: Receives every frame, or None.

    Attributes:
        lost: Frames that nobody acknowledged.
    """

    kept: ClassVar[Mapping[str, str]] = {
        "lost": "int",
        "_bases": "dict",
        "_busy_until": "int",
        "_serial": "int",
        "_sending": "bool",
    }

    def __init__(self, capture: Capture | None = None) -> None:
        self.lost = 0
        self._capture = capture
        self._peers: list[Peer] = []
        self._machines: dict[int, Machine] = {}
        self._bases: dict[int, int] = {_FIRST: 0}
        self._busy_until = 0
        self._events: list[_Event] = []
        self._handlers: dict[str, Callable[..., None]] = {}
        self._parts: dict[str, Kept] = {}
        self._serial = 0
        self._outgoing: deque[_Outgoing] = deque()
        self._sending = False
        self.handle("sent", self._was_sent)
        self.handle("again", self._again)

    # time -------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """Microseconds since the air was made; it stands still without a machine at place 0."""
        return self.time_of(_FIRST)

    def time_of(self, place: int) -> int:
        """The time at which the machine at a place is."""
        machine = self._machines.get(place)
        base = self._bases[place]
        return base if machine is None else base + _microseconds(machine.clock)

    def handle(self, name: str, handler: Callable[..., None]) -> None:
        """Register what happens at an event of this name, see :meth:`after`."""
        self._handlers[name] = handler

    def after(self, microseconds: int, name: str, *arguments: int | bytes) -> None:
        """Let something happen at a later time: its handler is called with these arguments."""
        if name not in self._handlers:
            raise KeyError(name)
        self._serial += 1
        at = self.now + max(1, microseconds)
        heapq.heappush(self._events, (at, self._serial, name, arguments))
        self._plan()

    def _plan(self) -> None:
        machine = self._machines.get(_FIRST)
        if machine is None or not self._events:
            return
        hz = machine.clock.hz
        ticks = -(-(self._events[0][0] - self._bases[_FIRST]) * hz // _MICROSECONDS)
        machine.clock.at(_STEP, max(ticks, machine.clock.now + 1))

    def _step(self, _due: int) -> None:
        while self._events and self._events[0][0] <= self.now:
            _, _, name, arguments = heapq.heappop(self._events)
            self._handlers[name](*arguments)
        self._plan()

    # who is in it -----------------------------------------------------------------------------

    def add(self, peer: Peer) -> None:
        """Add a peer."""
        self._peers.append(peer)

    def keep(self, name: str, part: Kept) -> str:
        """Let snapshots hold the state of a part; returns a name that is only its own."""
        name = f"{name}{len(self._parts)}"
        self._parts[name] = part
        return name

    @property
    def machines(self) -> dict[int, Machine]:
        """The machines by place."""
        return dict(self._machines)

    def join(self, machine: Machine, place: int = _FIRST) -> None:
        """Connect a machine; it replaces the one at its place, e.g. after a reset.

        Frames are exchanged while it runs. Its time continues that of the air.
        """
        if place in self._machines:
            self.leave(place)
            if not self._machines:
                for peer in self._peers:
                    peer.restarted()
        self._bases.setdefault(place, self.now)
        self._bases[place] -= _microseconds(machine.clock)
        self._machines[place] = machine
        machine.clock.handle(_STEP, self._step)
        machine.board.mac.connect(_Seat(self, place))
        self._plan()

    def leave(self, place: int = _FIRST) -> None:
        """Disconnect a machine."""
        now = self.time_of(place)
        machine = self._machines.pop(place, None)
        if machine is not None:
            machine.board.mac.connect(None)
            machine.clock.cancel(_STEP)
            self._bases[place] = now

    # frames of machines -----------------------------------------------------------------------

    def reserve(self, microseconds: int) -> int:
        """Wait for the medium; returns the microseconds until a frame of this length has ended."""
        start = max(self.now, self._busy_until) + _SPACING
        self._busy_until = start + microseconds
        return self._busy_until - self.now

    def transmit(self, frame: bytes, rate: Rate, place: int) -> bool:
        """Send a frame of the machine at a place; returns whether it was acknowledged."""
        self._record(frame, rate)
        return self._spread(frame, rate, None, place)

    # peers ------------------------------------------------------------------------------------

    def send(self, peer: Peer, frame: bytes, *, lost: Callable[[], None] | None = None) -> None:
        """Send a frame of a peer, after those that wait already.

        Args:
            peer: The sender.
            frame: The frame, without FCS.
            lost: Called if nobody acknowledges it, although it is not to a group.
        """
        self._outgoing.append(_Outgoing(peer, frame, _TRIES, lost))
        self._next()

    def _next(self) -> None:
        """Send the first frame that waits, unless one is being sent."""
        if self._sending or not self._outgoing:
            return
        self._sending = True
        frame = self._outgoing[0].frame
        group = frame[4] & _GROUP
        length = len(frame) + FCS
        self.after(self.reserve(exchange(PEER_RATE, length, acknowledged=not group)), "sent")

    def _was_sent(self) -> None:
        self._sending = False
        each = self._outgoing[0]
        self._record(each.frame, PEER_RATE)
        if not self._spread(each.frame, PEER_RATE, each.peer, None) and not each.frame[4] & _GROUP:
            each.tries -= 1
            if each.tries:
                self._sending = True
                self.after(_RETRY_AFTER << (_TRIES - each.tries), "again")
                return
            self.lost += 1
            if each.lost is not None:
                each.lost()
        self._outgoing.popleft()
        self._next()

    def _again(self) -> None:
        self._sending = False
        self._next()

    def _spread(self, frame: bytes, rate: Rate, sender: Peer | None, place: int | None) -> bool:
        """Give a frame to all who hear it; returns whether its receiver acknowledged it."""
        to = frame[4:10]
        group = bool(to[0] & _GROUP)
        heard = False
        for other, machine in sorted(self._machines.items()):
            if other != place:
                received = Received(frame, rate, STRENGTH, self.time_of(other))
                heard |= machine.board.mac.receive(received)
        for peer in tuple(self._peers):
            if peer is not sender and (group or peer.acknowledges(to)):
                heard = True
                peer.hear(frame)
        return heard

    # snapshots --------------------------------------------------------------------------------

    def save(self) -> State:
        """Its state and that of its parts; see ``machine.air.snapshot``.

        Raises:
            SnapshotError: It holds something that cannot be saved.
        """
        if any(each.lost is not None for each in self._outgoing):
            raise SnapshotError("Somebody waits for the fate of a frame.")
        outgoing = [
            (self._peers.index(each.peer), each.frame, each.tries) for each in self._outgoing
        ]
        return {
            **super().save(),
            "events": freeze(self._events),
            "outgoing": freeze(outgoing),
            "parts": {name: part.save() for name, part in self._parts.items()},
        }

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned, into an air with the same parts."""
        parts = state["parts"]
        if not isinstance(parts, dict) or parts.keys() != self._parts.keys():
            raise ValueError("other parts")
        super().load(state)
        self._events = thaw(state["events"], "list")
        if any(name not in self._handlers for _, _, name, _ in self._events):
            raise ValueError("an event of another air")
        self._outgoing = deque(
            _Outgoing(self._peers[int_of(peer)], frame, int_of(tries), None)
            for peer, frame, tries in thaw(state["outgoing"], "list")
        )
        for name, part in self._parts.items():
            part.load(parts[name])
        self._plan()

    def _record(self, frame: bytes, rate: Rate) -> None:
        if self._capture is not None:
            self._capture.add(self.now, frame, rate, STRENGTH)


def _microseconds(clock: Clock) -> int:
    return clock.now * _MICROSECONDS // clock.hz
