"""Records what the pins of a virtual chip do while it runs in short steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.live.two_wire import TwoWire
from bekenlab.probing.observations import PinSeen, PinTrace, WireTrace

if TYPE_CHECKING:
    from bekenlab.machine import Machine

#: Changes of a level in one step that count as a burst, e.g. of a message on two wires.
BURST = 12
_MOST_EDGES = 2000  # per pin
_MOST_SHARES = 4000
_MOST_MESSAGES = 1500
_MOST_PAIRS = 12
_NOTICED = 0.004  # of a share
_DIGITS = 4


class _Pin:
    """The record of one pin."""

    def __init__(self, before: PinSeen, since: float) -> None:
        self.before = before
        self.since = since
        self.edges: list[tuple[float, int]] = []
        self.bursts = 0
        self.shares: list[tuple[float, float]] = []

    def share(self, at: float, share: float) -> None:
        last = self.shares[-1][1] if self.shares else None
        if (last is None or abs(last - share) > _NOTICED) and len(self.shares) < _MOST_SHARES:
            self.shares.append((at, round(share, _DIGITS)))


class _Wire:
    """A decoder for two pins, and what it decoded."""

    def __init__(self, clock: int, data: int, levels: dict[int, int]) -> None:
        self.messages: list[tuple[float, str]] = []
        self.count = 0
        self._at = 0.0
        self._decoder = TwoWire(clock, data, self._heard)
        # In this order neither level begins a message.
        self._decoder.changed(data, levels.get(data, 0))
        self._decoder.changed(clock, levels.get(clock, 0))

    def feed(self, at: float, gpio: int, level: int) -> None:
        self._at = at
        self._decoder.changed(gpio, level)

    def _heard(self, message: bytes) -> None:
        self.count += 1
        text = message.hex()
        if (not self.messages or self.messages[-1][1] != text) and (
            len(self.messages) < _MOST_MESSAGES
        ):
            self.messages.append((self._at, text))


class Recorder:
    """Records edges, shares and messages of all pins.

    Args:
        machine: The chip; its listener for edges is used.
    """

    def __init__(self, machine: Machine) -> None:
        self._pins: dict[int, _Pin] = {}
        self._wires: dict[tuple[int, int], _Wire] = {}
        self._now: list[tuple[float, int, int]] = []
        self._levels: dict[int, int] = {}
        self._base = 0.0
        self._step_at = 0.0
        self._began = False
        self._machine = machine
        self.follow(machine, 0.0)
        self.step()

    def follow(self, machine: Machine, base: float) -> None:
        """Go on with a machine; ``base`` is the time at which it starts, in milliseconds."""
        self._machine = machine
        self._base = base - _milliseconds(machine)
        machine.listen_edges(self._edge)

    @property
    def at(self) -> float:
        """Milliseconds since the beginning."""
        return round(self._base + _milliseconds(self._machine), 1)

    def _edge(self, tick: int, gpio: int, level: int) -> None:
        at = self._base + 1000 * tick / self._machine.clock.hz
        self._now.append((round(at, 4), gpio, level))

    def step(self) -> None:
        """A step has ended: sort what happened in it."""
        by_pin: dict[int, list[tuple[float, int]]] = {}
        for at, gpio, level in self._now:
            by_pin.setdefault(gpio, []).append((at, level))
        now = self.at
        for gpio, state in self.states().items():
            edges = by_pin.get(gpio, [])
            record = self._pins.get(gpio)
            if record is None:
                before = replace(state, level=1 - edges[0][1]) if edges else state
                since = edges[0][0] if edges else self._step_at
                record = self._pins[gpio] = _Pin(before, since if self._began else 0.0)
            if state.share is not None:
                record.share(now, state.share)
            elif len(edges) >= BURST:
                record.share(now, _high(edges, self._step_at, now))
            elif record.shares:
                record.share(now, float(state.level))
            self._keep(record, edges)
            self._levels.setdefault(gpio, state.level)
        self._decode(by_pin)
        for _, gpio, level in self._now:
            self._levels[gpio] = level
        self._now = []
        self._step_at = now
        self._began = True

    def _keep(self, record: _Pin, edges: list[tuple[float, int]]) -> None:
        if len(edges) >= BURST or len(record.edges) + len(edges) > _MOST_EDGES:
            record.bursts += len(edges)
        else:
            record.edges.extend(edges)

    def _decode(self, by_pin: dict[int, list[tuple[float, int]]]) -> None:
        active = [gpio for gpio, edges in by_pin.items() if len(edges) > 1]
        for clock in (gpio for gpio in active if len(by_pin[gpio]) >= BURST):
            for data in (gpio for gpio in active if gpio != clock):
                if (clock, data) not in self._wires and len(self._wires) < _MOST_PAIRS:
                    self._wires[clock, data] = _Wire(clock, data, self._levels)
        for (clock, data), wire in self._wires.items():
            for at, gpio, level in self._now:
                if gpio in (clock, data):
                    wire.feed(at, gpio, level)

    def states(self) -> dict[int, PinSeen]:
        """The pins that the firmware has set up, as they are now."""
        found = {}
        for pin in self._machine.pins():
            if pin.touched:
                pwm = self._machine.pwm(pin.gpio)
                found[pin.gpio] = PinSeen(
                    pin.direction,
                    pin.level,
                    pin.pull,
                    round(pwm.duty, _DIGITS) if pwm else None,
                    round(pwm.hz, 1) if pwm else None,
                    pin.interrupt,
                )
        return found

    def pins(self) -> tuple[PinTrace, ...]:
        """The record of each pin, in order of number."""
        after = self.states()
        return tuple(
            PinTrace(
                gpio,
                record.before,
                after.get(gpio, record.before),
                tuple(record.edges),
                record.bursts,
                tuple(record.shares),
                record.since,
            )
            for gpio, record in sorted(self._pins.items())
        )

    def set_up(self) -> tuple[int, ...]:
        """The pins in the order in which the firmware set them up, of the latest machine."""
        return self._machine.board.gpio.set_up

    def wires(self) -> tuple[WireTrace, ...]:
        """The messages on each pair of pins."""
        return tuple(
            WireTrace(clock, data, tuple(wire.messages), wire.count)
            for (clock, data), wire in sorted(self._wires.items())
            if wire.messages
        )


def _milliseconds(machine: Machine) -> float:
    return 1000 * machine.clock.now / machine.clock.hz


def _high(edges: list[tuple[float, int]], begin: float, end: float) -> float:
    """Share of a time in which a pin was high."""
    level, at, high = 1 - edges[0][1], begin, 0.0
    for when, new in edges:
        high += level * (when - at)
        level, at = new, when
    high += level * (end - at)
    return min(1.0, max(0.0, high / max(1e-9, end - begin)))
