"""Real firmwares in the virtual chip. Bounds are device seconds; wall limits only guard a hang."""

import json
import re

import pytest

from bekenlab.machine import Machine, Outcome, StopReason, Until, snapshot
from bekenlab.machine.peers.tuya_mcu import TuyaMcu
from machine_support import CHIPS, PLUG, image
from shared import shared

_WALL = 120.0
_MOTION = "tuya-generic-motion-sensor-cbu-v1.0.6-kraslaw"
#: Their SDK's console prints in the factory's test only: it drops "app_init finished" otherwise.
_SILENT = {"bk7231n-tuya-temphum-lcd-sensor-tuyamcu-2025-26-9", _MOTION}
_FACTORY_TEST_PIN = 21


# Millions of instructions in the same lines; they are measured by shorter tests.
pytestmark = pytest.mark.no_cover


def boot(name: str, start: str = "app") -> Machine:
    chip = CHIPS[name]
    if start == "bootloader":
        return Machine.from_image(image(name), chip=chip, start="bootloader")
    return Machine.from_image(image(name), chip=chip)


def until(match: str, seconds: float) -> Until:
    return Until(match=match, device_seconds=seconds, wall_seconds=_WALL)


@pytest.mark.parametrize("name", sorted(_SILENT | {PLUG}))
def test_the_factory_test_completes_its_startup_on_uart1(name: str) -> None:
    machine = boot(name)
    machine.drive(_FACTORY_TEST_PIN, 0)
    machine.run(Until(device_seconds=1, wall_seconds=_WALL))
    assert b"app_init finished" in machine.uart1.sent
    assert b"ate_start" in machine.uart1.sent
    assert not machine.uart2.sent


@pytest.mark.parametrize("name", sorted(_SILENT | {PLUG}))
def test_startup_is_complete_whether_it_is_printed_or_not(name: str) -> None:
    machine = boot(name)
    reached: list[float] = []
    for place in _uses(image(name).logical, b"app_init finished"):
        machine.cpu.watch(place, lambda: reached.append(machine.clock.seconds))
    machine.run(Until(device_seconds=1, wall_seconds=_WALL))
    assert len(reached) == 1
    assert ("app_init finished" in machine.log) == (name not in _SILENT)


def _uses(logical: bytes, text: bytes) -> list[int]:
    """Where Thumb code takes the address of a text from the words behind it."""
    word = logical.index(text).to_bytes(4, "little")
    found = []
    for place in range(0x10000, 0x20000, 2):
        code = int.from_bytes(logical[place : place + 2], "little")
        source = (place + 4 & ~3) + (code & 0xFF) * 4
        if code >> 11 == 0b01001 and logical[source : source + 4] == word:
            found.append(place)
    return found


def test_a_motion_sensor_sleeps_until_motion_or_its_timer_wakes_it() -> None:
    machine = boot(_MOTION)
    for motion, kind in ((False, 0), (True, 3), (False, 5)):
        if motion:
            machine.drive(16, 1)
        # Eight hours of sleep are over in a second.
        outcome = machine.run(until(rf"upload_by_wake_event,cur_wake_type:{kind}\b", 28_801))
        assert outcome.reason is StopReason.MATCH, outcome
        machine.drive(16, 0)
        assert machine.run(until("enter sleep mode,sleep_timer is 28800", 15)).detail
        machine.run(Until(device_seconds=0.1))
        assert machine.asleep


def test_the_plug_prints_every_pin_of_its_storage() -> None:
    machine = boot(PLUG)
    assert machine.run(until(r"ch_cddpid5: is 13", 1)).reason is StopReason.MATCH
    printed = dict(re.findall(r",(\w+): is (\S+) ", machine.log))
    stored = _parameters(PLUG)
    pins = {key: value for key, value in stored.items() if key.endswith("_pin")}
    assert len(pins) == 7
    assert {key: printed[key] for key in pins} == pins


