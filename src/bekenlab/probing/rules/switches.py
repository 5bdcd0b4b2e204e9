"""Relays, their buttons and their LEDs, from what presses did.

* An output that is quiet by itself and changes at a press is a relay, or an LED that shows its
  state. What blinks somewhere is an LED.
* The input that was pressed is its button; one that moves several is the button for all.
* A pin that blinks by itself shows the state of the network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bekenlab.probing.rules.evidence import Evidence, evidence_of
from bekenlab.probing.rules.model import Confidence, PinConclusion, Seen, polarity_of
from bekenlab.probing.rules.others import (
    lamp_supplies,
    network_leds,
    other_inputs,
    pairing_buttons,
    tested_outputs,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bekenlab.probing.observations import Observations
    from bekenlab.probing.rules.reactions import Reaction

_REL, _LED, _BTN, _ALL = "Rel", "LED", "Btn", "Btn_Tgl_All"
_SUPPLY = "AlwaysHigh"


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


def switches(
    observations: Observations, ignored: frozenset[int], *, lamp: bool = False
) -> tuple[PinConclusion, ...]:
    """The relays, buttons and LEDs of a plug or switch.

    Args:
        observations: The experiments.
        ignored: Pins that other rules explain.
        lamp: Whether it is a lamp, whose switch moves no relay.
    """
    seen = evidence_of(observations)
    if seen is None:
        return ()
    if lamp:
        seen = replace(seen, told={})
    groups = _groups(seen)
    channels = _channels(groups, seen)
    found = [
        *(pin for group in groups for pin in _outputs(group, channels[group.relay], seen)),
        *_buttons(groups, channels, seen),
        *pairing_buttons(seen),
        *network_leds(seen),
    ]
    if lamp:
        found = [_of_a_lamp(pin) for pin in found]
    known = {pin.gpio for pin in found} | ignored
    found += other_inputs(seen, known)
    found += lamp_supplies(seen, known) if lamp else tested_outputs(seen, known)
    return tuple(pin for pin in found if pin.gpio not in ignored)


def _of_a_lamp(pin: PinConclusion) -> PinConclusion:
    """What a lamp's button switches beside its light is mostly the supply of its LEDs."""
    if pin.role not in (_REL, _LED):
        return pin
    others = tuple({*pin.alternatives, _REL, _LED, _SUPPLY} - {pin.role})
    return replace(pin, confidence=Confidence.ONE_OF, alternatives=tuple(sorted(others)))


def _groups(seen: Evidence) -> list[Group]:
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


def _of_one(lot: Sequence[int], seen: Evidence) -> Group:
    """The relay and its LEDs, of outputs that one data point moves."""
    if len(lot) == 1:
        told = seen.told[lot[0]]
        return Group(lot[0], (), Confidence.LIKELY if told.on is None else Confidence.CERTAIN)
    low = [gpio for gpio in sorted(lot, key=seen.place) if not seen.rest(gpio)]
    if len(low) == 1:
        return Group(low[0], tuple(gpio for gpio in lot if gpio != low[0]), Confidence.LIKELY)
    relay = min(low or lot, key=seen.place)
    return Group(relay, tuple(gpio for gpio in lot if gpio != relay), Confidence.ONE_OF)


def _split(lot: Sequence[int], seen: Evidence) -> list[Group]:
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


def _sure_alone(gpio: int, seen: Evidence) -> Confidence:
    """One output at a button: certain if it stays at its new level, and is off when low."""
    stays = any(
        moved.toggled for press in seen.acting for moved in press.moved if moved.gpio == gpio
    )
    return Confidence.CERTAIN if stays and not seen.rest(gpio) else Confidence.LIKELY


def _channels(groups: Iterable[Group], seen: Evidence) -> dict[int, int]:
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


def _outputs(group: Group, channel: int, seen: Evidence) -> list[PinConclusion]:
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
    groups: Sequence[Group], channels: dict[int, int], seen: Evidence
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
