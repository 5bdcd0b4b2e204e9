"""What a probe finds in OpenBeken with random pin maps: firmware that the rules were not made for.

A map is that of a switch: one to four relays, a button for each, and perhaps an LED of the network;
every fourth one is a plug with a power meter as well. Or, every third, of a lamp: two to five
channels with a PWM, all of one active level, as behind transistors of one kind, and perhaps
a button. All else has either active level, on random pins. Two relays may not be told from a relay
and its LED by presses, so no LED shows a relay here. CF and CF1 of a meter are counted as one role,
and SEL without its level: OpenBeken does nothing by which they could be told.

    PYTHONPATH=src:tests python bench/probe_openbeken.py [--maps N] [--seed N]
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
from collections import Counter
from typing import TYPE_CHECKING

from bekenlab.openbeken.roles import base_of
from bekenlab.probing.probe import probe
from bekenlab.probing.rules.conclude import conclude
from bekenlab.probing.rules.model import Confidence
from live_chips import openbeken

if TYPE_CHECKING:
    from bekenlab.pins import Polarity
    from bekenlab.probing.rules.model import PinConclusion

_PINS = (6, 7, 8, 9, 14, 15, 16, 17, 20, 22, 24, 26)
_PWM_PINS = (6, 7, 8, 9, 24, 26)
_CHIPS = ("BK7231N", "BK7231T")
_WALL = 600.0
_METER = "startDriver BL0937"
_SAME = {"BL0937CF1": "BL0937CF"}
_UNTOLD_LEVEL = {"BL0937CF", "BL0937SEL"}


def random_map(number: int, chance: random.Random) -> tuple[dict[str, str], str]:
    """Roles by pin, as in a template, and the startup command."""
    if number % 3 == 2:
        return _lamp(chance), ""
    roles = _switch(chance)
    metered = number % 4 == 0
    if metered:
        roles = [*roles[:8], "BL0937CF;0", "BL0937CF1;0", "BL0937SEL;0"]
    pins = chance.sample(_PINS, len(_PINS))
    return {str(pin): role for pin, role in zip(pins, roles, strict=False)}, (
        _METER if metered else ""
    )


def _switch(chance: random.Random) -> list[str]:
    roles = []
    for channel in range(1, chance.randint(1, 4) + 1):
        roles += [f"{chance.choice(('Rel', 'Rel_n'))};{channel}"]
        roles += [f"{chance.choice(('Btn', 'Btn_n'))};{channel}"]
    if chance.random() < 0.5:
        roles.append(f"{chance.choice(('WifiLED', 'WifiLED_n'))};0")
    return roles


def _lamp(chance: random.Random) -> dict[str, str]:
    role, count = chance.choice(("PWM", "PWM_n")), chance.choice((2, 3, 5))
    pins = chance.sample(_PWM_PINS, count)
    lamp = {str(pin): f"{role};{channel}" for channel, pin in enumerate(pins, start=1)}
    if chance.random() < 0.5:
        button = chance.choice([pin for pin in _PINS if str(pin) not in lamp])
        lamp[str(button)] = f"{chance.choice(('Btn', 'Btn_n'))};1"
    return lamp


def _is_right(role: str, active: Polarity | None, seen: PinConclusion | None) -> bool:
    if seen is None or _SAME.get(seen.role, seen.role) != role:
        return False
    return role in _UNTOLD_LEVEL or seen.polarity is active


def main() -> None:
    """Probe so many maps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--maps", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance, told, walls = random.Random(options.seed), Counter[str](), []
    for number in range(options.maps):
        chip = _CHIPS[number % len(_CHIPS)]
        pins, command = random_map(number, chance)
        source = openbeken(chip, pins, command=command)
        probed = probe(source, wall_seconds=_WALL, workers=os.cpu_count() or 1)
        walls.append(probed.wall_seconds)
        found = {pin.gpio: pin for pin in conclude(probed.observations).pins}
        faults = []
        for gpio, text in pins.items():
            role, active = base_of(text.partition(";")[0])
            role = _SAME.get(role, role)
            seen = found.pop(int(gpio), None)
            told[f"{role} stored"] += 1
            if _is_right(role, active, seen):
                told[f"{role} right"] += 1
                continue
            said = f"{seen.role} {seen.polarity} {seen.confidence}" if seen else "nothing"
            faults.append(f"P{gpio} {text}: {said}")
            told["certain, but not so"] += bool(seen and seen.confidence is Confidence.CERTAIN)
        also = [gpio for gpio, pin in found.items() if pin.confidence is not Confidence.ONE_OF]
        told["said of other pins"] += len(also)
        print(f"{number + 1}: {chip} {len(pins)} pins", faults or "", also or "", flush=True)
    for name, count in sorted(told.items()):
        print(f"{name}: {count}")
    print(f"wall time: median {statistics.median(walls):.0f} s")


if __name__ == "__main__":
    main()