def test_two_runs_print_the_same_bytes_and_count_the_same() -> None:
    def run() -> tuple[str, int, float, bytes]:
        machine = boot(PLUG)
        outcome = machine.run(Until(device_seconds=2, wall_seconds=_WALL))
        return machine.log, outcome.instructions, outcome.device_seconds, snapshot.save(machine)

    assert run() == run()


def test_a_snapshot_of_a_real_firmware_continues_identically() -> None:
    first, second = boot(PLUG), boot(PLUG)
    first.run(Until(device_seconds=0.5, wall_seconds=_WALL))
    snapshot.restore(second, snapshot.save(first))
    for machine in (first, second):
        machine.run(Until(device_seconds=1, wall_seconds=_WALL))
    assert snapshot.save(first) == snapshot.save(second)


@pytest.mark.parametrize(
    "name",
    [
        "bk7231n-tuya-10gang-wallswitch-tuyamcu-3.1.28",
        "bk7231n-tuya-a03cb3s-alarm-tuyamcu-2.1.17",
        "bk7231n-tuya-beok-tol47wifi-thermostat-tuyamcu-tuyaos-3.11.12",
        "bk7231t-tuya-tmwf02-fan-switch-tuyamcu-1.1.71",
    ],
)
def test_a_tuya_mcu_ends_the_heartbeat_loop(name: str) -> None:
    machine = boot(name)
    mcu = TuyaMcu("keyabcdefghijklm")
    machine.uart1.attach(mcu)
    machine.run(Until(device_seconds=4, wall_seconds=_WALL))
    commands = [frame.command for frame in mcu.frames]
    assert commands[:3] == [0, 1, 2], "heartbeat, product, working mode"


@pytest.mark.parametrize("name", ["openbk7231n-qio-1.18.300", "openbk7231t-qio-1.18.300"])
def test_openbeken_reaches_its_status_line(name: str) -> None:
    outcome = boot(name).run(until(r"Info:MAIN:Time 6,.*\n", 12))
    assert outcome.reason is StopReason.MATCH


def test_openbeken_takes_commands() -> None:
    machine = boot("openbk7231t-qio-1.18.300-mathdemo-obkstartupcommand-uartconsole")
    machine.run(until("MAIN:Time 2", 6))
    machine.uart1.type(b"SetChannel 1 30\r\n")
    assert machine.run(until("channel 1 has changed to 30", 2)).reason is StopReason.MATCH


def _ask(machine: Machine, request: str, length: int) -> bytes:
    begin = len(machine.uart1.sent)
    machine.uart1.type(bytes.fromhex(request))
    for _ in range(200):
        outcome: Outcome = machine.run(Until(device_seconds=0.01, wall_seconds=_WALL))
        if len(machine.uart1.sent) - begin >= length or outcome.reason is StopReason.WATCHDOG:
            break
    return bytes(machine.uart1.sent[begin:])


def test_the_boot_loader_of_a_t_answers_the_download_protocol() -> None:
    name = "bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz"
    machine = boot(name, start="bootloader")
    while not machine.uart1.listening:
        machine.step(500)
    assert _ask(machine, "01E0FC0100", 8) == bytes.fromhex("040E0501E0FC0100")
    assert b"BK7231S_1.0.5" in _ask(machine, "01E0FC0111", 20)
    sector = _ask(machine, "01E0FCFFF405000900100100", 4111)
    assert sector[15:] == image(name).physical[0x11000:0x12000]


def test_the_boot_loader_starts_the_application() -> None:
    outcome = boot(PLUG, start="bootloader").run(until("mqc app init", 2))
    assert outcome.reason is StopReason.MATCH


def _parameters(name: str) -> dict[str, str]:
    facts = json.loads(shared("dumps", "expected", f"{name}.json").read_text("utf-8"))
    keys = facts.get("storage", {}).get("keys", {})
    text = keys.get("user_param_key", {}).get("value", "").strip("{}")
    return dict(item.split(":", 1) for item in text.split(",") if ":" in item)
