"""``bekenlab mcu``: captures decoded, set-ups printed."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from cli.program import bekenlab, environment
from shared import shared
from started import program

if TYPE_CHECKING:
    from pathlib import Path

REPORT = "55 AA 03 07 00 08 02 02 00 04 00 00 00 64 7D"
DIMMER = "zcn1sye3spbycifv"
SIREN = "dumps/bk7231n-tuya-a03cb3s-alarm-tuyamcu-2.1.17.bin.xz"


def test_a_capture_is_decoded(tmp_path: Path) -> None:
    file = tmp_path / "capture.txt"
    file.write_text(f"Info:TuyaMCU:received {REPORT}\n")
    assert "2 Bright value 1: 100" in bekenlab("mcu", "decode", file, "--product", DIMMER).out
    found = json.loads(bekenlab("mcu", "decode", "--json", file).out)
    assert found["frames"][0]["points"] == [
        {"id": 2, "type": "value", "raw": 100, "shown": "100", "code": None}
    ]
    told = json.loads(bekenlab("mcu", "identify", "--json", file).out)
    assert (told["protocol"], told["version"], told["known"]) == ("mains", 3, False)


def test_a_set_up_comes_from_a_dump_a_product_or_a_capture(tmp_path: Path) -> None:
    dump = shared(SIREN)
    made = bekenlab("mcu", "map", dump, "--to", "openbeken").out
    assert "SetChannelEnum 1 0:low 1:middle 2:high 3:mute" in made
    yaml = bekenlab("mcu", "map", dump, "--to", "esphome").out
    assert "enum_datapoint: 5" in yaml
    assert "bk72xx:" in yaml
    found = json.loads(bekenlab("mcu", "map", dump, "--to", "json").out)
    assert (found["source"], found["product"], found["baud"]) == (
        "storage",
        "ztoh9ka787lzjkpy",
        9600,
    )
    assert {point["id"] for point in found["points"]} == {5, 7, 13, 21}
    assert "Dimmer1000" in bekenlab("mcu", "map", DIMMER, "--to", "openbeken").out
    file = tmp_path / "capture.txt"
    file.write_text(REPORT)
    seen = json.loads(bekenlab("mcu", "map", file, "--to", "json").out)
    assert (seen["source"], [point["id"] for point in seen["points"]]) == ("capture", [2])


def test_what_nothing_tells_is_said(tmp_path: Path) -> None:
    unknown = bekenlab("mcu", "map", "nosuchproduct00", "--to", "json")
    assert unknown.status == 9
    assert "code not-found, exit 9" in unknown.err
    empty = tmp_path / "empty.txt"
    empty.write_text("nothing here\n")
    nothing = bekenlab("mcu", "map", empty, "--to", "json")
    assert nothing.status == 9
    assert "no-config" in nothing.err
    no_chip = bekenlab("mcu", "map", DIMMER, "--to", "esphome")
    assert no_chip.status == 2
    assert "--chip" in no_chip.err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo terminals")
@pytest.mark.filterwarnings("ignore:set.* is deprecated")  # pyserial 3.5
@pytest.mark.parametrize("way", [["--pty"], []])
def test_a_simulated_controller_answers_at_a_port(way: list[str]) -> None:
    import serial

    command = [*program(), "sim-mcu", DIMMER, *way]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(), text=True) as run:
        try:
            assert run.stdout
            address = run.stdout.readline().strip()
            with serial.serial_for_url(address, 9600, timeout=10) as port:
                port.write(bytes.fromhex("55AA0001000000"))
                assert b'"p":"zcn1sye3spbycifv"' in port.read_until(b"}")
                port.reset_input_buffer()
                port.write(bytes.fromhex("55AA000600050101000101" + "0E"))
                port.flush()
                answer = port.read(12)
            assert answer == bytes.fromhex("55AA0307000501010001011" + "2")
        finally:
            run.terminate()
    assert run.returncode == 0


def test_a_battery_devices_set_up_is_the_same_everywhere(tmp_path: Path) -> None:
    sensor = shared("dumps/bk7231n-tuya-temphum-lcd-sensor-tuyamcu-2025-26-9.bin.xz")
    mapped = bekenlab("mcu", "map", sensor, "--to", "openbeken").out.split("\n")
    template = json.loads(bekenlab("export", sensor, "--to", "openbeken").out)
    assert "startDriver tmSensor" in mapped
    assert mapped[:4] == template["command"].split("\n")[:4]


def test_a_file_that_is_called_like_a_port(tmp_path: Path) -> None:
    (tmp_path / "commands.txt").write_text(REPORT)
    command = [*program(), "mcu", "decode", "commands.txt"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, check=True)
    assert b"Data point 2: 100" in done.stdout
