"""Devices on a serial port, and power meters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.esphome._plan import Fields, Plan, output_pin
from bekenlab.esphome.yaml import Text

if TYPE_CHECKING:
    from bekenlab.esphome._plan import Job
    from bekenlab.pins import Meter, PinMap

_UNKNOWN_PORT = "which pins its serial line has on this chip is not known"
_METER_BAUD = 4800
_DIVIDER = 1600  # of the voltage, in Tuya's plugs with a BL0937 or HLW8012: upk2esphome
_BOTH_EDGES = (
    "If everything reads twice too high, both edges of the pulses are counted: set voltage_divider "
    "to about 780 and give current and power the filter multiply: 0.5."
)
_CONTROLLER = (
    "A second controller does the work. ESPHome prints its data points in the log; map them to "
    "entities of the platform tuya, in switch, sensor, light and others."
)
_CONTROLLER_MAPPED = (
    "A second controller does the work. These are its data points; which of them this device has "
    "shows in ESPHome's log."
)
_CALIBRATE = "Compare it with a known load and calibrate it before you trust it."


def serial_pins(pinmap: PinMap) -> frozenset[int]:
    """GPIO numbers that a serial port uses, as far as they are known."""
    ports = {pinmap.meter.uart} if pinmap.meter and pinmap.meter.uart else set()
    if pinmap.mcu_baud:
        ports.add(1)
    return frozenset(gpio for port in ports for gpio in pinmap.ports.get(port, ()))


def add_serial(plan: Plan, *, mapped: bool = False) -> None:
    """The power meter, and the second controller of a TuyaMCU device.

    Args:
        plan: The firmware.
        mapped: Whether the controller's data points become entities.
    """
    plan.take("serial")
    meter, baud = plan.pinmap.meter, plan.pinmap.mcu_baud
    if meter is not None and meter.uart is not None:
        rx = plan.pinmap.ports.get(meter.uart, (None, None))[0]
        if rx is None:
            plan.left_out.append(f"{meter.part}: {_UNKNOWN_PORT}.")
        elif meter.uart == 1 and baud:
            plan.left_out.append(f"{meter.part}: a second controller is on the same serial line.")
        elif rx not in plan.board.gpios:
            plan.left_out.append(
                f"{meter.part}: the board {plan.board.name} has no {plan.board.pin_name(rx)}."
            )
        else:
            _serial_meter(meter, meter.uart, plan)
    _pulse_meter(meter, plan)
    if baud and 1 not in plan.pinmap.ports:
        plan.left_out.append(f"The second controller: {_UNKNOWN_PORT}.")
    elif baud:
        plan.set("tuya", _uart(1, baud, {}, plan), _CONTROLLER_MAPPED if mapped else _CONTROLLER)


def _uart(port: int, baud: int, options: Fields, plan: Plan) -> Fields:
    """Set up a port with those of its pins the board has; return the reference to it."""
    identifier = plan.names.identifier(f"uart {port}")
    pins = zip(("rx_pin", "tx_pin"), plan.pinmap.ports[port], strict=True)
    fields = {
        option: plan.board.pin_name(gpio) for option, gpio in pins if gpio in plan.board.gpios
    }
    plan.add("uart", {"id": identifier, **fields, "baud_rate": baud, **options})
    return {"uart_id": identifier}


def _serial_meter(meter: Meter, port: int, plan: Plan) -> None:
    sensors = _sensors(plan, "voltage", "current", "power")
    if meter.part == "HLW8032":
        line = _uart(port, _METER_BAUD, {"parity": "EVEN"}, plan)
        fields: Fields = {"platform": "hlw8032", **line, **sensors}
        if meter.milliohm:
            fields["current_resistor"] = _ohm(meter)
        plan.add("sensor", fields, _CALIBRATE)
        return
    line = _uart(port, _METER_BAUD, {}, plan)
    more = _sensors(plan, "energy", "frequency")
    doubt = f"{_CALIBRATE} If power is negative, give it the filter multiply: -1."
    plan.add("sensor", {"platform": "bl0942", **line, **sensors, **more}, doubt)


def _pulse_meter(meter: Meter | None, plan: Plan) -> None:
    """BL0937 and HLW8012: pulses of power on CF, of voltage or current on CF1, as SEL says.

    ESPHome takes a high SEL for current, these parts in Tuya's devices for voltage: the pin is
    turned round (upk2esphome, and public configurations of such plugs). Of a BL0937, LibreTiny
    counts no pulses at all unless CF and CF1 are inverted (libretiny issues 120 and 202,
    tuya-cloudcutter issue 808; upk2esphome does it too).
    """
    jobs = {kind: plan.take(kind) for kind in ("meter_cf", "meter_cf1", "meter_sel")}
    if not any(jobs.values()):
        return
    pulses = meter is not None and meter.uart is None
    if meter is None or not pulses or not all(jobs.values()):
        why = "ESPHome's hlw8012 takes CF, CF1 and SEL together"
        for job in (job for found in jobs.values() for job in found):
            plan.leave_out(job, why if pulses else "no power meter with pulses is used")
        return
    cf, cf1, sel = (found[0] for found in jobs.values())
    fields: Fields = {
        "platform": "hlw8012",
        "model": meter.part,
        "cf_pin": _pulse_pin(cf, meter),
        "cf1_pin": _pulse_pin(cf1, meter),
        "sel_pin": output_pin(sel, turned=True),
        **_sensors(plan, "voltage", "current", "power", "energy"),
        "current_resistor": _ohm(meter),
        "voltage_divider": _DIVIDER,
        "update_interval": "10s",
    }
    plan.add("sensor", fields, f"{_CALIBRATE} {_BOTH_EDGES}")


def _pulse_pin(job: Job, meter: Meter) -> object:
    return {"number": job.gpio, "inverted": True} if meter.part == "BL0937" else job.gpio


def _ohm(meter: Meter) -> str:
    return f"{(meter.milliohm or 1) / 1000:.3f} ohm"


def _sensors(plan: Plan, *quantities: str) -> Fields:
    return {name: {"name": Text(plan.names.entity(name.capitalize()))} for name in quantities}
