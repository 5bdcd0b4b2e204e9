"""Conclusions of a probe as a pin map, whose source is ``behaviour``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.openbeken.roles import role_name
from bekenlab.openbeken.to_pins import pins_from_template
from bekenlab.pins import Evidence, LedDriver, Source
from bekenlab.probing.rules.model import Confidence

if TYPE_CHECKING:
    from bekenlab.pins import Pin, PinMap
    from bekenlab.probing.rules.model import Conclusions, PinConclusion, Seen

_OUTPUTS = 5


def pin_map(found: Conclusions) -> PinMap:
    """The pins that are certain or likely; of others it is not known which of several they are."""
    sure = {pin.gpio: pin for pin in found.pins if pin.confidence is not Confidence.ONE_OF}
    template = {"pins": {str(gpio): role_words(pin) for gpio, pin in sure.items()}}
    pins = pins_from_template(template)
    return replace(
        pins,
        pins=tuple(_shown_by(pin, sure[pin.gpio]) for pin in pins.pins),
        led_driver=_driver(found),
    )


def left_open(found: Conclusions) -> tuple[str, ...]:
    """A sentence about each pin of which several explanations are left."""
    return tuple(
        f"P{pin.gpio} may be {' or '.join(_kinds(pin))}; it is left out"
        for pin in found.pins
        if pin.confidence is Confidence.ONE_OF
    )


def evidence_of(seen: Seen) -> Evidence:
    """An experiment as the source of a statement."""
    return Evidence(Source.BEHAVIOUR, seen.experiment)


def role_words(pin: Pin | PinConclusion) -> str:
    """Role and channel as in a template: ``"Rel_n;1"``."""
    return f"{role_name(pin.role, pin.polarity)};{pin.channel}"


def _shown_by(pin: Pin, found: PinConclusion) -> Pin:
    evidence = tuple(dict.fromkeys(evidence_of(seen) for seen in found.evidence))
    return replace(pin, polarity=found.polarity, evidence=evidence)


def _kinds(pin: PinConclusion) -> tuple[str, ...]:
    return (pin.role, *pin.alternatives)


def _driver(found: Conclusions) -> LedDriver | None:
    driver = found.driver
    if driver is None or driver.family is None:
        return None
    seen = len(driver.outputs) == _OUTPUTS and any(output >= 0 for output in driver.outputs)
    red, green, blue, cold, warm = driver.outputs if seen else (-1,) * _OUTPUTS
    return LedDriver(driver.family, {}, (red, green, blue, cold, warm) if seen else None)
