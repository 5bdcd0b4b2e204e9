"""ESPHome's verdict on the YAML of real devices, and whether it read from it what was meant."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from amounts import ALL, one_in
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.subject import read_subject
from bekenlab.chips import find_chip
from bekenlab.esphome import Firmware, build_firmware
from bekenlab.openbeken.to_pins import pins_from_template
from bekenlab.pins import Colour, PinMap, Polarity, Source, pins_from_parameters
from bekenlab.report.exports import EXPORTERS, Request
from esphome_judge import SECRETS, Judgement, command, judge
from shared import dump_names, shared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# One process has everything judged once; what is run for its volume is not measured.
pytestmark = pytest.mark.no_cover

NO_BOARD = {"BK7231U", "BK7252N"}  # of ESPHome


@cache
def configurations() -> dict[str, tuple[PinMap, Firmware, dict[str, Any]]]:
    """Pin map, firmware and parameters of each; of another make's chip, as if it were a BK7231N."""
    found = {}
    entries = json.loads(shared("data", "tuya-configs.json").read_text(encoding="utf-8"))
    for number, entry in enumerate(entries):
        config, baud = entry["config"] or {}, entry["tuyamcu_baud"]
        pinmap = pins_from_parameters(
            config, source=Source.STORAGE, mcu_baud=int(baud) if baud else None
        )
        chip = entry["chip"] if find_chip(entry["chip"]) else "BK7231N"
        made = build_firmware(pinmap, chip=chip, firmware=entry["firmware"])
        found[f"{number} {entry['slug']}"] = (pinmap, made, config)
    return found


@cache
def judged() -> dict[str, Judgement]:
    return judge({name: made.yaml for name, (_, made, _) in configurations().items()})


