"""Tuya's local control with the firmware of real dumps: which command moves which pin.

Each dump is copied and paired, joins a WPA2 network in the virtual air, is looked for on UDP and
connected to on TCP 6668, and each data point that can be set is set. Prints a row for each, named
by its firmware. Seconds are processor time.

    PYTHONPATH=src:tests python bench/local_control.py [--only PART_OF_A_NAME ...] [--commands]

Dumps are looked for where the tests look (``../shared`` or ``BEKENLAB_SHARED``).
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from bekenlab.analysis.inputs import unpack
from bekenlab.errors import BekenlabError
from bekenlab.live.source import live_source
from bekenlab.probing.local_control import try_local_control
from machine_support import CHIPS
from shared import dump

if TYPE_CHECKING:
    from bekenlab.probing.local_control import CommandSeen, LocalControlSeen


def row(name: str) -> tuple[str, LocalControlSeen | None]:
    """The row of a dump, and what was seen; nothing for other firmware."""
    source = live_source(unpack("dump.bin", dump(name))[0], chip=CHIPS[name])
    if not source.tuya:
        return "", None
    head = f"| {source.firmware} | {source.chip}"
    try:
        seen = try_local_control(source)
    except BekenlabError as error:
        return f"{head} | {error} |", None
    cells = [
        "yes" if seen.joined else "no",
        "yes" if seen.announced else "no",
        seen.protocol or "-",
        str(seen.pairing.origin),
        moved(seen),
    ]
    return f"{head} | {' | '.join(cells)} |", seen


def moved(seen: LocalControlSeen) -> str:
    """Which data points moved which pins."""
    pins: dict[str, set[int]] = {}
    for command in seen.commands:
        for move in command.moves:
            pins.setdefault(key(command), set()).add(move.gpio)
    texts = [f"{name}: {_pins(found)}" for name, found in pins.items()]
    passed = sorted({each.number for command in seen.commands for each in command.passed_on})
    if passed:
        texts.append("to the MCU: " + ", ".join(map(str, passed)))
    return "; ".join(texts) or seen.problem or "none"


def key(command: CommandSeen) -> str:
    """Short name of a command: its data points."""
    return "+".join(str(point) for point, _ in command.points)


def _pins(pins: set[int]) -> str:
    return " ".join(f"P{each}" for each in sorted(pins))


def main() -> None:
    """Run the dumps asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[""])
    parser.add_argument("--commands", action="store_true")
    options = parser.parse_args()
    for name in CHIPS:
        if not any(part in name for part in options.only):
            continue
        begin = time.process_time()
        text, seen = row(name)
        if not text:
            continue
        print(f"{text} {time.process_time() - begin:.0f} s", flush=True)
        for command in seen.commands if seen is not None and options.commands else ():
            moves = [f"P{m.gpio} {m.before:.2f} {m.after:.2f} ({m.edges})" for m in command.moves]
            print("   ", dict(command.points), *moves, "reported", *command.reported, sep="  ")


if __name__ == "__main__":
    main()
