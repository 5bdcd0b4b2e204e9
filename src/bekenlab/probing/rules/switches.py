"""Relays, their buttons and their LEDs, from what presses did.

* An output that is quiet by itself and changes at a press is a relay, or an LED that shows its
  state. What blinks somewhere is an LED.
* The input that was pressed is its button; one that moves several is the button for all.
* A pin that blinks by itself shows the state of the network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bekenlab.probing.observations import Outcome
from bekenlab.probing.rules.commands import Switched, switched
from bekenlab.probing.rules.levels import blinks, interval, rest_of_light, rest_of_output
from bekenlab.probing.rules.model import Confidence, PinConclusion, Seen, polarity_of
from bekenlab.probing.rules.reactions import Reaction, other_rhythm, reactions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bekenlab.probing.observations import Observation, Observations

_LONG = "press-long"
_REL, _LED, _BTN, _ALL, _WIFI = "Rel", "LED", "Btn", "Btn_Tgl_All", "WifiLED"
_OTHER_BUTTON = "Btn_ScriptOnly"
_LAST = 99
_CLICKS = 450.0  # milliseconds


@dataclass(frozen=True, slots=True)
class Press:
    """A press, and the outputs it moved.

    Attributes:
        seen: The experiment.
        gpio: The input.
        level: The level of the press.
        moved: The outputs, in the order of moving.
    """

    seen: Observation
    gpio: int
    level: int
    moved: tuple[Reaction, ...]

    @property
    def name(self) -> str:
        """Name of the experiment, with its pin."""
        return named(self.seen)


@dataclass(frozen=True, slots=True)
class Group:
    """A relay and the LEDs that show its state.

    Attributes:
        relay: GPIO of the relay.
        leds: GPIOs of the LEDs.
        sure: How sure it is which of them is the relay.
    """

    relay: int
    leds: tuple[int, ...]
    sure: Confidence


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What the rules look at.

    Attributes:
        start: The start of the firmware.
        test: Its product test, or None.
        control: The run in which nothing is pressed.
        presses: All presses.
        blinking: The experiment in which a pin blinked, by pin.
        told: The outputs that switches of local control move, by pin.
    """

    start: Observation
    test: Observation | None
    control: Observation
    presses: tuple[Press, ...]
    blinking: dict[int, str]
    told: dict[int, Switched]

    @property
    def acting(self) -> list[Press]:
        """The presses that moved outputs which are no lights, without long ones: those reset."""
        return [
            each
            for each in self.presses
            if each.seen.name != _LONG and any(self.switches(moved) for moved in each.moved)
        ]

    def switches(self, moved: Reaction) -> bool:
        """Whether an output may be a relay."""
        return moved.gpio not in self.blinking

    def place(self, gpio: int) -> int:
        """When the firmware set a pin up, as a number of order."""
        order = self.start.set_up
        return order.index(gpio) if gpio in order else _LAST + gpio

    def rest(self, gpio: int) -> int:
        """The level at which an output is off."""
        told = self.told.get(gpio)
        if told is not None and told.on is not None:
            return 1 - told.on
        return rest_of_output(self.test, self.start, gpio)


def switches(
    observations: Observations, ignored: frozenset[int], *, lamp: bool = False
) -> tuple[PinConclusion, ...]:
    """The relays, buttons and LEDs of a plug or switch.

    Args:
        observations: The experiments.
        ignored: Pins that other rules explain.
        lamp: Whether it is a lamp, whose switch moves no relay.
    """
    seen = _evidence(observations)
    if seen is None:
        return ()
    if lamp:
        seen = replace(seen, told={})
    groups = _groups(seen)
    channels = _channels(groups, seen)
    found = [
        *(pin for group in groups for pin in _outputs(group, channels[group.relay], seen)),
        *_buttons(groups, channels, seen),
        *_pairing_buttons(seen),
        *_network_leds(seen),
    ]
    return tuple(pin for pin in found if pin.gpio not in ignored)


def named(seen: Observation) -> str:
    """Name of an experiment, with its pin."""
    return seen.name if seen.gpio is None else f"{seen.name} P{seen.gpio}"


