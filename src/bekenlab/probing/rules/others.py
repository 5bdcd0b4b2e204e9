"""Buttons that switch nothing, the LED of the network, and inputs that show nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.probing.observations import Happening, Outcome
from bekenlab.probing.rules.levels import blinks, high_share, rest_of_light, rest_of_output
from bekenlab.probing.rules.model import Confidence, PinConclusion, Seen, polarity_of
from bekenlab.probing.rules.reactions import dimmed, other_rhythm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.probing.rules.evidence import Evidence, Press

_LED, _BTN, _ALL, _WIFI = "LED", "Btn", "Btn_Tgl_All", "WifiLED"
_OTHER_BUTTON = "Btn_ScriptOnly"
_SENSOR, _OTHER_INPUTS = "dInput", ("Btn", "IRRecv", "BL0937CF", "BL0937CF1")
_BATTERY, _REL, _HELD = "BAT_Relay", "Rel", "AlwaysHigh"
_RESTARTED = "the firmware restarted"
_JUST_BEFORE = 100.0  # milliseconds: what announces the test may be printed a little later
_MOMENTS = 0.1  # of the time


def pairing_buttons(seen: Evidence) -> list[PinConclusion]:
    """Inputs that switch nothing, but restart the device, dim its light or change what blinks."""
    known = {press.gpio for press in seen.acting}
    found: dict[int, PinConclusion] = {}
    for press in seen.presses:
        others = [
            *other_rhythm(press.seen, seen.control),
            *dimmed(press.seen, seen.control),
            *(each.gpio for each in press.moved),
        ]
        restarted = press.seen.outcome is Outcome.RESTARTED
        if press.gpio in known or not (restarted or others):
            continue
        pins = ", ".join(f"P{gpio}" for gpio in others)
        saw = _RESTARTED if restarted else f"{pins} moved otherwise than before"
        # A button needs a pull; what has none is driven by its part.
        sensed = _pull(press) is None and not restarted
        conclusion = PinConclusion(
            press.gpio,
            _SENSOR if sensed else _BTN,
            0 if sensed else 1,
            polarity_of(press.level),
            Confidence.ONE_OF if sensed else Confidence.LIKELY,
            (_BTN,) if sensed else (_ALL, _OTHER_BUTTON),
            (Seen(press.name, saw),),
        )
        found.setdefault(press.gpio, conclusion)
    return [_beside_another(pin, found.values()) for pin in found.values()]


def _beside_another(pin: PinConclusion, others: Iterable[PinConclusion]) -> PinConclusion:
    """Where another input restarts the device, that is the button; this may be anything."""
    restart = [each.gpio for each in others if each.evidence[0].saw == _RESTARTED]
    if pin.role != _BTN or not restart or pin.gpio in restart:
        return pin
    return replace(pin, confidence=Confidence.ONE_OF, alternatives=(*pin.alternatives, _SENSOR))


def other_inputs(seen: Evidence, known: set[int]) -> list[PinConclusion]:
    """Inputs that moved nothing: they are set up for something."""
    found: dict[int, PinConclusion] = {}
    for press in seen.presses:
        if press.gpio not in known:
            pull = _pull(press)
            what = f"an input pulled {pull}" if pull else "an input"
            evidence = (Seen(press.name, f"P{press.gpio} is {what}; driving it moved nothing"),)
            conclusion = PinConclusion(
                press.gpio, _SENSOR, 0, None, Confidence.ONE_OF, _OTHER_INPUTS, evidence
            )
            found.setdefault(press.gpio, conclusion)
    return list(found.values())


def tested_outputs(seen: Evidence, known: set[int]) -> list[PinConclusion]:
    """Outputs that move in the product test only: relays without a button, or kept off."""
    began = seen.test.when(Happening.TEST_BEGAN) if seen.test is not None else None
    if seen.test is None or began is None:
        return []
    found = []
    for trace in seen.test.pins:
        moved = [level for at, level in trace.edges if at >= began - _JUST_BEFORE]
        if trace.gpio in known or trace.after.direction != "out" or not moved or trace.bursts:
            continue
        if _is_quiet(trace.gpio, seen):
            active = polarity_of(1 - seen.rest(trace.gpio))
            evidence = (Seen(seen.test.name, f"P{trace.gpio} moved, and nowhere else"),)
            found.append(
                PinConclusion(trace.gpio, _REL, 1, active, Confidence.ONE_OF, (_LED,), evidence)
            )
    return found


def _is_quiet(gpio: int, seen: Evidence) -> bool:
    """Whether an output stays as it was set up, in the start and the control run."""
    start, control = seen.start.pin(gpio), seen.control.pin(gpio)
    if start is None or control is None or start.after.direction != "out":
        return False
    return not control.edges and not [at for at, _ in start.edges if at > start.since]


def lamp_supplies(seen: Evidence, known: set[int]) -> list[PinConclusion]:
    """Outputs of a lamp that are high and stay so: mostly they switch on its supply."""
    found = []
    for trace in seen.control.pins:
        if trace.gpio in known or trace.after.direction != "out" or not trace.after.level:
            continue
        if not trace.edges and not trace.bursts:
            evidence = (Seen(seen.control.name, f"P{trace.gpio} is an output, and stays high"),)
            active = polarity_of(1)
            found.append(
                PinConclusion(
                    trace.gpio, _HELD, 0, active, Confidence.ONE_OF, (_REL, _LED), evidence
                )
            )
    return found


def network_leds(seen: Evidence) -> list[PinConclusion]:
    """Outputs that blink by themselves."""
    found = []
    for gpio, where in sorted(seen.blinking.items()):
        rest = _rest_of_led(gpio, seen)
        flashes = _flashes(gpio, seen)
        active = polarity_of(1 - rest)
        evidence = (Seen(where, f"P{gpio} blinked"),)
        found.append(
            PinConclusion(
                gpio,
                _WIFI,
                0,
                active,
                Confidence.ONE_OF if flashes else Confidence.LIKELY,
                (_LED, _BATTERY) if flashes else (_LED,),
                evidence,
            )
        )
    return found


def _rest_of_led(gpio: int, seen: Evidence) -> int:
    for run in (seen.start, seen.control):
        trace = run.pin(gpio)
        if trace is not None and blinks(trace):
            return rest_of_light(trace, run.seconds)
    return rest_of_output(None, seen.start, gpio)


def _flashes(gpio: int, seen: Evidence) -> bool:
    """Whether it is high for short moments only, as what connects a battery to be measured is."""
    trace = seen.control.pin(gpio)
    return (
        trace is not None
        and bool(trace.edges)
        and (high_share(trace, 0.0, 1000 * seen.control.seconds) < _MOMENTS)
    )


def _pull(press: Press) -> str | None:
    trace = press.seen.pin(press.gpio)
    return trace.before.pull if trace is not None else None
