"""Contacts, batteries, analogue inputs, temperature: everything a device measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.esphome._plan import Fields, Plan, input_pin, output_pin
from bekenlab.esphome.yaml import Text

if TYPE_CHECKING:
    from bekenlab.esphome._plan import Job

_INTERVAL = "60s"
_DIVIDER = 2.0
_SLEEP = (
    "A battery device: as it stands it never sleeps and drains the battery in days. See ESPHome's "
    "deep_sleep before you close the case."
)


def add_sensors(plan: Plan) -> None:
    """Everything that is measured."""
    for job in plan.take("contact"):
        fields: Fields = {"platform": "gpio", **plan.entity(job.pin.label), "pin": input_pin(job)}
        if job.row.device_class:
            fields["device_class"] = job.row.device_class
        plan.add("binary_sensor", fields)
    _add_battery(plan)
    for job in plan.take("adc"):
        if _is_analog(job, plan):
            entity = plan.entity(job.pin.label)
            plan.add(
                "sensor",
                {"platform": "adc", **entity, "pin": job.gpio, "update_interval": _INTERVAL},
            )
    for job in plan.take("dht"):
        fields = {"platform": "dht", "pin": job.gpio, "model": job.row.model}
        plan.add("sensor", {**fields, **_climate(plan), "update_interval": _INTERVAL})
    for job in plan.take("one_wire"):
        bus = plan.names.identifier(f"one wire {job.gpio}")
        plan.add("one_wire", {"platform": "gpio", "id": bus, "pin": job.gpio})
        temperature = {"name": Text(plan.names.entity("Temperature"))}
        plan.add(
            "sensor",
            {
                "platform": "dallas_temp",
                "one_wire_id": bus,
                **temperature,
                "update_interval": _INTERVAL,
            },
        )


def _is_analog(job: Job, plan: Plan) -> bool:
    if job.pin.gpio in plan.board.analog:
        return True
    plan.leave_out(job, f"{job.gpio} has no analogue input on the board {plan.board.name}")
    return False


def _add_battery(plan: Plan) -> None:
    """Voltage and charge; the divider, which draws current, is switched on only to measure."""
    batteries, dividers = plan.take("battery"), plan.take("divider")
    usable = [job for job in batteries if _is_analog(job, plan)]
    if not usable:
        for job in dividers:
            plan.leave_out(job, "there is no battery voltage to measure")
        return
    voltage = plan.entity("Battery voltage")
    plan.add(
        "sensor",
        {
            "platform": "adc",
            **voltage,
            "pin": usable[0].gpio,
            "update_interval": "never" if dividers else _INTERVAL,
            "filters": [{"multiply": _DIVIDER}],
        },
        f"{_SLEEP} The factor {_DIVIDER:g} of the voltage divider is a guess: measure the battery.",
    )
    battery = plan.pinmap.battery
    if battery:
        empty, full = battery.empty_mv / 1000, battery.full_mv / 1000
        plan.add(
            "sensor",
            {
                "platform": "copy",
                "source_id": voltage["id"],
                **plan.entity("Battery"),
                "unit_of_measurement": "%",
                "device_class": "battery",
                "accuracy_decimals": 0,
                "filters": [
                    {"calibrate_linear": [f"{empty:g} -> 0", f"{full:g} -> 100"]},
                    {"clamp": {"min_value": 0, "max_value": 100}},
                ],
            },
        )
    if dividers:
        _add_divider(dividers[0], str(voltage["id"]), plan)


def _add_divider(job: Job, voltage: str, plan: Plan) -> None:
    divider = plan.names.identifier(job.pin.label)
    plan.add("output", {"platform": "gpio", "id": divider, "pin": output_pin(job)})
    measure = [
        {"output.turn_on": divider},
        {"delay": "50ms"},
        {"component.update": voltage},
        {"output.turn_off": divider},
    ]
    plan.add("interval", {"interval": _INTERVAL, "then": measure})


def _climate(plan: Plan) -> Fields:
    return {
        "temperature": {"name": Text(plan.names.entity("Temperature"))},
        "humidity": {"name": Text(plan.names.entity("Humidity"))},
    }
