"""upk2esphome, whose files run on LibreTiny, as a witness: which pins, and which way round."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from bekenlab.chips import find_chip
from bekenlab.esphome import build_firmware
from bekenlab.pins import Source, pins_from_parameters
from peers import PYTHON, needs
from shared import shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.esphome import Firmware

pytestmark = pytest.mark.no_cover

_PEER = Path(__file__).with_name("upk2esphome_peer.py")
_TAG = re.compile(r"!secret (\w+)")
_SERIAL = {"RX1", "TX1"}  # of UART1, which we name by their GPIOs
Turned = dict[str, bool]
"""GPIO as both write it to whether it is inverted."""


@cache
def pairs() -> tuple[tuple[dict[str, Any], Turned, Turned, str], ...]:
    """Configuration, their pins, ours, and what we say is left out, where they make something."""
    needs("upk2esphome")
    entries = json.loads(shared("data", "tuya-configs.json").read_text(encoding="utf-8"))
    entries = [entry for entry in entries if entry["config"]]
    run = subprocess.run(
        [PYTHON, str(_PEER)],
        input=json.dumps([entry["config"] for entry in entries]),
        capture_output=True,
        text=True,
        check=True,
    )
    found = []
    for entry, theirs in zip(entries, json.loads(run.stdout), strict=True):
        if theirs is not None:
            ours = _ours(entry)
            document = YAML(typ="safe", pure=True).load(_TAG.sub(r"secret-\1", ours.yaml))
            left_out = "\n".join(ours.left_out)
            found.append((entry["config"], dict(_pins(theirs)), dict(_pins(document)), left_out))
    return tuple(found)


def _ours(entry: dict[str, Any]) -> Firmware:
    baud = entry["tuyamcu_baud"]
    pinmap = pins_from_parameters(
        entry["config"], source=Source.STORAGE, mcu_baud=int(baud) if baud else None
    )
    chip = entry["chip"] if find_chip(entry["chip"]) else "BK7231N"
    return build_firmware(pinmap, chip=chip)


def _pins(value: Any) -> Iterator[tuple[str, bool]]:
    if isinstance(value, dict):
        if isinstance(value.get("number"), str):
            yield value["number"], bool(value.get("inverted"))
            return
        for name, inner in value.items():
            if isinstance(inner, str) and (name == "pin" or name.endswith("_pin")):
                yield inner, False
            else:
                yield from _pins(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _pins(inner)


def test_both_programs_turn_the_same_pins_round() -> None:
    counts: Counter[str] = Counter()
    odd = []
    for config, theirs, ours, left_out in pairs():
        counts["compared"] += 1
        for pin, inverted in theirs.items():
            if pin not in ours:
                counts["pins only theirs"] += 1
                assert pin in _SERIAL or f"{pin}, " in left_out, "the reason is told"
                continue
            counts["pins"] += 1
            if ours[pin] == inverted:
                continue
            # Tuya counts colour temperature towards cold; they leave it that way round.
            if config.get("cwtype") == 1 and pin == f"P{config.get('w_pin')}":
                counts["colour temperature"] += 1
            else:
                odd.append((config.get("module"), pin, inverted))
    assert counts["compared"] > 200
    assert counts["pins"] > 700
    assert odd == []


def test_a_bl0937s_pulses_are_turned_round_by_both() -> None:
    meters = [
        (theirs[pin], ours[pin])
        for config, theirs, ours, _ in pairs()
        if config.get("chip_type") == 0 and (pin := f"P{config.get('ele_pin')}") in ours
    ]
    assert len(meters) > 15
    assert set(meters) == {(True, True)}
