"""Power meters, latching relays, batteries, and a second controller on a serial port."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.chips import pin_name
from bekenlab.pins._values import number
from bekenlab.pins.model import Battery, Meter

if TYPE_CHECKING:
    from bekenlab.chips import OtherChip
    from bekenlab.pins._found import Reading

_USE_UART2 = 26
_BL0937, _HLW8012, _HLW8032, _BL0942 = range(4)
_BAUD_KEYS = ("baud", "uart_baud", "wifi_bdrate")
_BAUD_LIMIT = 3_000_000


def read_metering(reading: Reading) -> Meter | None:
    """Find the power meter and add what it needs: ``chip_type`` 0 to 3, after upk2esphome.

    BL0937 and HLW8012 are started by their pins. HLW8032 speaks the CSE7766's protocol (the public
    template of a device with ``chip_type:2`` starts that driver). BL0942 is on a serial port.
    """
    chip = reading.number("chip_type")
    serial = any(item.row.group == "meter_uart" for item in reading.found)
    pulses = any(item.row.group == "meter" for item in reading.found)
    if reading.number("ele_fun_en") == 0:
        reading.note("The configuration says that the power meter is not used (ele_fun_en:0).")
        return None
    if chip == _HLW8032:
        return _serial_meter("CSE7766", "HLW8032", reading)
    if chip == _BL0942 or (serial and not pulses):
        return _serial_meter("BL0942", "BL0942", reading)
    if not pulses:
        return None
    part = "HLW8012" if chip == _HLW8012 else "BL0937"
    roles = "" if part == "BL0937" else ", for which OpenBeken uses the roles of the BL0937"
    reading.note(f"The power meter is a {part}{roles}; calibrate it before you trust it.")
    return Meter(part, milliohm=_shunt(reading))


def _shunt(reading: Reading) -> int | None:
    for key in ("sample_resistor", "resistor"):
        stored = reading.number(key)
        if stored is not None and 1 <= stored <= _LARGEST_SHUNT:
            return stored
    return None


def _serial_meter(driver: str, part: str, reading: Reading) -> Meter:
    reading.command(f"startDriver {driver}")
    rx = reading.number("ele_rx")
    if rx == 1:
        reading.flags.add(_USE_UART2)
    port = "P1 and P0 (UART2)" if rx == 1 else "P10 and P11 (UART1)"
    where = "a serial port" if reading.chip else f"the serial port {port}"
    reading.note(
        f"The power meter is a {part} on {where}: give those pins no other role, "
        "and calibrate it before you trust it."
    )
    return Meter(part, uart=2 if rx == 1 else 1, milliohm=_shunt(reading))


_LARGEST_SHUNT = 1000
_LONGEST_PULSE = 10_000


def read_latching(reading: Reading) -> int | None:
    """Assign latching relays: two coils make a bridge, an "on" pin alone is a plain relay.

    Returns:
        Length of the pulse in ms, if stored.
    """
    channels = {
        group: {item.pin.channel for item in reading.found if item.row.group == group}
        for group in ("latch_on", "latch_off")
    }
    for index, item in enumerate(reading.found):
        if item.row.group == "latch_on" and item.pin.channel not in channels["latch_off"]:
            label = f"Relay {item.pin.channel}"
            reading.found[index] = replace(item, pin=replace(item.pin, role="Rel", label=label))
    pulses = [
        reading.number(f"rl{channel}_drvtime") or reading.number("rl_drvtime") or 0
        for channel in channels["latch_on"] & channels["latch_off"]
    ]
    # OpenBeken has one length for all bridges: a longer pulse switches every coil.
    longest = max((pulse for pulse in pulses if pulse <= _LONGEST_PULSE), default=0)
    if longest < 1:
        return None
    reading.command(f"BridgePulseLength {longest}")
    return longest


def read_battery(reading: Reading) -> Battery | None:
    """Set up the battery driver if the configuration gives the empty and full voltages in mV."""
    if reading.by_pattern("samp_pin") is None:
        return None
    battery = None
    low, high = reading.number("min_V"), reading.number("max_V")
    if low is not None and high is not None and 0 < low < high < 100_000:
        battery = Battery(low, high)
        reading.command("startDriver Battery")
        reading.command(f"Battery_Setup {low} {high}")
    reading.note(
        "A battery device: use DoorSnsrWSleep instead of dInput for its sensor, or OpenBeken "
        "will not sleep and drain the battery. The divider in Battery_Setup may need calibration."
    )
    return battery


def read_second_processor(reading: Reading, mcu_baud: int | None) -> int | None:
    """TuyaMCU's baud rate: from storage, or from a configuration without any pins."""
    stated = [number(reading.values.get(key)) for key in _BAUD_KEYS]
    stored = next((baud for baud in stated if baud is not None), None)
    baud = mcu_baud if mcu_baud is not None else stored
    if baud is None or not 1 <= baud <= _BAUD_LIMIT:
        return None
    if mcu_baud is None and (reading.found or reading.unknown):
        where = "a serial port" if reading.chip else "P10 and P11"
        reading.note(
            f"A serial speed of {baud} is set: a TuyaMCU device or a serial power meter may sit on "
            f"{where}."
        )
        return None
    reading.command("startDriver TuyaMCU")
    reading.command(f"tuyaMcu_setBaudRate {baud}")
    reading.note(_controller_note(baud, reading.chip))
    return baud


def _controller_note(baud: int, chip: OtherChip | None) -> str:
    """What a second controller means; its port is known of some chips only."""
    if chip is not None and chip.mcu_uart is None:
        return (
            f"A TuyaMCU device: a second controller on a serial port at {baud} baud does the work. "
            "Give the pins of that port no role; only its data points need to be mapped."
        )
    port = chip.mcu_uart if chip is not None and chip.mcu_uart else (10, 11)
    rx, tx = (pin_name(chip.name if chip else None, gpio) for gpio in port)
    line = "a serial port" if chip else "UART1"
    return (
        f"A TuyaMCU device: a second controller on {line} ({rx} RX, {tx} TX) at {baud} baud does "
        f"the work. Give {rx} and {tx} no role; only its data points need to be mapped."
    )
