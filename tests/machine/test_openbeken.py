"""OpenBeken 1.18.300 in the virtual chip, with configuration sectors made by bekenlab."""

import re
from collections.abc import Mapping

import pytest

from bekenlab.machine import FlashImage, Machine, PinEdge, StopReason, Until
from bekenlab.machine.console_input import ConsoleInput
from bekenlab.machine.peers.square_wave import SquareWave
from bekenlab.openbeken.config.edit import Changes, make_config
from machine_lab import CHIPS, image

FIRMWARES = ["openbk7231n-qio-1.18.300", "openbk7231t-qio-1.18.300"]
FLASH = 0x200000
CONSOLE = 31
PINS = {
    "6": "LED;4",
    "7": "PWM;3",
    "8": "WifiLED_n;0",
    "9": "AlwaysHigh;0",
    "14": "AlwaysLow;0",
    "24": "Rel_n;2",
    "26": "Rel;1",
}
firmwares = pytest.mark.parametrize("name", FIRMWARES)


def configured(
    name: str, pins: Mapping[str, str], startup: str = "", *flags: int, address: int | None = None
) -> Machine:
    """The firmware as downloaded, with a configuration sector in the rest of flash."""
    firmware, chip = image(name), CHIPS[name]
    made = make_config(
        {"pins": dict(pins), "command": startup},
        Changes(flags_on=frozenset(flags)),
        unique=b"\x01\x02\x03\x04",
        chip=chip,
    )
    assert not made.left_out
    sector = made.config.encode()
    start = made.address if address is None else address
    flash = bytearray(firmware.physical.ljust(FLASH, b"\xff"))
    flash[start : start + len(sector)] = sector
    return Machine.from_image(FlashImage(bytes(flash), firmware.logical), chip=chip)


def started(machine: Machine, second: int = 2) -> Machine:
    outcome = machine.run(Until(match=rf"Info:MAIN:Time {second},", device_seconds=10))
    assert outcome.reason is StopReason.MATCH, outcome
    return machine


def levels(machine: Machine, *gpios: int) -> list[tuple[str, int]]:
    pins = machine.pins()
    return [(pins[gpio].direction, pins[gpio].level) for gpio in gpios]


@firmwares
def test_a_status_line_comes_once_a_second(name: str) -> None:
    machine = started(configured(name, {}), 1)
    begin = machine.clock.seconds
    started(machine, 6)
    assert machine.clock.seconds - begin == pytest.approx(5, abs=0.1)


@firmwares
def test_pins_of_the_configuration_are_set_up(name: str) -> None:
    machine = started(configured(name, PINS, "backlog setChannel 2 1; setChannel 3 25"))
    assert "Correct config has been loaded" in machine.log
    assert levels(machine, 26, 24, 6) == [("out", 0), ("out", 0), ("out", 0)]
    assert levels(machine, 9, 14) == [("out", 1), ("out", 0)]
    pwm = machine.pwm(7)
    assert pwm is not None
    assert (round(pwm.hz), round(pwm.duty, 2)) == (1000, 0.25)
    assert levels(machine, 7) == [("function", 0)]


@firmwares
def test_the_wifi_led_blinks_while_there_is_no_network(name: str) -> None:
    machine = started(configured(name, PINS))
    for level in (0, 1, 0):
        outcome = machine.run(Until(pin=PinEdge(8, level), device_seconds=1))
        assert outcome.reason is StopReason.MATCH, outcome


@firmwares
def test_a_configuration_elsewhere_is_not_taken(name: str) -> None:
    machine = started(configured(name, PINS, address=0x1F0000))
    assert "Correct config has been loaded" not in machine.log
    assert levels(machine, 26, 9) == [("off", 0), ("off", 0)]


@firmwares
def test_typed_commands_move_pins(name: str) -> None:
    machine = started(configured(name, PINS, "", CONSOLE))
    machine.uart1.type(b"setChannel 1 1\r\nsetChannel 2 1\nsetChannel 3 50\n")
    outcome = machine.run(Until(match="channel 3 has changed to 50", device_seconds=1))
    assert outcome.reason is StopReason.MATCH, outcome
    assert levels(machine, 26, 24) == [("out", 1), ("out", 0)]
    pwm = machine.pwm(7)
    assert pwm is not None
    assert round(pwm.duty, 2) == 0.5
    machine.uart1.type(b"setChannel 1 0\n")
    outcome = machine.run(Until(pin=PinEdge(26, 0), device_seconds=0.1))
    assert outcome.reason is StopReason.MATCH, "within a tenth of a second"


@firmwares
def test_without_the_flag_there_is_no_console(name: str) -> None:
    machine = started(configured(name, PINS))
    for port in (machine.uart1, machine.uart2):
        port.type(b"setChannel 1 1\r\n")
    machine.run(Until(device_seconds=1))
    assert "has changed to" not in machine.log
    assert levels(machine, 26) == [("out", 0)]


@firmwares
def test_a_button_switches_its_relay(name: str) -> None:
    machine = started(configured(name, {"26": "Rel;1", "10": "Btn;1"}))
    for level in (1, 0):
        machine.drive(10, 0)
        machine.run(Until(device_seconds=0.2))
        machine.drive(10, None)
        outcome = machine.run(Until(pin=PinEdge(26, level), device_seconds=2))
        assert outcome.reason is StopReason.MATCH, outcome
        machine.run(Until(device_seconds=0.5))


@firmwares
def test_console_input_waits_until_startup_is_over(name: str) -> None:
    machine = configured(name, PINS, "setChannel 3 50", CONSOLE)
    ConsoleInput(machine, b"setChannel 1 1\nsetChannel 3 20\n")
    started(machine, 2)
    said = [line for line in machine.log.splitlines() if "has changed to" in line]
    changes = [re.findall(r"channel (\d+) has changed to (\d+)", line) for line in said]
    assert changes == [[("3", "50")], [("1", "1")], [("3", "20")]]
    assert levels(machine, 26) == [("out", 1)]


@firmwares
def test_pulses_of_a_power_meter_are_counted(name: str) -> None:
    pins = {"7": "BL0937CF;0", "6": "BL0937CF1;0", "24": "BL0937SEL;0"}
    machine = started(configured(name, pins, "startDriver BL0937", CONSOLE))
    meter = SquareWave(machine, 7)

    def watts(hz: float) -> int:
        meter.set(hz)
        machine.run(Until(device_seconds=5))
        machine.uart1.type(b"echo it takes $power W\n")
        outcome = machine.run(Until(match=r"it takes (\d+)\.?\d* W", device_seconds=1))
        return int(outcome.detail.split()[2].partition(".")[0])

    low, high = watts(100), watts(200)
    assert low > 100
    assert high == pytest.approx(2 * low, rel=0.02)
    assert watts(0) == 0
