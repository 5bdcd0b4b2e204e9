"""What a probe of real dumps finds, compared with their storage.

For each dump whose storage names pins: which of them were found, with the right role and level, and
what was found that storage does not name. Then the same by role, and whatever was called certain
and is not so. Roles that no experiment can show (power meters, sensors, ADC inputs, strips) are
listed but not counted.

    PYTHONPATH=src:tests python bench/probe.py [--only PART_OF_A_NAME ...] [--keep FOLDER]

With ``--keep``, observations are kept in a folder and replayed from it, which takes no time. Dumps
are looked for where the tests look (``../shared`` or ``BEKENLAB_SHARED``).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import unpack
from bekenlab.live.source import live_source
from bekenlab.pins import Source
from bekenlab.probing.observations_json import observations_json, read_observations
from bekenlab.probing.probe import probe
from bekenlab.probing.rules.conclude import conclude
from bekenlab.probing.rules.model import Confidence
from machine_support import CHIPS
from shared import dump

if TYPE_CHECKING:
    from bekenlab.pins import Pin
    from bekenlab.probing.rules.model import PinConclusion

_WALL = 1800.0
#: By role: the name under which it is counted.
COUNTED = {
    "Rel": "relay",
    "Btn": "button",
    "Btn_Tgl_All": "button",
    "Btn_ScriptOnly": "button",
    "WifiLED": "LED",
    "LED": "LED",
    "PWM": "lamp channel",
}
_DRIVERS = ("CLK", "DAT")
_LAMP = "lamp channel"


@dataclass
class Row:
    """One dump."""

    name: str
    stored: dict[int, Pin]
    found: dict[int, PinConclusion]
    led_map: tuple[int, ...] | None
    outputs: tuple[int, ...] | None
    device: float
    wall: float
    verdicts: dict[int, str] = field(default_factory=dict)


def kind(role: str) -> str | None:
    """What a role counts as, or None if it does not count."""
    return "driver" if role.endswith(_DRIVERS) else COUNTED.get(role)


def measured(name: str, keep: Path | None) -> Row:
    """Probe a dump, or replay what was seen of it."""
    file = unpack("dump.bin", dump(name))[0]
    path = keep / f"{name}.json" if keep is not None else None
    wall = 0.0
    if path is not None and path.exists():
        observations = read_observations(path.read_bytes())
    else:
        source = live_source(file, chip=CHIPS[name])
        probed = probe(source, wall_seconds=_WALL, workers=os.cpu_count() or 1)
        observations, wall = probed.observations, probed.wall_seconds
        if path is not None:
            path.write_text(json.dumps(observations_json(observations)))
    conclusions = conclude(observations)
    pins = analyze(file, boot=BootMode.NEVER).pins
    stored = {
        pin.gpio: pin
        for pin in pins.pins
        if any(each.source is Source.STORAGE for each in pin.evidence)
    }
    return Row(
        name,
        stored,
        {pin.gpio: pin for pin in conclusions.pins},
        pins.led_driver.led_map if pins.led_driver else None,
        conclusions.driver.outputs if conclusions.driver else None,
        sum(each.seconds for each in observations.experiments),
        wall,
    )


def judge(row: Row) -> None:
    """Compare each pin: ``right``, ``level`` (wrong), ``channel`` (wrong), ``role``, ``missed``."""
    for gpio, pin in row.stored.items():
        seen = row.found.get(gpio)
        if kind(pin.role) is None:
            continue
        if seen is None:
            row.verdicts[gpio] = "missed"
        elif kind(seen.role) != kind(pin.role):
            row.verdicts[gpio] = "role"
        elif seen.polarity is not pin.polarity:
            row.verdicts[gpio] = "level"
        elif kind(pin.role) == _LAMP and seen.channel != pin.channel:
            row.verdicts[gpio] = "channel"
        else:
            row.verdicts[gpio] = "right"


def contradictions(row: Row) -> list[str]:
    """What was called certain, and storage says otherwise."""
    told = []
    for gpio, seen in row.found.items():
        stored = row.stored.get(gpio)
        if seen.confidence is not Confidence.CERTAIN or not row.stored:
            continue
        if stored is None or stored.role != seen.role or stored.polarity is not seen.polarity:
            told.append(
                f"{row.name} P{gpio}: {seen.role}, not {stored.role if stored else 'there'}"
            )
    return told


def by_role(rows: list[Row]) -> None:
    """A row for each kind of pin."""
    print(
        f"\n{'kind':14} {'stored':>6} {'found':>6} {'said':>6} {'recall':>7} {'precision':>9} level"
    )
    for each in (*dict.fromkeys(COUNTED.values()), "driver"):
        told: Counter[str] = Counter()
        for row in rows:
            told["said"] += sum(kind(pin.role) == each for pin in row.found.values())
            for gpio, pin in row.stored.items():
                if kind(pin.role) == each:
                    told["stored"] += 1
                    told["found"] += row.verdicts[gpio] in ("right", "level", "channel")
                    told["level"] += row.verdicts[gpio] in ("right", "channel")
        recall = _share(told["found"], told["stored"])
        precision, level = _share(told["found"], told["said"]), _share(told["level"], told["found"])
        print(
            f"{each:14} {told['stored']:6} {told['found']:6} {told['said']:6} {recall:>7}"
            f" {precision:>9} {level}"
        )


def lamps(rows: list[Row]) -> None:
    """Lamps whose colours are wholly right."""
    known = [
        row for row in rows if row.led_map or any(p.role == "PWM" for p in row.stored.values())
    ]
    right = [row.name for row in known if _colours_right(row)]
    wrong = sorted({row.name for row in known} - set(right))
    print(
        f"\nlamps with all colours right: {len(right)} of {len(known)}; not so: {wrong or 'none'}"
    )


def _colours_right(row: Row) -> bool:
    if row.led_map:
        return row.outputs is not None and tuple(row.outputs) == tuple(row.led_map)
    return all(row.verdicts[g] == "right" for g, p in row.stored.items() if kind(p.role) == _LAMP)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def main() -> None:
    """Probe the dumps asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[""])
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
    rows = []
    for name in CHIPS:
        if name.startswith("openbk") or not any(part in name for part in options.only):
            continue
        row = measured(name, options.keep)
        judge(row)
        rows.append(row)
        faults = {f"P{gpio}": told for gpio, told in row.verdicts.items() if told != "right"}
        extra = [f"P{gpio}" for gpio in row.found if row.stored and gpio not in row.stored]
        right = sum(told == "right" for told in row.verdicts.values())
        print(
            f"{name[:50]:50} {right:2} of {len(row.verdicts):2} {row.device:5.0f} s"
            f" {row.wall:5.0f} s  {faults or ''} {'also ' + ' '.join(extra) if extra else ''}",
            flush=True,
        )
    stored = [row for row in rows if row.stored]
    by_role(stored)
    lamps(stored)
    wrong = [each for row in stored for each in contradictions(row)]
    print(f"certain, but not so: {wrong or 'none'}")
    walls = [row.wall for row in rows if row.wall]
    if walls:
        print(f"wall time: median {statistics.median(walls):.0f} s, longest {max(walls):.0f} s")


if __name__ == "__main__":
    main()