def pins_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every pin of a configuration as ESPHome read it."""
    if isinstance(value, dict):
        if "number" in value and "inverted" in value:
            yield value
        for inner in value.values():
            yield from pins_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from pins_in(inner)


def test_esphome_accepts_every_configuration() -> None:
    assert len(judged()) >= 354
    refused = {name: said.errors for name, said in judged().items() if not said.ok}
    assert refused == {}


def test_every_pin_is_in_the_firmware_or_left_out_with_a_reason() -> None:
    expressed = total = 0
    for name, (pinmap, made, _) in configurations().items():
        read = {pin["number"] for pin in pins_in(judged()[name].config)}
        read |= {row.get("pin") for row in judged()[name].config.get("light", [])}
        for pin in pinmap.pins:
            total += 1
            here = pin.gpio in read
            expressed += here
            assert here or any(said.startswith(f"P{pin.gpio},") for said in made.left_out), name
    assert total > 1200
    # What is not: pins reserved for SPI, and pins that the board does not have.
    assert expressed >= 0.94 * total


def test_esphome_reads_every_level_as_the_configuration_states_it() -> None:
    checked = 0
    for name, (pinmap, made, _) in configurations().items():
        read = {pin["number"]: pin["inverted"] for pin in pins_in(judged()[name].config)}
        for pin in pinmap.pins:
            lost = any(said.startswith(f"P{pin.gpio}, {pin.label}:") for said in made.left_out)
            if pin.polarity is None or pin.assumed or lost or pin.gpio not in read:
                continue
            turned = pin.role == "BL0937SEL" or pin.colour is Colour.TEMPERATURE
            low = pin.polarity is Polarity.ACTIVE_LOW
            assert read[pin.gpio] is (low is not turned), (name, pin.label)
            checked += 1
    assert checked > 700


def test_a_pin_that_is_pressed_low_is_pulled_up_and_the_other_way_round() -> None:
    checked = 0
    for name, (pinmap, _, _) in configurations().items():
        modes = {pin["number"]: pin["mode"] for pin in pins_in(judged()[name].config)}
        for pin in pinmap.pins:
            if pin.role == "Btn" and pin.gpio in modes:
                low = pin.polarity is not Polarity.ACTIVE_HIGH
                assert (modes[pin.gpio]["pullup"], modes[pin.gpio]["pulldown"]) == (low, not low)
                checked += 1
    assert checked > 100


def test_each_lamp_has_its_colours_on_its_pins_at_its_frequency() -> None:
    lamps = 0
    for name, (pinmap, _, config) in configurations().items():
        read = judged()[name].config
        outputs = {row["id"]: row for row in read.get("output", [])}
        for light in read.get("light", []):
            for option, letter in (("red", "r"), ("green", "g"), ("blue", "b")):
                if option in light and f"{letter}_pin" in config:
                    output = outputs[light[option]]
                    assert output["pin"]["number"] == config[f"{letter}_pin"]
                    assert output["frequency"] == (pinmap.pwm_hz or 1000)
                    lamps += 1
            if "color_temperature" in light and "w_pin" in config:
                assert outputs[light["color_temperature"]]["pin"]["number"] == config["w_pin"]
    assert lamps > 200


def test_each_driver_has_its_colours_on_its_outputs() -> None:
    drivers = 0
    for name, (pinmap, _, config) in configurations().items():
        if pinmap.led_driver is None:
            continue
        read = judged()[name].config
        platform = pinmap.led_driver.name.lower()
        outputs = {row["id"]: row for row in read["output"] if row["platform"] == platform}
        first = 1 if platform == "bp5758d" else 0
        (hub,) = read[platform]
        assert hub["data_pin"]["number"] == config["iicsda"]
        assert hub["clock_pin"]["number"] == config["iicscl"]
        for option, key in (("red", "iicr"), ("green", "iicg"), ("blue", "iicb")):
            assert outputs[read["light"][0][option]]["channel"] - first == config[key]
        if "drgbcur" in config:
            assert outputs[read["light"][0]["red"]]["current"] == config["drgbcur"]
        drivers += 1
    assert drivers >= 50


def test_each_relay_is_switched_by_its_button() -> None:
    pairs = 0
    for name, (pinmap, _, config) in configurations().items():
        read = judged()[name].config
        relays = {
            row["id"]: row["pin"]["number"]
            for row in read.get("switch", [])
            if row["platform"] == "gpio"
        }
        for button in read.get("binary_sensor", []):
            keys = [
                e.key for p in pinmap.pins if p.gpio == button["pin"]["number"] for e in p.evidence
            ]
            for press in button.get("on_press", []):
                for action in press["then"]:
                    number = keys[0].removeprefix("bt").removesuffix("_pin")
                    if "switch.toggle" in action and f"rl{number}_pin" in config:
                        target = relays[action["switch.toggle"]["id"]]
                        assert target == config[f"rl{number}_pin"], name
                        pairs += 1
    assert pairs > 80


@pytest.fixture(scope="module")
def from_dumps() -> dict[str, str]:
    found = {}
    for name in dump_names():
        subject = read_subject(shared("dumps", f"{name}.bin.xz"), boot=BootMode.NEVER)
        made = EXPORTERS["esphome"].write(Request(subject, None, bytes(4)))
        found[name] = made.content.decode()
    return found


def test_esphome_accepts_the_yaml_of_every_dump(from_dumps: dict[str, str]) -> None:
    refused = {name: said.errors for name, said in judge(from_dumps).items() if not said.ok}
    assert refused == {}
    assert len(from_dumps) >= 33


def test_the_command_line_of_esphome_accepts_it_too(
    from_dumps: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "secrets.yaml").write_text(SECRETS)
    for name in sorted(from_dumps)[::11]:
        (tmp_path / "device.yaml").write_text(from_dumps[name], encoding="utf-8")
        run = subprocess.run(
            [*command(), "config", "device.yaml"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        assert run.returncode == 0, run.stdout
        assert "Configuration is valid" in run.stdout + run.stderr


def test_esphome_accepts_the_yaml_of_every_known_openbeken_device() -> None:
    devices = json.loads(shared("data", "openbeken-devices.json").read_text(encoding="utf-8"))
    made = {}
    for number, entry in one_in(9, list(enumerate(devices["devices"]))):
        chip = find_chip(str(entry.get("chip") or ""))
        if chip is None or chip.name in NO_BOARD:
            continue
        title = f"{entry.get('vendor')} {entry.get('name')}"
        told = pins_from_template(entry)
        made[f"{number} {title}"] = build_firmware(told, chip=chip.name, title=title).yaml
    assert len(made) > (600 if ALL else 60)
    refused = {name: said.errors for name, said in judge(made).items() if not said.ok}
    assert refused == {}
