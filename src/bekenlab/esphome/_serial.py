"""What sits on a serial line, and power meters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.esphome._plan import Fields, Plan, output_pin
from bekenlab.esphome.yaml import Text

if TYPE_CHECKING:
    from bekenlab.pins import Meter

UART_PINS = {1: (10, 11), 2: (1, 0)}
"""Serial port to its pins, RX and TX."""

_METER_BAUD = 4800
_DIVIDER = 1600  # of the voltage, in Tuya's plugs with a BL0937 or HLW8012: upk2esphome
_CALIBRATE = "Compare it with a known load and calibrate it before you trust it."


def serial_pins(plan_meter: Meter | None, mcu_baud: int | None) -> frozenset[int]:
    """GPIO numbers that a serial line takes."""
    ports = {plan_meter.uart} if plan_meter and plan_meter.uart else set()
    if mcu_baud:
        ports.add(1)
    return frozenset(gpio for port in ports for gpio in UART_PINS[port])


def add_serial(plan: Plan) -> None:
    """The power meter, and the second processor of a TuyaMCU device."""
    plan.take("serial")
    meter = plan.pinmap.meter
    if meter is not None and meter.uart is not None:
        _serial_meter(meter, meter.uart, plan)
    _pulse_meter(meter, plan)
    if plan.pinmap.mcu_baud:
        _uart(1, plan.pinmap.mcu_baud, {}, plan)
        plan.set(
            "tuya",
            None,
            "A second processor does the work. ESPHome prints its data points in the log; map "
            "them to entities of the platform tuya, in switch, sensor, light and others.",
        )


def _uart(port: int, baud: int, options: Fields, plan: Plan) -> None:
    rx, tx = UART_PINS[port]
    fields: Fields = {"rx_pin": f"P{rx}"}
    if tx in plan.board.gpios:
        fields["tx_pin"] = f"P{tx}"
    plan.set("uart", {**fields, "baud_rate": baud, **options})


def _serial_meter(meter: Meter, port: int, plan: Plan) -> None:
    sensors = _sensors(plan, "voltage", "current", "power")
    if meter.part == "HLW8032":
        _uart(port, _METER_BAUD, {"parity": "EVEN"}, plan)
        fields: Fields = {"platform": "hlw8032", **sensors}
        if meter.milliohm:
            fields["current_resistor"] = _ohm(meter)
        plan.add("sensor", fields, _CALIBRATE)
        return
    _uart(port, _METER_BAUD, {}, plan)
    more = _sensors(plan, "energy", "frequency")
    doubt = f"{_CALIBRATE} If power is negative, give it the filter multiply: -1."
    plan.add("sensor", {"platform": "bl0942", **sensors, **more}, doubt)


def _pulse_meter(meter: Meter | None, plan: Plan) -> None:
    """BL0937 and HLW8012: pulses of power on CF, of voltage or current on CF1, as SEL says.

    ESPHome takes a high SEL for current, these parts in Tuya's devices for voltage: the pin is
    turned round (upk2esphome, and public configurations of such plugs).
    """
    jobs = {kind: plan.take(kind) for kind in ("meter_cf", "meter_cf1", "meter_sel")}
    if not any(jobs.values()):
        return
    if meter is None or not all(jobs.values()):
        for job in (job for found in jobs.values() for job in found):
            why = (
                "not used" if meter is None else "ESPHome's hlw8012 takes CF, CF1 and SEL together"
            )
            plan.leave_out(job, f"the power meter is {why}" if meter is None else why)
        return
    cf, cf1, sel = (found[0] for found in jobs.values())
    fields: Fields = {
        "platform": "hlw8012",
        "model": meter.part,
        "cf_pin": cf.gpio,
        "cf1_pin": cf1.gpio,
        "sel_pin": output_pin(sel, turned=True),
        **_sensors(plan, "voltage", "current", "power", "energy"),
        "current_resistor": _ohm(meter),
        "voltage_divider": _DIVIDER,
        "update_interval": "10s",
    }
    plan.add("sensor", fields, _CALIBRATE)


def _ohm(meter: Meter) -> str:
    return f"{(meter.milliohm or 1) / 1000:.3f} ohm"


def _sensors(plan: Plan, *quantities: str) -> Fields:
    return {name: {"name": Text(plan.names.entity(name.capitalize()))} for name in quantities}
