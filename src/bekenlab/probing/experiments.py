"""The experiments with a dump, as data, and how one is carried out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.data import read_table
from bekenlab.machine.air import AccessPoint, Air, Network
from bekenlab.probing.observations import Happening, Observation, Outcome
from bekenlab.probing.rig import Rig, RigSource
from bekenlab.probing.rules.reactions import reactions
from bekenlab.probing.sdk_inputs import sdk_inputs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.probing.observations import PinTrace

BOOT_SECONDS = 8.0
_LONG = 8.0
_AFTER = 1.3
_BEFORE = 0.2
_TEST_BEGINS_WITHIN = 6.5
_TEST_SECONDS = 13.0
_STATION = bytes.fromhex("02be4e0001")


class Name(StrEnum):
    """The experiments."""

    BOOT = "boot"
    CONTROL = "control"
    PRESS_SHORT = "press-short"
    PRESS_MIDDLE = "press-middle"
    PRESS_LONG = "press-long"
    PRODUCT_TEST = "product-test"


class Only(StrEnum):
    """What to find out, if not everything."""

    LAMP = "lamp"
    INPUTS = "inputs"


@dataclass(frozen=True, slots=True)
class Press:
    """A way to press a button.

    Attributes:
        name: The experiment.
        seconds: How long.
    """

    name: Name
    seconds: float


SHORT = Press(Name.PRESS_SHORT, 0.2)
MIDDLE = Press(Name.PRESS_MIDDLE, 2.0)
LONG = Press(Name.PRESS_LONG, _LONG)
CONTROL_SECONDS = _BEFORE + _LONG + _AFTER


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment, ready to be carried out in any process.

    Attributes:
        name: Which one.
        source: The chip.
        saved: The snapshot to begin with; None: power up.
        gpio: The pin to drive, or None.
        level: The level to drive it to.
        seconds: Device seconds that it takes, about.
    """

    name: Name
    source: RigSource
    saved: bytes | None = field(default=None, repr=False)
    gpio: int | None = None
    level: int = 0
    seconds: float = CONTROL_SECONDS


@dataclass(frozen=True, slots=True)
class Product:
    """Tuya's product test; the fields are those of ``data/product_test.toml``."""

    networks: tuple[str, ...]
    announced: re.Pattern[bytes]
    colours: tuple[str, ...]


@cache
def product() -> Product:
    """What is known of the product test."""
    table = read_table("probing", "product_test.toml")
    pattern = "|".join(f"(?:{each})" for each in table["announced"])
    return Product(
        tuple(table["networks"]),
        re.compile(pattern.encode(), re.IGNORECASE),
        tuple(table["colours"]),
    )


def presses(source: RigSource, saved: bytes, start: Observation) -> tuple[Experiment, ...]:
    """The control run, and a short and a long press of every input.

    Args:
        source: The chip.
        saved: Its state after the start.
        start: What was seen of the start.
    """
    own = sdk_inputs(source.chip)
    found = [Experiment(Name.CONTROL, source, saved)]
    for trace in start.pins:
        if is_input(trace):
            ways = (SHORT,) if trace.gpio in own else (SHORT, LONG)
            found += [_press(source, saved, trace, way) for way in ways]
    return tuple(found)


def longer_presses(
    source: RigSource, saved: bytes, start: Observation, seen: Iterable[Observation]
) -> tuple[Experiment, ...]:
    """A press of middle length for each input that did nothing when it was pressed shortly."""
    own = sdk_inputs(source.chip)
    known = tuple(seen)
    control = next((each for each in known if each.name == Name.CONTROL), None)
    quiet = {
        each.gpio
        for each in known
        if each.name == Name.PRESS_SHORT and control and not reactions(each, control)
    }
    return tuple(
        _press(source, saved, trace, MIDDLE)
        for trace in start.pins
        if is_input(trace) and trace.gpio in quiet and trace.gpio not in own
    )


def _press(source: RigSource, saved: bytes, trace: PinTrace, way: Press) -> Experiment:
    seconds = _BEFORE + way.seconds + _AFTER
    return Experiment(way.name, source, saved, trace.gpio, 1 - trace.after.level, seconds)


def is_input(trace: PinTrace) -> bool:
    """Whether a pin is an input that can be driven, not a wire on which messages are sent."""
    return trace.after.direction == "in" and not trace.bursts


def carried_out(experiment: Experiment) -> Observation:
    """Carry out an experiment that needs no other result than its observation."""
    return carried_out_and_saved(experiment)[0]


def carried_out_and_saved(experiment: Experiment) -> tuple[Observation, bytes]:
    """Carry out an experiment; after the start also returns a snapshot, else nothing."""
    if experiment.name is Name.PRODUCT_TEST:
        return _product_test(experiment), b""
    rig = Rig(experiment.source, experiment.saved)
    try:
        if experiment.name is Name.BOOT:
            rig.run(BOOT_SECONDS)
        elif experiment.name is Name.CONTROL:
            rig.run(CONTROL_SECONDS)
        elif experiment.gpio is not None:
            rig.run(_BEFORE)
            _drive(rig, experiment.name, experiment.gpio, experiment.level)
        saved = rig.save() if experiment.name is Name.BOOT and rig.alive else b""
        return rig.observed(experiment.name, experiment.gpio), saved
    finally:
        rig.close()


def _drive(rig: Rig, name: Name, gpio: int, level: int) -> None:
    rig.note(Happening.PRESSED)
    rig.drive(gpio, level)
    rig.run(next(each.seconds for each in (SHORT, MIDDLE, LONG) if each.name is name))
    rig.note(Happening.RELEASED)
    rig.drive(gpio, None)
    rig.run(_AFTER)


def _product_test(experiment: Experiment) -> Observation:
    air = Air()
    for number, ssid in enumerate(product().networks):
        AccessPoint(air, Network(ssid.encode()), _STATION + bytes((number,)))
    rig = Rig(experiment.source, air=air, announces=product().announced)
    try:
        rig.run(_TEST_BEGINS_WITHIN)
        if rig.happened(Happening.TEST_BEGAN):
            rig.run(_TEST_SECONDS)
        elif rig.alive:
            rig.outcome = Outcome.UNANSWERED
        return rig.observed(experiment.name)
    finally:
        rig.close()