def _evidence(observations: Observations) -> _Evidence | None:
    by_name = {each.name: each for each in reversed(observations.experiments)}
    start, control = by_name.get("boot"), by_name.get("control")
    if start is None or control is None or control.outcome is not Outcome.DONE:
        return None
    presses = []
    for seen in observations.experiments:
        trace = seen.pin(seen.gpio) if seen.gpio is not None else None
        if trace is not None and seen.outcome in (Outcome.DONE, Outcome.RESTARTED):
            moved = reactions(seen, control)
            presses.append(Press(seen, trace.gpio, 1 - trace.before.level, moved))
    test = by_name.get("product-test")
    blinking = _blinking(observations)
    told = {each.gpio: each for each in switched(observations) if each.gpio not in blinking}
    return _Evidence(start, test, control, tuple(presses), blinking, told)


def _blinking(observations: Observations) -> dict[int, str]:
    """Pins that blink, and where. In a product test relays may click, but not so fast."""
    found: dict[int, str] = {}
    for seen in observations.experiments:
        for trace in seen.pins:
            rhythm = interval(trace)
            slow = seen.name == "product-test" and rhythm is not None and rhythm > _CLICKS
            if trace.gpio != seen.gpio and rhythm is not None and not slow:
                found.setdefault(trace.gpio, named(seen))
    return found


def _groups(seen: _Evidence) -> list[Group]:
    """Outputs by what moves them: each lot is relays, and LEDs that show their state.

    A data point of local control moves one relay; an input may move several.
    """
    causes: dict[int, set[int]] = {}
    for press in seen.acting:
        for moved in filter(seen.switches, press.moved):
            if moved.gpio in seen.told:
                continue
            causes.setdefault(moved.gpio, set()).add(press.gpio)
    lots: dict[frozenset[int], list[int]] = {}
    for gpio, inputs in causes.items():
        lots.setdefault(frozenset(inputs), []).append(gpio)
    points: dict[int, list[int]] = {}
    for gpio, told in seen.told.items():
        points.setdefault(told.point, []).append(gpio)
    by_point = [_of_one(lot, seen) for _, lot in sorted(points.items())]
    return [*by_point, *(group for lot in lots.values() for group in _split(lot, seen))]


def _of_one(lot: Sequence[int], seen: _Evidence) -> Group:
    """The relay and its LEDs, of outputs that one data point moves."""
    if len(lot) == 1:
        told = seen.told[lot[0]]
        return Group(lot[0], (), Confidence.LIKELY if told.on is None else Confidence.CERTAIN)
    low = [gpio for gpio in sorted(lot, key=seen.place) if not seen.rest(gpio)]
    if len(low) == 1:
        return Group(low[0], tuple(gpio for gpio in lot if gpio != low[0]), Confidence.LIKELY)
    relay = min(low or lot, key=seen.place)
    return Group(relay, tuple(gpio for gpio in lot if gpio != relay), Confidence.ONE_OF)


def _split(lot: Sequence[int], seen: _Evidence) -> list[Group]:
    """Tell relays from LEDs among outputs that move at the same presses.

    Where half of them are off when high, those are the LEDs: relays are off when low, and most LEDs
    on. Of two alike, the firmware sets up the relay first. Three or more are relays.
    """
    ordered = sorted(lot, key=seen.place)
    if len(lot) == 1:
        return [Group(lot[0], (), _sure_alone(lot[0], seen))]
    low = [gpio for gpio in ordered if not seen.rest(gpio)]
    high = [gpio for gpio in ordered if seen.rest(gpio)]
    if low and len(high) == len(low):
        return [
            Group(relay, (led,), Confidence.LIKELY) for relay, led in zip(low, high, strict=True)
        ]
    if len(low) == 1:
        return [Group(low[0], tuple(high), Confidence.LIKELY)]
    if len(lot) == 2:
        return [Group(ordered[0], (ordered[1],), Confidence.ONE_OF)]
    return [Group(gpio, (), Confidence.LIKELY) for gpio in ordered]


def _sure_alone(gpio: int, seen: _Evidence) -> Confidence:
    """One output at a button: certain if it stays at its new level, and is off when low."""
    stays = any(
        moved.toggled for press in seen.acting for moved in press.moved if moved.gpio == gpio
    )
    return Confidence.CERTAIN if stays and not seen.rest(gpio) else Confidence.LIKELY


