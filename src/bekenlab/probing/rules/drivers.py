"""An LED driver on two wires: which kind, which wire is which, and which output is which colour."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.data import read_table
from bekenlab.live.drivers import OUTPUTS, DriverChip, driver_rows
from bekenlab.probing.observations import Happening
from bekenlab.probing.rules.lamps import Lit, colours
from bekenlab.probing.rules.model import (
    Confidence,
    DriverConclusion,
    PinConclusion,
    Seen,
)

if TYPE_CHECKING:
    from bekenlab.live.drivers import DriverRow
    from bekenlab.probing.observations import Observation, Observations, WireTrace

_ALIKE = 0.6  # of the messages of one kind
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Family:
    """How to tell a driver; the fields are those of ``data/led_families.toml``."""

    name: str
    mask: int
    address: int
    length: int


@cache
def families() -> tuple[Family, ...]:
    """All known families."""
    return tuple(Family(**raw) for raw in read_table("probing", "led_families.toml")["family"])


def driver(
    observations: Observations,
) -> tuple[DriverConclusion | None, tuple[PinConclusion, ...]]:
    """The LED driver and its two pins."""
    best = max(
        (
            (_messages(wires, family), family, wires, seen)
            for seen in observations.experiments
            for wires in seen.wires
            for family in families()
        ),
        key=lambda each: each[0],
        default=None,
    )
    if best is None or best[0] < _FEWEST:
        return None, ()
    _, family, wires, seen = best
    row = next(each for each in driver_rows() if each.name == family.name)
    lit = _lit(observations, wires, row)
    outputs = tuple(
        next((each.channel for each in lit if each.colour == colour), -1)
        for colour in range(OUTPUTS)
    )
    found = DriverConclusion(family.name, wires.clock, wires.data, outputs)
    evidence = (Seen(seen.name, f"messages of {family.length} bytes, as {family.name} takes them"),)
    pins = tuple(
        PinConclusion(gpio, role, 0, None, Confidence.CERTAIN, (), evidence)
        for gpio, role in ((wires.clock, row.clock), (wires.data, row.data))
    )
    return found, pins


def _messages(wires: WireTrace, family: Family) -> int:
    """Number of messages of a family, or 0 if most are none.

    With clock and data the wrong way round, messages begin anywhere and differ in length.
    """
    lengths = Counter(len(text) // 2 for _, text in wires.messages)
    whole = sum(_is_of(text, family) for _, text in wires.messages)
    alike = whole >= _ALIKE * len(wires.messages)
    return whole if alike and lengths.most_common(1)[0][0] == family.length else 0


def _is_of(text: str, family: Family) -> bool:
    message = bytes.fromhex(text)
    return len(message) == family.length and message[0] & family.mask == family.address


def _lit(observations: Observations, wires: WireTrace, row: DriverRow) -> tuple[Lit, ...]:
    for seen in observations.named("product-test"):
        began = seen.when(Happening.TEST_BEGAN)
        mine = _same(seen, wires)
        if began is not None and mine is not None:
            return colours(_levels(mine, row), began, 1000 * seen.seconds)
    return ()


def _same(seen: Observation, wires: WireTrace) -> WireTrace | None:
    pair = (wires.clock, wires.data)
    return next((each for each in seen.wires if (each.clock, each.data) == pair), None)


def _levels(wires: WireTrace, row: DriverRow) -> dict[int, list[tuple[float, float]]]:
    """How the level of each output went on."""
    chip = DriverChip(row)
    found: dict[int, list[tuple[float, float]]] = {number: [] for number in range(OUTPUTS)}
    for at, text in wires.messages:
        chip.take(bytes.fromhex(text))
        # The letters only tell the whites, which some drivers can light alone.
        shown = chip.shares(row.order)
        for number, letter in enumerate(row.order):
            found[number].append((at, shown[letter]))
    return found
