"""Ctrl-C at many random moments: ``python -m tests.signals [--runs 200] [--seed 1] [NAME...]``.

Prints a row per command: how often it was stopped and how often it had finished already, and the
longest time from the signal to the end. Exits with 1 at the first thing that must not happen.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from signals.runs import CASES, Reference


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=200, help="in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", type=int, default=4, help="repeat the command after every Nth")
    parser.add_argument("names", nargs="*", default=list(CASES))
    wanted = parser.parse_args()
    each = -(-wanted.runs // len(wanted.names))
    say(f"{'command':14} {'runs':>5} {'130':>5} {'0':>5} {'longest':>8} {'whole run':>9}")
    for name in wanted.names:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            reference = Reference(name, folder / "reference")
            rng = random.Random(f"{name} {wanted.seed}")
            ends = []
            for number in range(each):
                ends.append(reference.interrupted(rng, folder / str(number)))
                if number % wanted.again == 0:
                    reference.again(folder / str(number))
        stopped = [end for end in ends if end.status == 130]
        longest = max((end.seconds for end in stopped), default=0.0)
        say(
            f"{name:14} {each:5} {len(stopped):5} {each - len(stopped):5} {longest:7.2f}s"
            f" {reference.end.seconds:8.1f}s"
        )


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


main()
