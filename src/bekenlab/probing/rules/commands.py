"""What commands of local control say: which pin a switch moves, and which lights which colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.probing.rules.lamps import COLOURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bekenlab.probing.observations import CommandTrace, Observations

_NAME = "local-control"
_RED_GREEN_BLUE = (0, 1, 2)
_LIT = 0.02  # of the time, more than when it is off


@dataclass(frozen=True, slots=True)
class Switched:
    """An output that a switch moves.

    Attributes:
        gpio: The pin.
        point: Number of the data point.
        on: Its level when switched on; None if it only gives a pulse.
    """

    gpio: int
    point: int
    on: int | None


@dataclass(frozen=True, slots=True)
class Coloured:
    """An output that alone is lit at a colour.

    Attributes:
        gpio: The pin.
        colour: Number of the colour, in the order of ``lamps.COLOURS``.
        active: The level at which it is lit.
    """

    gpio: int
    colour: int
    active: int


def switched(observations: Observations) -> tuple[Switched, ...]:
    """The outputs that switches move, by data point; none of several points counts."""
    found: dict[int, set[Switched]] = {}
    for command in _commands(observations):
        if command.asks not in ("on", "off") or len(command.points) != 1:
            continue
        point = command.points[0][0]
        for gpio, before, after, edges in command.moves:
            if {before, after} <= {0.0, 1.0} and edges:
                on = None if before == after else int(after) ^ (command.asks == "off")
                found.setdefault(gpio, set()).add(Switched(gpio, point, on))
    told = []
    for _, ways in sorted(found.items()):
        sure = {way for way in ways if way.on is not None} or ways
        if len({way.point for way in ways}) == 1 and len(sure) == 1:
            told.append(sure.pop())
    return tuple(told)


def coloured(observations: Observations) -> tuple[Coloured, ...]:
    """The outputs of a lamp by colour; only colours at which exactly one output is lit."""
    levels: dict[int, float] = {}
    dark: dict[int, float] = {}
    shown: list[tuple[str, dict[int, float]]] = []
    for command in _commands(observations):
        for gpio, before, after, edges in command.moves:
            if edges and {before, after} <= {0.0, 1.0}:
                continue  # no PWM
            dark.setdefault(gpio, before)
            levels[gpio] = after
        if command.asks == "off":
            dark |= levels
        shown.append((command.asks, dict(levels)))
    found: dict[int, Coloured] = {}
    for asks, seen in shown:
        lit = [gpio for gpio, share in seen.items() if abs(share - dark[gpio]) > _LIT]
        if asks in COLOURS and len(lit) == 1:
            gpio = lit[0]
            number = COLOURS.index(asks)
            found[number] = Coloured(gpio, number, int(seen[gpio] > dark[gpio]))
    # A lamp without colours lights its white whatever colour it is asked for.
    colours = {found[number].gpio for number in _RED_GREEN_BLUE if number in found}
    if len(colours) < len(_RED_GREEN_BLUE):
        found = {number: each for number, each in found.items() if number not in _RED_GREEN_BLUE}
    if len({each.gpio for each in found.values()}) < len(found):
        return ()
    return tuple(each for _, each in sorted(found.items()))


def data_points(observations: Observations) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Which pins moved when a data point was set, by number."""
    found: dict[int, set[int]] = {}
    for command in _commands(observations):
        for point, _ in command.points:
            found.setdefault(point, set()).update(move[0] for move in command.moves)
    return tuple((point, tuple(sorted(pins))) for point, pins in sorted(found.items()))


def on_controller(
    observations: Observations,
) -> Mapping[int, tuple[bool | None, bool | None]]:
    """Which data points went to a second controller, and which came from it, by number."""
    return {
        number: (passed_on, reported)
        for seen in observations.named(_NAME)
        for number, passed_on, reported in seen.controller
    }


def _commands(observations: Observations) -> Iterator[CommandTrace]:
    for seen in observations.named(_NAME):
        yield from seen.commands
