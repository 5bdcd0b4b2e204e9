"""The experiments with a dump, as data, and how one is carried out."""

from __future__ import annotations

import contextvars
import re
import time
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from bekenlab import stopping
from bekenlab.data import read_table
from bekenlab.errors import UnsupportedError
from bekenlab.machine import FlashImage
from bekenlab.machine.air import AccessPoint, Air, Network
from bekenlab.probing.local_control import asked_for, try_in_either_network
from bekenlab.probing.observations import CommandTrace, Happening, Observation, Outcome
from bekenlab.probing.rig import Rig, RigSource
from bekenlab.probing.rules.reactions import reactions
from bekenlab.probing.sdk_inputs import sdk_inputs
from bekenlab.tuya.unpaired import unpaired_copy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.live.source import LiveSource
    from bekenlab.probing.observations import PinTrace

BOOT_SECONDS = 8.0
_LONG = 8.0
_AFTER = 1.3
_BEFORE = 0.2
_RESTS = 3.0
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
    PRESS_INVERSE = "press-inverse"
    PRODUCT_TEST = "product-test"
    LOCAL_CONTROL = "local-control"


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
INVERSE = Press(Name.PRESS_INVERSE, 0.2)
_WAYS = (SHORT, MIDDLE, LONG, INVERSE)
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
        live: The chip as local control takes it.
        seconds: Device seconds that it takes, about.
    """

    name: Name
    source: RigSource
    saved: bytes | None = field(default=None, repr=False)
    gpio: int | None = None
    level: int = 0
    live: LiveSource | None = field(default=None, repr=False)
    seconds: float = CONTROL_SECONDS


@dataclass(frozen=True, slots=True)
class Product:
    """Tuya's product test; the fields are those of ``data/product_test.toml``."""

    networks: tuple[str, ...]
    announced: re.Pattern[bytes]


@cache
def product() -> Product:
    """What is known of the product test."""
    table = read_table("probing", "product_test.toml")
    pattern = "|".join(f"(?:{each})" for each in table["announced"])
    return Product(
        tuple(table["networks"]),
        re.compile(pattern.encode(), re.IGNORECASE),
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
    """For each input that did nothing when it was pressed shortly: other ways to press it.

    One of middle length, and one the other way round: a button that is pressed when its pin is at
    the level of the pull has a resistor of its own, which is driven here for some time before.
    """
    own = sdk_inputs(source.chip)
    known = tuple(seen)
    control = next((each for each in known if each.name == Name.CONTROL), None)
    quiet = {
        each.gpio
        for each in known
        if each.name == Name.PRESS_SHORT and control and not reactions(each, control)
    }
    return tuple(
        _press(source, saved, trace, way)
        for trace in start.pins
        for way in (MIDDLE, INVERSE)
        if is_input(trace) and trace.gpio in quiet and trace.gpio not in own
    )


def _press(source: RigSource, saved: bytes, trace: PinTrace, way: Press) -> Experiment:
    seconds = _BEFORE + way.seconds + _AFTER + (_RESTS if way is INVERSE else 0.0)
    level = 1 - trace.after.level
    return Experiment(way.name, source, saved, trace.gpio, level, seconds=seconds)


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
    if experiment.live is not None:
        return _local_control(experiment, experiment.live), b""
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
    rest: int | None = None
    if name is Name.PRESS_INVERSE:
        rest, level = level, 1 - level
        rig.drive(gpio, rest)
        rig.run(_RESTS)
    rig.note(Happening.PRESSED)
    rig.drive(gpio, level)
    rig.run(next(each.seconds for each in _WAYS if each.name is name))
    rig.note(Happening.RELEASED)
    rig.drive(gpio, rest)
    rig.run(_AFTER)


def _product_test(experiment: Experiment) -> Observation:
    air = Air()
    for number, ssid in enumerate(product().networks):
        AccessPoint(air, Network(ssid.encode()), _STATION + bytes((number,)))
    source = experiment.source
    physical, edited = unpaired_copy(source.flash.physical)
    flash = FlashImage(physical, source.flash.logical)
    rig = Rig(replace(source, flash=flash), air=air, announces=product().announced)
    try:
        rig.run(_TEST_BEGINS_WITHIN)
        if rig.happened(Happening.TEST_BEGAN):
            rig.run(_TEST_SECONDS)
        elif rig.alive:
            rig.outcome = Outcome.UNANSWERED
        return replace(rig.observed(experiment.name), edited=edited)
    finally:
        rig.close()


def _local_control(experiment: Experiment, live: LiveSource) -> Observation:
    """Command each data point of a paired copy."""
    name, before = experiment.name, contextvars.copy_context()

    def asked() -> None:
        before.run(stopping.check)
        if time.monotonic() >= experiment.source.deadline:
            raise _OutOfTime

    try:
        with stopping.stopped_by(asked):
            seen = try_in_either_network(live)
    except _OutOfTime:
        return Observation(name, None, Outcome.OUT_OF_TIME, 0.0)
    except UnsupportedError:
        return Observation(name, None, Outcome.UNANSWERED, 0.0)
    outcome = Outcome.DONE if seen.protocol is not None else Outcome.UNANSWERED
    return Observation(
        name,
        None,
        Outcome.STOPPED if seen.problem else outcome,
        round(seen.seconds, 3),
        edited=seen.pairing.edited,
        commands=tuple(
            CommandTrace(
                asked_for(dict(each.points), seen.pairing.points),
                each.points,
                tuple((m.gpio, round(m.before, 4), round(m.after, 4), m.edges) for m in each.moves),
            )
            for each in seen.commands
        ),
        controller=tuple((e.id, e.passed_on, e.reported) for e in seen.controller),
    )


class _OutOfTime(BaseException):
    """Real time is over."""
