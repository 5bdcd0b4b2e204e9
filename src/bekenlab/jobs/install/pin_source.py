"""Which device's pins an install sets up, and what the user has to know about that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import find_chip
from bekenlab.errors import Notice
from bekenlab.openbeken.settings import PinSetting, parse_settings
from bekenlab.pins import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from bekenlab.analysis.subject import Subject
    from bekenlab.chips import Chip


def own_template(subject: Subject) -> tuple[Mapping[str, Any], list[Notice]]:
    """The device's own template, without pins that are only an example in its firmware."""
    if not only_example(subject):
        return subject.template, list(subject.notices)
    text = "Only an example built into the firmware names pins; it is often wrong and was left out."
    return {**subject.template, "pins": {}, "command": ""}, [Notice("example-pins", text)]


def only_example(subject: Subject) -> bool:
    """Whether nothing but an example in the firmware names pins."""
    return subject.analysis is not None and subject.source is Source.FIRMWARE_DEFAULT


def other_template(
    given: Subject, own: Subject, chip: Chip
) -> tuple[Mapping[str, Any], list[Notice]]:
    """The template of a file, with warnings where it contradicts the device itself.

    Args:
        given: The file.
        own: What the device's backup says.
        chip: The device's chip.
    """
    text = f"Pins, flags and startup command come from {given.name}, not from this device."
    odd = [*_other_board(given, own, chip), *_other_pins(given, own)]
    notices = [Notice("pins-from-file", text)]
    notices += [Notice("pins-differ", " ".join(odd))] if odd else []
    return given.template, [*notices, *given.notices]


def _other_board(given: Subject, own: Subject, chip: Chip) -> Iterator[str]:
    meant = find_chip(given.chip) if given.chip else None
    if meant and meant.name != chip.name:
        yield f"{given.name} is about a device with {meant.name}, and this one has {chip.name}."
    if given.module and own.module and given.module.upper() != own.module.upper():
        yield f"{given.name} is about a module {given.module}, and this one is {own.module}."


def _other_pins(given: Subject, own: Subject) -> Iterator[str]:
    if only_example(own):
        return
    ours, theirs = _settings(own), _settings(given)
    lost = [f"P{gpio} ({pin.text})" for gpio, pin in ours.items() if gpio not in theirs]
    changed = [
        f"P{gpio} ({theirs[gpio].text} instead of {pin.text})"
        for gpio, pin in ours.items()
        if gpio in theirs and theirs[gpio] != pin
    ]
    added = [f"P{gpio} ({pin.text})" for gpio, pin in theirs.items() if gpio not in ours]
    if not ours or not (lost or changed):
        return
    if lost:
        yield f"This device's own firmware uses {', '.join(lost)}, which it does not set up."
    if changed:
        yield f"It sets up {', '.join(changed)} as this device's own firmware does."
    if added:
        yield f"It sets up {', '.join(added)}, which this device's own firmware does not use."


def _settings(subject: Subject) -> dict[int, PinSetting]:
    settings, _ = parse_settings(subject.template.get("pins") or {})
    return {setting.gpio: setting for setting in settings}
