"""OpenBeken in the virtual chip, with configuration sectors made by bekenlab."""

import lzma
import re
from collections.abc import Mapping

import pytest

from bekenlab.image import read_image
from bekenlab.machine import FlashImage, Machine, PinEdge, StopReason, Until
from bekenlab.machine.console_input import ConsoleInput
from bekenlab.machine.peers.square_wave import SquareWave
from bekenlab.openbeken import build_template
from bekenlab.openbeken.config.edit import Changes, make_config
from bekenlab.pins import Source, pins_from_parameters
from machine_support import CHIPS, image
from shared import shared

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


def _released(name: str) -> FlashImage:
    firmware = read_image(lzma.decompress(shared("images", f"{name}.bin.xz").read_bytes()))
    return FlashImage(firmware.physical, firmware.logical)


def test_a_release_of_2023_counts_its_starts_in_blank_flash() -> None:
    """Its variables are at the end of the flash that the id tells, far behind the file's end."""
    firmware = _released("openbk7231n-qio-1.17.203")
    flash = firmware.physical
    for count in (1, 2):
        machine = started(
            Machine.from_image(FlashImage(flash, firmware.logical), chip="BK7231N"), 1
        )
        assert f"Boot Count {count} " in machine.log
        assert "safe mode" not in machine.log.lower()
        flash = machine.flash


@pytest.mark.parametrize("chip", ["BK7252", "BK7252N"])
def test_chips_with_a_camera_port_run(chip: str) -> None:
    firmware = _released(f"open{chip.lower()}-qio-1.18.300")
    machine = started(Machine.from_image(firmware, chip=chip), 2)
    assert "1.18.300" in machine.log


def test_bk7238_has_pwm_and_a_status_line_each_second() -> None:
    """Its driver sets a new duty in the interrupt at the end of a period."""
    name = "openbk7238-qio-1.18.300"
    machine = started(configured(name, {"7": "PWM;3"}, "setChannel 3 50"), 1)
    begin = machine.clock.seconds
    started(machine, 4)
    assert machine.clock.seconds - begin == pytest.approx(3, abs=0.2)
    pwm = machine.pwm(7)
    assert pwm is not None
    assert (round(pwm.hz), round(pwm.duty, 2)) == (1000, 0.5)


def _pressed(machine: Machine, gpio: int) -> list[int]:
    """Press and let go; the levels of the two relays afterwards."""
    machine.drive(gpio, 0)
    machine.run(Until(device_seconds=0.2))
    machine.drive(gpio, None)
    machine.run(Until(device_seconds=0.8))
    return [level for _, level in levels(machine, 26, 24)]


@firmwares
def test_a_curtains_relays_are_never_on_together(name: str) -> None:
    stored: dict[str, object] = {"rl1_pin": 26, "rl3_pin": 24, "percent_ctrl1": 2}
    buttons: dict[str, object] = {"bt1_pin": 10, "bt2_pin": 11, "bt3_pin": 9}
    pinmap = pins_from_parameters(stored | buttons, source=Source.STORAGE)
    told = build_template(pinmap, chip=CHIPS[name])
    pins = told["pins"]
    assert isinstance(pins, dict)
    machine = started(configured(name, pins, str(told["command"])))
    edges: list[tuple[int, int, int]] = []
    machine.listen_edges(lambda tick, gpio, level: edges.append((tick, gpio, level)))
    assert _pressed(machine, 10) == [1, 0]
    assert _pressed(machine, 9) == [0, 1]
    assert _pressed(machine, 10) == [1, 0]
    assert _pressed(machine, 11) == [0, 0], "the stop button"
    relays = {26: 0, 24: 0}
    both = None
    for tick, gpio, level in edges:
        relays |= {gpio: level} if gpio in relays else {}
        if both is not None:
            assert tick - both < 0.002 * machine.clock.hz, "a relay takes longer to close"
        both = tick if all(relays.values()) else None


@firmwares
def test_relays_start_as_the_configuration_says(name: str) -> None:
    machine = started(configured(name, {"26": "Rel;1", "24": "Rel;2"}, "SetStartValue 1 1"), 1)
    assert levels(machine, 26, 24) == [("out", 1), ("out", 0)]
    remembered = {"26": "Rel;1", "24": "Rel;2"}
    machine = started(configured(name, remembered, "SetStartValue 1 -1\nsetChannel 1 1"), 1)
    flash = machine.flash
    sector = make_config(
        {"pins": remembered, "command": "SetStartValue 1 -1"},
        Changes(),
        unique=b"\x01\x02\x03\x04",
        chip=CHIPS[name],
    )
    start, content = sector.address, sector.config.encode()
    flash = flash[:start] + content + flash[start + len(content) :]
    again = FlashImage(flash, image(name).logical)
    assert levels(started(Machine.from_image(again, chip=CHIPS[name]), 1), 26) == [("out", 1)]


def test_an_app_without_its_boot_loader_starts() -> None:
    """The loader of a BK7231T relays software interrupts in a way that the app relies on."""
    whole = image("openbk7231t-qio-1.18.300")
    alone = FlashImage(
        b"\xff" * 0x11000 + whole.physical[0x11000:], b"\xff" * 0x10000 + whole.logical[0x10000:]
    )
    machine = Machine.from_image(alone, chip="BK7231T")
    outcome = machine.run(Until(match="Time 2,", device_seconds=8))
    assert outcome.reason is StopReason.MATCH, machine.log[-500:]
    machine.close()
