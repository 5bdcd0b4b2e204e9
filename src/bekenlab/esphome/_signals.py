"""Infrared, radio, sound, and status LEDs."""

from __future__ import annotations

from bekenlab.esphome._plan import Fields, Plan, input_pin, output_pin


def add_signals(plan: Plan) -> None:
    """Everything the device sends or shows by itself."""
    for job in plan.take("receiver"):
        fields: Fields = {"pin": input_pin(job), "dump": job.row.model}
        plan.add("remote_receiver", {"id": plan.names.identifier(job.pin.label), **fields})
    for job in plan.take("transmitter"):
        fields = {"pin": output_pin(job), "carrier_duty_percent": "50%"}
        plan.add("remote_transmitter", {"id": plan.names.identifier(job.pin.label), **fields})
    _add_buzzers(plan)
    _add_status_leds(plan)
    for job in plan.take("always_on"):
        fields = {
            "platform": "gpio",
            "id": plan.names.identifier(job.pin.label),
            "pin": output_pin(job),
            "restore_mode": "ALWAYS_ON",
            "internal": True,
        }
        plan.add("switch", fields, f"{job.pin.label}: on all the time.")


def _add_buzzers(plan: Plan) -> None:
    """A tune player where the pin can do PWM, else a switch."""
    for job in plan.take("buzzer"):
        if job.pin.gpio in plan.board.pwm and "rtttl" not in plan.mappings:
            output = plan.names.identifier("output buzzer")
            fields: Fields = {"platform": plan.board.pwm_platform, "id": output}
            plan.add("output", {**fields, "pin": output_pin(job)})
            plan.set("rtttl", {"id": plan.names.identifier(job.pin.label), "output": output})
        else:
            entity = plan.entity(job.pin.label)
            plan.add("switch", {"platform": "gpio", **entity, "pin": output_pin(job)})


def _add_status_leds(plan: Plan) -> None:
    """The first Wi-Fi LED shows the state of the connection; ESPHome has one such LED."""
    for job in plan.take("status_led"):
        if "status_led" not in plan.mappings:
            plan.set("status_led", {"pin": output_pin(job)})
            continue
        output = plan.names.identifier(f"output {job.pin.label}")
        plan.add("output", {"platform": "gpio", "id": output, "pin": output_pin(job)})
        fields: Fields = {"platform": "binary", **plan.entity(job.pin.label), "output": output}
        plan.add("light", fields, "A second Wi-Fi LED; ESPHome has one status LED.")
