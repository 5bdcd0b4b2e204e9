"""What was seen of a chip's pins in experiments: plain records, which the rules conclude from.

Records hold pins, levels and times only: nothing of what is stored in the dump, and no text of its
log. They can be saved as JSON and read again, and the rules come to the same conclusions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How an experiment ended.

    ``RESTARTED``: the firmware restarted the chip on the way, which was followed.
    ``OUT_OF_TIME``: real time ran out, so that what was not seen says nothing.
    ``UNANSWERED``: the firmware did not take part, e.g. in its product test.
    """

    DONE = "done"
    RESTARTED = "restarted"
    STOPPED = "stopped"
    OUT_OF_TIME = "out-of-time"
    UNANSWERED = "unanswered"


class Happening(StrEnum):
    """What happened at a moment of an experiment."""

    PRESSED = "pressed"
    RELEASED = "released"
    RESTARTED = "restarted"
    TEST_BEGAN = "test-began"


@dataclass(frozen=True, slots=True)
class PinSeen:
    """A pin at a moment.

    Attributes:
        direction: ``"in"``, ``"out"``, ``"function"`` or ``"off"``.
        level: 0 or 1.
        pull: ``"up"``, ``"down"`` or None.
        share: Share of the time in which it is high, if a PWM drives it; else None.
        hz: Frequency of that PWM, else None.
        interrupt: ``"rising"``, ``"falling"``, ``"low"`` or ``"high"``, if the firmware lets the
            pin interrupt then; else None.
    """

    direction: str
    level: int
    pull: str | None = None
    share: float | None = None
    hz: float | None = None
    interrupt: str | None = None


@dataclass(frozen=True, slots=True)
class PinTrace:
    """A pin in an experiment.

    Attributes:
        gpio: GPIO number.
        before: At the beginning.
        after: At the end.
        edges: Changes of its level, as (milliseconds since the beginning, new level), without
            those of bursts.
        bursts: Number of changes in bursts: more than a few within some milliseconds.
        shares: Share of the time in which it was high, as (milliseconds, share), for a pin with a
            PWM or bursts; an entry where it changed.
        since: Milliseconds until the firmware had set it up; 0 if that was before the beginning.
    """

    gpio: int
    before: PinSeen
    after: PinSeen
    edges: tuple[tuple[float, int], ...] = ()
    bursts: int = 0
    shares: tuple[tuple[float, float], ...] = ()
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class WireTrace:
    """Messages decoded from two pins, taken as clock and data.

    Attributes:
        clock: GPIO of the clock.
        data: GPIO of the data.
        messages: (milliseconds, bytes in hexadecimal), an entry where they changed.
        count: Number of all messages.
    """

    clock: int
    data: int
    messages: tuple[tuple[float, str], ...]
    count: int


@dataclass(frozen=True, slots=True)
class CommandTrace:
    """A command of local control, and which pins moved.

    Attributes:
        asks: What the command asks for: ``"red"``, ``"green"``, ``"blue"``, ``"cold"``, ``"warm"``,
            ``"white"``, ``"on"``, ``"off"``, or ``""``.
        points: Data points that were set, as (number, value).
        moves: Pins that moved, as (number, share before, share after, changes of level).
    """

    asks: str
    points: tuple[tuple[int, bool | int | str], ...]
    moves: tuple[tuple[int, float, float, int], ...]


@dataclass(frozen=True, slots=True)
class MeterWires:
    """How the wires of a power meter are connected.

    Attributes:
        cf: GPIO that gets pulses of power.
        cf1: GPIO that gets pulses of voltage or current.
        sel: GPIO that selects which.
        voltage: The level of ``sel`` at which they are of voltage.
    """

    cf: int
    cf1: int
    sel: int
    voltage: int


@dataclass(frozen=True, slots=True)
class Observation:
    """One experiment.

    Attributes:
        name: Which one, e.g. ``"control"``, ``"press-short"``.
        gpio: The pin that was driven, or None.
        outcome: How it ended.
        seconds: Device time.
        moments: What happened when, as (milliseconds, what).
        pins: The pins that the firmware has set up.
        wires: Messages on pairs of pins.
        commands: Commands of local control.
        set_up: The pins that the firmware has set up, in the order in which it first did.
        edited: Names of what was changed in the storage of a copy for it.
        meter: How a simulated power meter was connected, or None without one.
    """

    name: str
    gpio: int | None
    outcome: Outcome
    seconds: float
    moments: tuple[tuple[float, Happening], ...] = ()
    pins: tuple[PinTrace, ...] = ()
    wires: tuple[WireTrace, ...] = ()
    commands: tuple[CommandTrace, ...] = ()
    set_up: tuple[int, ...] = ()
    edited: tuple[str, ...] = ()
    meter: MeterWires | None = None

    def pin(self, gpio: int) -> PinTrace | None:
        """The trace of a pin, or None."""
        return next((each for each in self.pins if each.gpio == gpio), None)

    def when(self, happening: Happening) -> float | None:
        """Milliseconds until something happened for the first time, or None."""
        return next((at for at, what in self.moments if what is happening), None)


@dataclass(frozen=True, slots=True)
class Observations:
    """All experiments with one dump.

    Attributes:
        chip: Name of the chip.
        experiments: The experiments, in the order of the plan.
    """

    chip: str
    experiments: tuple[Observation, ...]

    def named(self, name: str) -> tuple[Observation, ...]:
        """The experiments of a name."""
        return tuple(each for each in self.experiments if each.name == name)
