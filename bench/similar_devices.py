"""How often the pins of similar devices are right: each device is left out once, and asked about.

    git clone https://github.com/tuya-cloudcutter/tuya-cloudcutter.github.io
    PYTHONPATH=src python bench/similar_devices.py tuya-cloudcutter.github.io/devices

The files are other people's; nothing of them is part of bekenlab. docs/corpus.md has the result.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bekenlab.corpus.neighbours import FEWEST, FEWEST_OF_MODULE
from bekenlab.corpus.rows import layout_of
from bekenlab.pins import Source, pins_from_parameters


@dataclass(frozen=True, slots=True)
class Device:
    """A device with pins: what it is found by, and how it is connected."""

    key: str
    schema: str
    module: str
    layout: str


def read(path: Path) -> Device | None:
    """A device of the list; None if it has no pins, no key or no schema."""
    row: dict[str, Any] = json.loads(path.read_text("utf-8"))
    parameters = row.get("device_configuration") or {}
    layout = layout_of(pins_from_parameters(parameters, source=Source.STORAGE))
    key, schema = row.get("key"), " ".join(sorted(row.get("schemas") or {}))
    if not (layout and key and schema):
        return None
    return Device(key, schema, str(parameters.get("module") or ""), layout)


def left_out(devices: list[Device], names: tuple[str, ...], fewest: int) -> tuple[int, int]:
    """For how many devices others make a claim, and how many of the claims are right."""
    groups: dict[tuple[str, ...], list[Device]] = defaultdict(list)
    for device in devices:
        groups[tuple(getattr(device, name) for name in names)].append(device)
    claims = right = 0
    for group in groups.values():
        for at, device in enumerate(group):
            others = {other.layout for other in group[:at] + group[at + 1 :]}
            if len(group) - 1 >= fewest and len(others) == 1:
                claims += 1
                right += device.layout in others
    return claims, right


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("devices", type=Path)
    folder = parser.parse_args().devices
    devices = [found for path in sorted(folder.glob("*.json")) if (found := read(path))]
    print(f"{len(devices)} devices")
    rules = {(("key", "schema"), FEWEST), (("key", "schema", "module"), FEWEST_OF_MODULE)}
    for names in (("key",), ("key", "schema"), ("key", "schema", "module")):
        for fewest in (1, 2, 3):
            claims, right = left_out(devices, names, fewest)
            share = f"{right / claims:.1%}" if claims else "-"
            rule = "  <- the rule" if (names, fewest) in rules else ""
            print(f"{', '.join(names):24} {fewest}  {right:4} of {claims:4} {share:>7}{rule}")


if __name__ == "__main__":
    main()
