"""Adds to an analysis what the pins did in the virtual chip.

What is stored counts more than what was seen: a pin in storage that behaves as one of its kind is
confirmed, and a contradiction is told, but changes nothing. Only where nothing else names the pins
are they those that were seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bekenlab.errors import Notice
from bekenlab.openbeken import build_template, describe
from bekenlab.pins import PinMap, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.analysis.model import Analysis
    from bekenlab.pins import Evidence

# Warnings that there are no pins, or none of this device's own.
_WITHOUT_PINS = frozenset({"no-parameters", "boot-without-pins", "firmware-default-only"})


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What was seen of the pins.

    Attributes:
        pins: The pins that what was seen explains; all of source ``behaviour``.
        open: Sentences about pins of which several explanations are left; they are not in ``pins``.
        confirmed: Evidence by GPIO and role, for pins of other sources that behaved as they should.
        contradicted: Sentences about pins of other sources that behaved otherwise.
        set_up: Whether the firmware had set up any pin at all.
    """

    pins: PinMap
    open: tuple[str, ...] = ()
    confirmed: Mapping[tuple[int, str], Evidence] = field(default_factory=dict)
    contradicted: tuple[str, ...] = ()
    set_up: bool = True


def with_behaviour(analysis: Analysis, seen: Behaviour) -> Analysis:
    """The analysis with what was seen: as evidence, or as the pins if nothing else names any."""
    pins = analysis.pins
    known = pins.source not in (None, Source.FIRMWARE_DEFAULT)
    before = analysis.notices
    if known:
        pins, added = _confirmed(pins, seen), _told(seen)
    elif seen.pins.pins:
        kept = tuple(each for each in pins.notices if each.code not in _WITHOUT_PINS)
        before = tuple(each for each in before if each.code not in _WITHOUT_PINS)
        notes = (*seen.pins.notes, *seen.open)
        pins = replace(seen.pins, module=pins.module, notes=notes, notices=kept)
        added = (_only_seen(),)
    else:
        added = (_nothing_seen(seen),)
    pins = replace(pins, notices=(*pins.notices, *added))
    return replace(
        analysis,
        pins=pins,
        template=build_template(pins, chip=analysis.chip.name or "", board=analysis.module),
        description=describe(pins, chip=analysis.chip.name),
        notices=(*before, *added),
    )


def _confirmed(pins: PinMap, seen: Behaviour) -> PinMap:
    rows = []
    for pin in pins.pins:
        more = seen.confirmed.get((pin.gpio, pin.role))
        rows.append(replace(pin, evidence=(*pin.evidence, more)) if more else pin)
    return replace(pins, pins=tuple(rows))


def _told(seen: Behaviour) -> tuple[Notice, ...]:
    if not seen.contradicted:
        return ()
    text = f"Pins did not behave as they are stored: {'; '.join(seen.contradicted)}."
    return (Notice("behaviour-differs", text),)


def _only_seen() -> Notice:
    return Notice(
        "behaviour-only",
        "The pins come from what the firmware did with them in the virtual chip, not from a "
        "configuration. Check every pin before you trust it.",
    )


def _nothing_seen(seen: Behaviour) -> Notice:
    text = (
        "No pin did anything in the virtual chip that tells what it is."
        if seen.set_up
        else "The firmware has set up no pins for a device, so the virtual chip shows nothing."
    )
    return Notice("probe-without-pins", text)
