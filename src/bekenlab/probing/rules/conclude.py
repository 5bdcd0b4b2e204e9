"""All conclusions from the observations of one dump."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.probing.observations import Happening, Outcome
from bekenlab.probing.rules.commands import Coloured, coloured
from bekenlab.probing.rules.drivers import driver
from bekenlab.probing.rules.lamps import COLOURS, Lit, colours, whole
from bekenlab.probing.rules.meters import meter
from bekenlab.probing.rules.model import Conclusions, Confidence, PinConclusion, Seen, polarity_of
from bekenlab.probing.rules.switches import switches
from bekenlab.probing.sdk_inputs import sdk_inputs

if TYPE_CHECKING:
    from bekenlab.probing.observations import Observation, Observations, PinTrace

_PWM, _TEST, _BOOT = "PWM", "product-test", "boot"
_DIRECTIONS = ("in", "out")
_ONE_WHITE = 2  # channels of a lamp without colours
_FIRST_WHITE = 3


def conclude(observations: Observations) -> Conclusions:
    """What follows from observations. Nothing else is looked at."""
    found_driver, wires = driver(observations)
    lamp = () if wires else _lamp(observations)
    light = {pin.gpio for pin in (*wires, *lamp)}
    metering = tuple(pin for pin in meter(observations) if pin.gpio not in light)
    explained = light | {pin.gpio for pin in metering}
    own = sdk_inputs(observations.chip)
    others = [
        pin
        for pin in switches(observations, frozenset(explained), lamp=bool(light))
        if pin.gpio not in own or pin.confidence is not Confidence.ONE_OF
    ]
    pins = tuple(sorted((*wires, *lamp, *metering, *others), key=lambda pin: pin.gpio))
    return Conclusions(pins, found_driver, _set_up(observations))


def _set_up(observations: Observations) -> bool:
    """Whether any pin is set up but for those that the SDK sets up itself."""
    own = sdk_inputs(observations.chip)
    return any(
        trace.gpio not in own and (trace.after.direction in _DIRECTIONS or _has_pwm(trace))
        for seen in observations.experiments
        for trace in seen.pins
    )


def _has_pwm(trace: PinTrace) -> bool:
    return trace.before.share is not None or trace.after.share is not None or bool(trace.shares)


def _lamp(observations: Observations) -> tuple[PinConclusion, ...]:
    """The pins with a PWM, and their colours: as commands light them, else the product test."""
    tested = _tested(observations)
    told = coloured(observations)
    if not told:
        return tested or _uncoloured(observations)
    by_test = {pin.gpio: pin for pin in tested}
    found = {each.gpio: _told(each, by_test.get(each.gpio), told) for each in told}
    for pin in (*tested, *_uncoloured(observations)):
        if pin.channel not in {each.channel for each in found.values()}:
            found.setdefault(pin.gpio, pin)
    return tuple(found.values())


def _told(
    each: Coloured, tested: PinConclusion | None, told: tuple[Coloured, ...]
) -> PinConclusion:
    """A colour that a command lit; certain if the product test does not say otherwise."""
    whites = all(other.colour >= _FIRST_WHITE for other in told)
    channel = each.colour - _FIRST_WHITE + 1 if whites else each.colour + 1
    agrees = tested is not None and tested.channel == channel
    saw = f"P{each.gpio} alone is lit when {COLOURS[each.colour]} is asked for"
    return PinConclusion(
        each.gpio,
        _PWM,
        channel,
        polarity_of(each.active),
        Confidence.CERTAIN if agrees else Confidence.LIKELY,
        (),
        (Seen("local-control", saw), *(tested.evidence if tested and agrees else ())),
    )


def _tested(observations: Observations) -> tuple[PinConclusion, ...]:
    """The colours that the product test showed."""
    for seen in observations.named(_TEST):
        began = seen.when(Happening.TEST_BEGAN)
        if began is not None and seen.outcome in (Outcome.DONE, Outcome.RESTARTED):
            levels: dict[int, tuple[tuple[float, float], ...]] = {
                trace.gpio: trace.shares for trace in seen.pins if _is_pwm(trace)
            }
            lit = colours(levels, began, 1000 * seen.seconds)
            if lit:
                return tuple(_coloured(each, lit) for each in lit)
    return ()


def _is_pwm(trace: PinTrace) -> bool:
    return bool(trace.shares) and not trace.bursts


def _coloured(lit: Lit, all_lit: tuple[Lit, ...]) -> PinConclusion:
    colour = COLOURS[lit.colour]
    first = min(each.colour for each in all_lit)
    whites = len(all_lit) <= _ONE_WHITE
    sure = Confidence.CERTAIN if whole(all_lit) else Confidence.LIKELY
    saw = f"P{lit.channel} was lit alone {lit.at / 1000:.1f} s after it began, as {colour} is"
    return PinConclusion(
        lit.channel,
        _PWM,
        lit.colour - first + 1 if whites else lit.colour + 1,
        polarity_of(lit.active),
        sure,
        (),
        (Seen(_TEST, saw),),
    )


def _uncoloured(observations: Observations) -> tuple[PinConclusion, ...]:
    """Pins with a PWM whose colours were not seen: their channels are unknown."""
    where: dict[int, Observation] = {}
    for seen in observations.experiments:
        for trace in seen.pins:
            if _has_pwm(trace) and not trace.bursts:
                where.setdefault(trace.gpio, seen)
    return tuple(
        PinConclusion(
            gpio,
            _PWM,
            0,
            None,
            Confidence.LIKELY,
            (),
            (Seen(seen.name, f"a PWM drove P{gpio}"),),
        )
        for gpio, seen in sorted(where.items())
    )
