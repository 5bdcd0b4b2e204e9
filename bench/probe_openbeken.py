"""What a probe finds in OpenBeken with random pin maps: firmware that the rules were not made for.

Each map has one to four relays, a button for each, perhaps one for all, and perhaps an LED of the
network, of either active level, on random pins. Two relays may not be told from a relay and its LED
by presses, so no LED shows a relay here.

    PYTHONPATH=src:tests python bench/probe_openbeken.py [--maps N] [--seed N]
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
from collections import Counter

from bekenlab.openbeken.roles import base_of
from bekenlab.probing.probe import probe
from bekenlab.probing.rules.conclude import conclude
from bekenlab.probing.rules.model import Confidence
from live_chips import openbeken

_PINS = (6, 7, 8, 9, 14, 15, 16, 17, 20, 22, 24, 26)
_CHIPS = ("BK7231N", "BK7231T")
_WALL = 600.0


def random_map(chance: random.Random) -> dict[str, str]:
    """Roles by pin, as in a template."""
    pins = chance.sample(_PINS, len(_PINS))
    roles = []
    for channel in range(1, chance.randint(1, 4) + 1):
        roles += [f"{chance.choice(('Rel', 'Rel_n'))};{channel}"]
        roles += [f"{chance.choice(('Btn', 'Btn_n'))};{channel}"]
    if chance.random() < 0.5:
        roles.append(f"{chance.choice(('WifiLED', 'WifiLED_n'))};0")
    return {str(pin): role for pin, role in zip(pins, roles, strict=False)}


def main() -> None:
    """Probe so many maps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--maps", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance, told, walls = random.Random(options.seed), Counter[str](), []
    for number in range(options.maps):
        chip = _CHIPS[number % len(_CHIPS)]
        pins = random_map(chance)
        probed = probe(openbeken(chip, pins), wall_seconds=_WALL, workers=os.cpu_count() or 1)
        walls.append(probed.wall_seconds)
        found = {pin.gpio: pin for pin in conclude(probed.observations).pins}
        faults = []
        for gpio, text in pins.items():
            role, active = base_of(text.partition(";")[0])
            seen = found.pop(int(gpio), None)
            told[f"{role} stored"] += 1
            if seen is not None and seen.role == role and seen.polarity is active:
                told[f"{role} right"] += 1
                continue
            faults.append(f"P{gpio} {text}: {seen.role if seen else 'nothing'}")
            told["certain, but not so"] += bool(seen and seen.confidence is Confidence.CERTAIN)
        also = [gpio for gpio, pin in found.items() if pin.confidence is not Confidence.ONE_OF]
        told["said of other pins"] += len(also)
        print(f"{number + 1}: {chip} {len(pins)} pins", faults or "", also or "", flush=True)
    for name, count in sorted(told.items()):
        print(f"{name}: {count}")
    print(f"wall time: median {statistics.median(walls):.0f} s")


if __name__ == "__main__":
    main()
