"""Fuzzing on demand: ``python -m tests.fuzz TARGET... [--runs N | --seconds S] [--seed N] [-j N]``.

``all`` stands for every target, ``--list`` shows them. Prints a row per target and each finding,
keeps the inputs in the folder given by ``--keep``, and exits with 1 if there are any;
Ctrl-C ends it with the rows so far.
``--show RUN`` runs one input again, and ``--keep`` then keeps it.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz.judge import Finding, judge
from fuzz.mutate import numbered
from fuzz.table import TARGETS
from fuzz.workers import Block, Tally, in_workers, material_of

_BLOCK = 1000
_ALL = "all"


def main(words: list[str] | None = None) -> int:
    wanted = _parser().parse_args(words)
    if wanted.list:
        for name, target in TARGETS.items():
            seeds = target.seeds()
            say(f"{name:20} {len(seeds):4} seeds, {sum(map(len, seeds)):>10,} bytes")
        return 0
    names = list(TARGETS) if _ALL in wanted.targets else wanted.targets
    unknown = [name for name in names if name not in TARGETS]
    if unknown or not names:
        say(f"no target {', '.join(unknown)}" if unknown else "name a target, or all; see --list")
        return 2
    if wanted.show is not None:
        return _show(names[0], wanted)
    return _run(names, wanted)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--list", action="store_true", help="list the targets")
    parser.add_argument("--runs", type=int, default=10_000, help="inputs over all targets")
    parser.add_argument("--seconds", type=float, help="instead: seconds over all targets")
    parser.add_argument("--first", type=int, default=0, help="number of the first run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-j", type=int, default=1, help="processes")
    parser.add_argument("--keep", type=Path, help="folder for inputs that were not read well")
    parser.add_argument("--real", action="store_true", help="begin with real data, too")
    parser.add_argument("--slack", type=float, default=1.0, help="factor for the time allowed")
    parser.add_argument("--show", type=int, metavar="RUN", help="run one input again")
    return parser


def _run(names: list[str], wanted: argparse.Namespace) -> int:
    tallies: dict[str, list[Tally]] = {name: [] for name in names}
    found = 0
    say(f"{'target':20} {'inputs':>9} {'MB':>8} {'cpu s':>8} {'worst s/MB':>10}  findings")
    with contextlib.suppress(KeyboardInterrupt):  # what was done until then is told
        for tally in in_workers(list(_blocks(names, wanted)), wanted.j):
            tallies[tally.target].append(tally)
            for finding in tally.findings:
                found += 1
                _tell(finding, wanted.keep)
    for name in names:
        say(_row(name, tallies[name]))
    say(_row("in all", [tally for each in tallies.values() for tally in each]))
    return 1 if found else 0


def _blocks(names: list[str], wanted: argparse.Namespace) -> list[Block]:
    whole = sum(TARGETS[name].weight for name in names)
    blocks = []
    for name in names:
        share = TARGETS[name].weight / whole
        if wanted.seconds is not None:
            seconds = wanted.seconds / len(names) * wanted.j
            blocks.append(
                Block(name, wanted.seed, wanted.first, 1 << 40, seconds, wanted.real, wanted.slack)
            )
            continue
        end = wanted.first + max(1, round(wanted.runs * share))
        for start in range(wanted.first, end, _BLOCK):
            stop = min(end, start + _BLOCK)
            blocks.append(Block(name, wanted.seed, start, stop, None, wanted.real, wanted.slack))
    return sorted(blocks, key=lambda block: block.start)  # a little of each, then more


def _row(name: str, tallies: list[Tally]) -> str:
    kinds: dict[str, int] = {}
    for tally in tallies:
        for what, count in tally.kinds:
            kinds[what] = kinds.get(what, 0) + count
    said = "; ".join(f"{count} {what}" for what, count in kinds.items()) or "none"
    size = sum(tally.size for tally in tallies) / 1e6
    worst = max((tally.worst for tally in tallies), default=0.0)
    seconds = sum(tally.seconds for tally in tallies)
    runs = sum(tally.runs for tally in tallies)
    return f"{name:20} {runs:9,} {size:8.1f} {seconds:8.1f} {worst:10.2f}  {said}"


def _tell(finding: Finding, keep: Path | None) -> None:
    say(f"\n{finding.target} --seed {finding.seed} --show {finding.run}: {finding.what}")
    say(finding.detail.rstrip())
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        path = keep / finding.file_name
        path.write_bytes(finding.data)
        path.with_suffix(".txt").write_text(f"{finding.what}\n{finding.detail}\n", "utf-8")
        say(f"kept as {path}")


def _show(name: str, wanted: argparse.Namespace) -> int:
    target = TARGETS[name]
    data = numbered(material_of(target, real=wanted.real), name, wanted.seed, wanted.show)
    outcome = judge(target, data)
    what, detail = outcome.wrong or ("nothing wrong", f"{outcome.seconds:.3f} s")
    say(f"{len(data):,} bytes, beginning {data[:60]!r}")
    _tell(Finding(name, wanted.seed, wanted.show, what, detail, data), wanted.keep)
    return 1 if outcome.wrong else 0


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
