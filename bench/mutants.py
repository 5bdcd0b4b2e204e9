"""Whether the tests notice faults: a sample of them is made in each module, one at a time.

    PYTHONPATH=src:tests python bench/mutants.py image              # a package
    PYTHONPATH=src:tests python bench/mutants.py image/framing.py   # a module, all survivors shown
    PYTHONPATH=src:tests python bench/mutants.py --all names        # every fault, no sample

The sample is the same for the same ``--seed``. ``tests/mutation/table.toml`` says which tests are
to notice faults in which modules, and which faults cannot be noticed. What the operators do, and
what they leave alone, is in ``tests/mutation/operators.py``. Linux and macOS only.

A fault whose tests run out of time counts as noticed only if they computed for too long. Tests that
only waited too long may have waited for a busy computer: such a fault is undecided, and not
counted.

A runner of our own: mutmut 3.8 makes none of the faults that were missed here (it leaves constants
of modules and decorated functions alone, and knows neither ``any`` for ``all`` nor a clamp left
out), and cosmic-ray starts a new process for each, after writing the fault into the source.
"""

from __future__ import annotations

import argparse
import random
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis  # noqa: F401 - loaded once, not in each forked process
import numpy as np  # noqa: F401
import pytest  # noqa: F401

from mutation.operators import Mutant, mutants
from mutation.run import Limits, Module, Verdict, judge, limits_for, unchanged

_ROOT = Path(__file__).resolve().parents[1]
_SOURCE = _ROOT / "src" / "bekenlab"
_TABLE = _ROOT / "tests" / "mutation" / "table.toml"
_GOAL = 0.9


@dataclass(frozen=True, slots=True)
class Score:
    """How a module did."""

    name: str
    killed: int
    survived: int
    undecided: int
    equivalent: int

    @property
    def share(self) -> float:
        """The part of the faults that can be noticed which was."""
        tried = self.killed + self.survived
        return self.killed / tried if tried else 1.0

    def __str__(self) -> str:
        counts = f"{self.killed} noticed, {self.survived} not, {self.undecided} undecided"
        return f"{self.share:6.0%}  {self.name:<32} {counts}, {self.equivalent} equivalent"


def main() -> None:
    """Judge the modules named, and fail below the goal."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "parts", nargs="*", help="paths below src/bekenlab; default: all of the table"
    )
    parser.add_argument("--sample", type=int, default=20, help="faults a module (default: 20)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="every fault")
    chosen = parser.parse_args()
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    scores = []
    for row in table["package"]:
        scores += judge_package(row, table["equivalent"], chosen)
    if not scores:
        sys.exit(f"nothing in {_TABLE.name} matches {' '.join(chosen.parts)}")
    print()
    for score in scores:
        print(score)
    killed, missed = (sum(getattr(s, what) for s in scores) for what in ("killed", "survived"))
    print(f"{killed / max(killed + missed, 1):6.0%}  of {killed + missed} faults in all")
    sys.exit(killed < _GOAL * (killed + missed))


def judge_package(
    row: dict[str, Any], known: list[dict[str, str]], chosen: argparse.Namespace
) -> list[Score]:
    """The modules of a row of the table that were asked for."""
    wanted = [p for pattern in row["modules"] for p in sorted(_SOURCE.glob(pattern))]
    names = [p.relative_to(_SOURCE).as_posix() for p in wanted if p.name != "__init__.py"]
    names = [n for n in names if not chosen.parts or any(n.startswith(p) for p in chosen.parts)]
    if not names:
        return []
    tests = [str(path) for test in row["tests"] for path in _files(_ROOT / test)]
    taken = unchanged(tests)
    print(f"{row['tests']}: {taken.wall:.1f} s, {taken.cpu:.1f} s of them computing", flush=True)
    limits = limits_for(taken)
    scores = []
    for name in names:
        scores.append(judge_module(name, tests, limits, known, chosen))
        print(scores[-1], flush=True)
    return scores


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("test_*.py")) if path.is_dir() else [path]


def judge_module(
    name: str,
    tests: list[str],
    limits: Limits,
    known: list[dict[str, str]],
    chosen: argparse.Namespace,
) -> Score:
    """A sample of a module's faults; those not noticed are printed."""
    path = _SOURCE / name
    stem = path.stem.removeprefix("_")
    tests = sorted(tests, key=lambda test: stem not in Path(test).stem)  # the likeliest first
    module = Module("bekenlab." + name.removesuffix(".py").replace("/", "."), path)
    found = mutants(path.read_text(encoding="utf-8"))
    if not chosen.all and len(found) > chosen.sample:
        found = random.Random(f"{chosen.seed} {name}").sample(found, chosen.sample)
    same = {(row["module"], row["before"], row["after"]) for row in known}
    counts: Counter[str] = Counter()
    for mutant in sorted(found, key=lambda each: each.line):
        if (name, *_shown(mutant)) in same:
            counts["equivalent"] += 1
            continue
        verdict = judge(module, mutant, tests, limits)
        counts[verdict] += 1
        if verdict is not Verdict.KILLED:
            print(f"{name}:{mutant.line}: {' -> '.join(_shown(mutant))} ({verdict})", flush=True)
    killed, survived = counts[Verdict.KILLED], counts[Verdict.SURVIVED]
    return Score(name, killed, survived, counts[Verdict.UNDECIDED], counts["equivalent"])


def _shown(mutant: Mutant) -> tuple[str, str]:
    """The change in one line each; of statements with a body only the first."""
    return mutant.before.splitlines()[0], mutant.after.splitlines()[0]


if __name__ == "__main__":
    main()
