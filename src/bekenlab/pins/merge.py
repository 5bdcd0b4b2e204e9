"""Compares what several sources say about the pins of a device."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.errors import Notice
from bekenlab.pins.model import Evidence, Pin, PinMap, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

_ORDER = tuple(Source)
_SETTINGS = (("module", "module"), ("pwm_hz", "PWM frequency"), ("led_driver", "LED driver"))
_Slot = tuple[str, int, str]


def compare(maps: Sequence[tuple[Source, PinMap]]) -> PinMap:
    """The best source's map, with the evidence of all sources that agree.

    The best source is the most trustworthy one that says anything at all. A pin of the same role in
    another source confirms it or gives a ``sources-disagree`` notice; a pin merely missing there
    does not, since logs and damaged copies are cut short. The firmware's built-in default is not
    about this device: it neither confirms nor contradicts. If it is all there is, or if a log only
    repeats it, there is a ``firmware-default-only`` notice.

    Args:
        maps: Source and map, in any order.
    """
    ranked = sorted(maps, key=lambda entry: _ORDER.index(entry[0]))
    telling = [entry for entry in ranked if _says_something(entry[1])]
    if not telling:
        return ranked[0][1] if ranked else PinMap()
    source, best = telling[0]
    if source is Source.FIRMWARE_DEFAULT:
        return replace(best, notices=(*best.notices, _default_only()))
    merged = best
    for other_source, other in telling[1:]:
        if other_source is not Source.FIRMWARE_DEFAULT:
            merged = _confirm(merged, other, source, other_source)
        elif source is Source.BOOT_LOG and _repeats(best, other):
            merged = replace(merged, notices=(*merged.notices, _default_used()))
    return merged


def _repeats(log: PinMap, default: PinMap) -> bool:
    """Whether every pin in a log is the built-in default's."""
    return all(any(_agree(pin, twin) for twin in default.pins) for pin in log.pins)


def _says_something(pinmap: PinMap) -> bool:
    return bool(pinmap.pins or pinmap.not_understood or pinmap.commands)


def _default_only() -> Notice:
    return Notice(
        "firmware-default-only",
        "The pins come from a default built into the firmware, not from this device's own "
        "configuration; it may belong to another device. Check every pin before you trust it.",
    )


def _default_used() -> Notice:
    return Notice(
        "firmware-default-only",
        "The firmware printed these pins when it was started, but they are only the default built "
        "into it, because this flash holds no configuration of the device's own. It may belong to "
        "another device. Check every pin before you trust it.",
    )


def _confirm(best: PinMap, other: PinMap, source: Source, other_source: Source) -> PinMap:
    """Add one source's evidence, unknown keys and disagreements to the best map."""
    pins = tuple(_with_evidence(pin, other) for pin in best.pins)
    known = {unknown.key for unknown in best.not_understood}
    known |= {evidence.key for pin in pins for evidence in pin.evidence}
    unknown = tuple(item for item in other.not_understood if item.key not in known)
    disputes = [*_pin_disputes(best, other), *_setting_disputes(best, other)]
    notices = best.notices
    if disputes:
        text = f"{source} and {other_source} disagree: {'; '.join(disputes)}."
        notices = (*notices, Notice("sources-disagree", text))
    return replace(
        best, pins=pins, not_understood=(*best.not_understood, *unknown), notices=notices
    )


def _with_evidence(pin: Pin, other: PinMap) -> Pin:
    new = [
        evidence
        for twin in other.pins
        if _agree(pin, twin)
        for evidence in twin.evidence
        if evidence not in pin.evidence
    ]
    return replace(pin, evidence=(*pin.evidence, *sorted(new, key=_rank))) if new else pin


def _rank(evidence: Evidence) -> int:
    return _ORDER.index(evidence.source)


def _slot(pin: Pin) -> _Slot:
    """Identifies one role of a device among others."""
    return pin.role, pin.channel, pin.label if pin.role in ("None", "WifiLED") else ""


def _agree(pin: Pin, twin: Pin) -> bool:
    """Same role on the same GPIO, without contradictory stated levels."""
    levels = {one.polarity for one in (pin, twin) if not one.assumed} - {None}
    return _slot(pin) == _slot(twin) and pin.gpio == twin.gpio and len(levels) < 2


def _pin_disputes(best: PinMap, other: PinMap) -> list[str]:
    """Roles in the other source that the best one has elsewhere, differently, or not at all."""
    disputes = []
    for twin in other.pins:
        if any(_agree(pin, twin) for pin in best.pins):
            continue
        rivals = [pin for pin in best.pins if _slot(pin) == _slot(twin)]
        ours = ", ".join(_where(pin) for pin in rivals) or "nothing"
        disputes.append(f"{twin.label} is {ours} or {_where(twin)}")
    return disputes


def _setting_disputes(best: PinMap, other: PinMap) -> list[str]:
    disputes = []
    for field, title in _SETTINGS:
        ours, theirs = getattr(best, field), getattr(other, field)
        if ours is not None and theirs is not None and ours != theirs:
            disputes.append(f"{title} is {_plain(ours)} or {_plain(theirs)}")
    return disputes


def _plain(value: object) -> str:
    return str(getattr(value, "name", value))


def _where(pin: Pin) -> str:
    level = f", {pin.polarity.replace('_', ' ')}" if pin.polarity else ""
    return f"{pin.place} ({pin.evidence[0].key}{level})"
