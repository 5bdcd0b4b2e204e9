"""Real firmwares in the virtual chip. Bounds are device seconds; wall limits only guard a hang."""

import json
import re

import pytest

from bekenlab.machine import Machine, Outcome, StopReason, Until, snapshot
from bekenlab.machine.peers.tuya_mcu import TuyaMcu
from machine_lab import CHIPS, PLUG, image
from shared import shared

_WALL = 120.0
#: What each prints of itself; the default is Tuya's firmware name and version.
_IDENTITY = {
    "bl2028n-dreo-dr-htf004s-fan-pai-053": r"app_init finished",  # not Tuya's, and anonymous
    "openbk": r"OpenBK7\w+, version \S+",
}
_TUYA_IDENTITY = (
    r"[a-zA-Z]\w*_\w+:\d+\.\d+\.\d+|\*\*\[\w+\] \[\d+\.\d+\.\d+\]|oem_\w+ \d+\.\d+\.\d+"
)
_MOTION = "tuya-generic-motion-sensor-cbu-v1.0.6-kraslaw"
#: Their SDK's console prints in the factory's test only: it drops "app_init finished" otherwise.
_SILENT = {"bk7231n-tuya-temphum-lcd-sensor-tuyamcu-2025-26-9", _MOTION}
_FACTORY_TEST_PIN = 21
_ROLE = re.compile(r"(rl\d*|netled\d*|led\d*|bt\d*|total_bt|status_led)_pin")


def boot(name: str, start: str = "app") -> Machine:
    chip = CHIPS[name]
    if start == "bootloader":
        return Machine.from_image(image(name), chip=chip, start="bootloader")
    return Machine.from_image(image(name), chip=chip)


def until(match: str, seconds: float) -> Until:
    return Until(match=match, device_seconds=seconds, wall_seconds=_WALL)


@pytest.mark.parametrize("name", CHIPS)
def test_every_dump_says_what_it_is(name: str) -> None:
    wanted = next((p for key, p in _IDENTITY.items() if name.startswith(key)), _TUYA_IDENTITY)
    outcome = boot(name).run(until(wanted, 10))
    assert outcome.reason is StopReason.MATCH, outcome


@pytest.mark.parametrize(
    "name", [n for n, chip in CHIPS.items() if chip == "BK7231N" and n not in _SILENT]
)
def test_every_bk7231n_finishes_its_start(name: str) -> None:
    outcome = boot(name).run(until("app_init finished", 10))
    assert outcome.reason is StopReason.MATCH, outcome


@pytest.mark.parametrize("name", sorted(_SILENT | {PLUG}))
def test_the_factory_test_finishes_its_start_on_uart1(name: str) -> None:
    machine = boot(name)
    machine.drive(_FACTORY_TEST_PIN, 0)
    machine.run(Until(device_seconds=1, wall_seconds=_WALL))
    assert b"app_init finished" in machine.uart1.sent
    assert b"ate_start" in machine.uart1.sent
    assert not machine.uart2.sent


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


def test_a_snapshot_of_a_real_firmware_goes_on_identically() -> None:
    first, second = boot(PLUG), boot(PLUG)
    first.run(Until(device_seconds=0.5, wall_seconds=_WALL))
    snapshot.restore(second, snapshot.save(first))
    for machine in (first, second):
        machine.run(Until(device_seconds=1, wall_seconds=_WALL))
    assert snapshot.save(first) == snapshot.save(second)


def test_pins_idle_as_their_polarity_says() -> None:
    good, bad = 0, []
    for name in CHIPS:
        pins = _pins(name)
        if not pins:
            continue
        machine = boot(name)
        machine.run(Until(device_seconds=5, wall_seconds=_WALL))
        states = {state.gpio: state for state in machine.pins()}
        for role, gpio, active in pins:
            state = states[gpio]
            if "bt" in role:
                agrees = state.direction == "in" and (state.pull == "up") == (active == 0)
            else:
                agrees = state.direction == "out" and state.level != active
            good += agrees
            if not agrees:
                bad.append((name, role, state))
    assert good + len(bad) >= 35
    assert good / (good + len(bad)) >= 0.9, bad


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


def _pins(name: str) -> list[tuple[str, int, int]]:
    """Role, GPIO and active level of the relays, LEDs and buttons in storage."""
    parameters = _parameters(name)
    found = []
    for key, value in parameters.items():
        role = _ROLE.fullmatch(key)
        level = parameters.get(f"{role.group(1)}_lv", "") if role else ""
        if role and value.isdigit() and level.isdigit():
            found.append((role.group(1), int(value), int(level)))
    return found