def _channels(groups: Iterable[Group], seen: _Evidence) -> dict[int, int]:
    """Channel by relay: the order of writes in one press of several, else of setting them up."""
    most = max(seen.acting, key=lambda press: len(press.moved), default=None)
    written = [moved.gpio for moved in most.moved] if most is not None else []

    def order(group: Group) -> tuple[int, int]:
        if group.relay in seen.told:
            return -1, seen.told[group.relay].point
        if len(written) > 1 and group.relay in written:
            return 0, written.index(group.relay)
        return 1, seen.place(group.relay)

    ordered = sorted(groups, key=order)
    return {group.relay: channel for channel, group in enumerate(ordered, start=1)}


def _outputs(group: Group, channel: int, seen: _Evidence) -> list[PinConclusion]:
    found = []
    for gpio in (group.relay, *group.leds):
        told = seen.told.get(gpio)
        role = _REL if gpio == group.relay else _LED
        others = (_LED if role == _REL else _REL,) if group.sure is Confidence.ONE_OF else ()
        evidence = tuple(
            Seen(press.name, f"P{gpio} became {_word(moved.edges[0][1])}{_then(moved)}")
            for press in seen.acting
            for moved in press.moved
            if moved.gpio == gpio
        )
        if told is not None:
            moves = "gave a pulse" if told.on is None else f"is {_word(told.on)} when it is on"
            said = Seen("local-control", f"data point {told.point}: P{gpio} {moves}")
            evidence = (said, *evidence)
        active = polarity_of(1 - seen.rest(gpio))
        found.append(PinConclusion(gpio, role, channel, active, group.sure, others, evidence))
    return found


def _then(moved: Reaction) -> str:
    when = " when it was released" if moved.released else ""
    if moved.toggled:
        return f"{when} and stayed so"
    return f"{when} and changed {len(moved.edges)} times"


def _word(level: int) -> str:
    return "high" if level else "low"


def _buttons(
    groups: Sequence[Group], channels: dict[int, int], seen: _Evidence
) -> list[PinConclusion]:
    found: dict[int, PinConclusion] = {}
    for press in seen.acting:
        own = [
            channels[group.relay]
            for group in groups
            if any(moved.gpio == group.relay for moved in press.moved)
        ]
        if not own:
            continue
        total = len(own) > 1
        alone = len(groups) == 1
        moved = ", ".join(f"P{each.gpio}" for each in press.moved)
        conclusion = PinConclusion(
            press.gpio,
            _ALL if total else _BTN,
            0 if total else own[0],
            polarity_of(press.level),
            # With one relay, the button for all does the same as the button for one.
            Confidence.LIKELY if alone else Confidence.CERTAIN,
            (_ALL,) if alone else (),
            (Seen(press.name, f"{moved} moved"),),
        )
        found.setdefault(press.gpio, conclusion)
    return list(found.values())


def _pairing_buttons(seen: _Evidence) -> list[PinConclusion]:
    """Inputs that switch nothing, but restart the device or change what blinks."""
    known = {press.gpio for press in seen.acting}
    found: dict[int, PinConclusion] = {}
    for press in seen.presses:
        others = [*other_rhythm(press.seen, seen.control), *(each.gpio for each in press.moved)]
        restarted = press.seen.outcome is Outcome.RESTARTED
        if press.gpio in known or not (restarted or others):
            continue
        pins = ", ".join(f"P{gpio}" for gpio in others)
        saw = "the firmware restarted" if restarted else f"{pins} moved otherwise than before"
        conclusion = PinConclusion(
            press.gpio,
            _BTN,
            1,
            polarity_of(press.level),
            Confidence.LIKELY,
            (_ALL, _OTHER_BUTTON),
            (Seen(press.name, saw),),
        )
        found.setdefault(press.gpio, conclusion)
    return list(found.values())


def _network_leds(seen: _Evidence) -> list[PinConclusion]:
    found = []
    for gpio, where in sorted(seen.blinking.items()):
        rest = _rest_of_led(gpio, seen)
        active = polarity_of(1 - rest)
        evidence = (Seen(where, f"P{gpio} blinked"),)
        found.append(PinConclusion(gpio, _WIFI, 0, active, Confidence.LIKELY, (_LED,), evidence))
    return found


def _rest_of_led(gpio: int, seen: _Evidence) -> int:
    for run in (seen.start, seen.control):
        trace = run.pin(gpio)
        if trace is not None and blinks(trace):
            return rest_of_light(trace, run.seconds)
    return rest_of_output(None, seen.start, gpio)
