"""Observations made by hand, for tests of the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.probing.observations import (
    CommandTrace,
    Happening,
    Observation,
    Observations,
    Outcome,
    PinSeen,
    PinTrace,
    WireTrace,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Edges = tuple[tuple[float, int], ...]
PRESS, RELEASE = 200.0, 400.0


def out(level: int = 0) -> PinSeen:
    return PinSeen("out", level)


def into(level: int = 1, pull: str | None = "up") -> PinSeen:
    return PinSeen("in", level, pull)


def output(gpio: int, edges: Edges = (), level: int = 0, since: float = 0.0) -> PinTrace:
    last = edges[-1][1] if edges else level
    return PinTrace(gpio, out(level), out(last), edges, since=since)


def button(gpio: int, level: int = 1, pull: str | None = "up") -> PinTrace:
    return PinTrace(gpio, into(level, pull), into(level, pull))


def dimmed(gpio: int, shares: tuple[tuple[float, float], ...]) -> PinTrace:
    pin = PinSeen("function", 0, None, shares[-1][1], 1000.0)
    return PinTrace(gpio, pin, pin, shares=shares)


def blinking(gpio: int, begin: float = 100.0, level: int = 0, count: int = 20) -> PinTrace:
    edges = tuple((begin + 300.0 * n, (level + 1 + n) % 2) for n in range(count))
    return output(gpio, edges, level)


def boot(*pins: PinTrace, set_up: Sequence[int] = ()) -> Observation:
    order = tuple(set_up) or tuple(pin.gpio for pin in pins)
    return Observation("boot", None, Outcome.DONE, 8.0, pins=pins, set_up=order)


def control(*pins: PinTrace) -> Observation:
    return Observation("control", None, Outcome.DONE, 9.5, pins=pins)


def press(
    gpio: int,
    *pins: PinTrace,
    name: str = "press-short",
    outcome: Outcome = Outcome.DONE,
    restarted: float | None = None,
) -> Observation:
    moments = [(PRESS, Happening.PRESSED), (RELEASE, Happening.RELEASED)]
    if restarted is not None:
        moments.append((restarted, Happening.RESTARTED))
    return Observation(name, gpio, outcome, 1.7, tuple(moments), pins)


def product_test(
    *pins: PinTrace,
    began: float | None = 3000.0,
    wires: tuple[WireTrace, ...] = (),
) -> Observation:
    moments = () if began is None else ((began, Happening.TEST_BEGAN),)
    outcome = Outcome.DONE if began is not None else Outcome.UNANSWERED
    return Observation("product-test", None, outcome, 19.5, moments, pins, wires)


def all_of(*experiments: Observation, chip: str = "BK7231N") -> Observations:
    return Observations(chip, experiments)


def slots(lit: Mapping[int, Sequence[float]], began: float = 3000.0) -> tuple[PinTrace, ...]:
    """Pins that are lit alone for a second each, at these seconds of the test."""
    return tuple(
        dimmed(
            gpio,
            (
                (40.0, 0.0),
                *(
                    change
                    for second in seconds
                    for change in (
                        (began + 1000 * second + 20, 1.0),
                        (began + 1000 * second + 1020, 0.0),
                    )
                ),
            ),
        )
        for gpio, seconds in lit.items()
    )


def commanded(
    *commands: tuple[str, int, tuple[tuple[int, float, float, int], ...]],
) -> Observation:
    """Commands of local control: what they ask for, a data point, and the moves."""
    traces = tuple(
        CommandTrace(asks, ((point, asks != "off"),), moves) for asks, point, moves in commands
    )
    return Observation("local-control", None, Outcome.DONE, 30.0, commands=traces)
