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
from bekenlab.probing.local_control import OUR_NETWORK, asked_for, try_local_control
from bekenlab.probing.observations import CommandTrace, Happening, Observation, Outcome
from bekenlab.probing.rig import Rig, RigSource
from bekenlab.tuya.unpaired import unpaired_copy

if TYPE_CHECKING:
    from bekenlab.live.source import LiveSource
    from bekenlab.probing.observations import MeterWires

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
    METER = "meter"


class Only(StrEnum):
    """What to find out, if not everything."""

    LAMP = "lamp"
    INPUTS = "inputs"
    METER = "meter"


@dataclass(frozen=True, slots=True)
class Press:
    """A way to press a button.

    Attributes:
        name: The experiment.
        seconds: How long.
    """

    name: Name
    seconds: float

    @property
    def lasts(self) -> float:
        """Device seconds of the whole experiment."""
        before = BOOT_SECONDS if self.name is Name.METER else _BEFORE
        held = _RESTS if self.name is Name.PRESS_INVERSE else 0.0
        return before + held + self.seconds + _AFTER


SHORT = Press(Name.PRESS_SHORT, 0.2)
MIDDLE = Press(Name.PRESS_MIDDLE, 2.0)
LONG = Press(Name.PRESS_LONG, _LONG)
INVERSE = Press(Name.PRESS_INVERSE, 0.2)
METERED = Press(Name.METER, 0.2)
_WAYS = (SHORT, MIDDLE, LONG, INVERSE, METERED)
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
        meter: How a power meter is connected, or None without one.
        seconds: Device seconds that it takes, about.
    """

    name: Name
    source: RigSource
    saved: bytes | None = field(default=None, repr=False)
    gpio: int | None = None
    level: int = 0
    live: LiveSource | None = field(default=None, repr=False)
    meter: MeterWires | None = None
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


def carried_out(experiment: Experiment) -> Observation:
    """Carry out an experiment that needs no other result than its observation."""
    return carried_out_and_saved(experiment)[0]


def carried_out_and_saved(experiment: Experiment) -> tuple[Observation, bytes]:
    """Carry out an experiment; after the start also returns a snapshot, else nothing."""
    if experiment.name is Name.PRODUCT_TEST:
        return _product_test(experiment), b""
    if experiment.live is not None:
        return _local_control(experiment, experiment.live), b""
    rig = Rig(experiment.source, experiment.saved, meter=experiment.meter)
    try:
        if experiment.name is Name.BOOT:
            rig.run(BOOT_SECONDS)
        elif experiment.name is Name.CONTROL:
            rig.run(CONTROL_SECONDS)
        elif experiment.gpio is not None:
            rig.run(_BEFORE if experiment.meter is None else BOOT_SECONDS)
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
    """Command each data point of a paired copy; some firmware answers in an open network only."""
    name, before = experiment.name, contextvars.copy_context()

    def asked() -> None:
        before.run(stopping.check)
        if time.monotonic() >= experiment.source.deadline:
            raise _OutOfTime

    try:
        with stopping.stopped_by(asked):
            seen = try_local_control(live)
            if seen.joined and seen.protocol is None:
                seen = try_local_control(live, network=Network(OUR_NETWORK.ssid))
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
    )


class _OutOfTime(BaseException):
    """Real time is over."""
