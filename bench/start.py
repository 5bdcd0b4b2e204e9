"""How long commands take from start to end, as multiples of ``python -c 'import numpy'``.

Every round starts each program once, so that a computer that changes its speed does so for all of
them. Seconds are processor time of the whole process, the least of all rounds: what another
program, or a cold disk, adds is not the program's. It needs real data: a plug with five relays.

    PYTHONPATH=src:tests python bench/start.py [--rounds 15] [--against OTHER/src]

``--against`` measures another version of the package, by the folder of its sources, in the same
rounds.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from machine_support import PLUG, image

_HERE = Path(__file__).parents[1] / "src"
_LAST_PIN = r"ch_cddpid5: is 13"
_YARDSTICK = "import numpy"


def commands(dump: Path) -> dict[str, list[str]]:
    """Arguments of Python by what is shown for them."""
    program = ["-m", "bekenlab"]
    return {
        _YARDSTICK: ["-c", "import numpy"],
        "--help": [*program, "--help"],
        "analyze": [*program, "analyze", str(dump)],
        "boot to the last pin": [*program, "boot", str(dump), "--until", _LAST_PIN],
        "info of a virtual chip": [*program, "info", "-p", f"virtual://bk7231n?image={dump}"],
    }


def seconds(sources: Path, arguments: list[str]) -> float:
    """Processor time of a process from start to end."""
    environment = {**os.environ, "PYTHONPATH": str(sources)}
    with Path(os.devnull).open("wb") as nowhere:
        output = [(os.POSIX_SPAWN_DUP2, nowhere.fileno(), stream) for stream in (1, 2)]
        python = [sys.executable, *arguments]
        process = os.posix_spawn(sys.executable, python, environment, file_actions=output)
        _, status, used = os.wait4(process, 0)
    if status:
        sys.exit(f"failed: {' '.join(arguments)}")
    return used.ru_utime + used.ru_stime


def measure(versions: list[Path], rounds: int) -> dict[tuple[Path, str], float]:
    """The least seconds by version and command."""
    best: dict[tuple[Path, str], float] = {}
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "plug.bin"
        dump.write_bytes(image(PLUG).physical)
        for _ in range(rounds):
            for name, arguments in commands(dump).items():
                for sources in versions:
                    spent = seconds(sources, arguments)
                    best[sources, name] = min(best.get((sources, name), spent), spent)
    return best


def main() -> None:
    """Measure and print a line per command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--against", type=Path)
    options = parser.parse_args()
    versions = [_HERE, *([options.against.resolve()] if options.against else [])]
    best = measure(versions, options.rounds)
    yardstick = min(best[sources, _YARDSTICK] for sources in versions)
    for name in dict.fromkeys(name for _, name in best):
        cells = [f"{best[v, name]:6.3f} s {best[v, name] / yardstick:5.2f}" for v in versions]
        print(f"{name:22}", *cells)


if __name__ == "__main__":
    main()
