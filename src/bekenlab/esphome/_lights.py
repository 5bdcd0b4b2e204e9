"""Lamps: PWM outputs, constant-current drivers, addressable strips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.esphome._plan import Fields, Job, Plan, output_pin
from bekenlab.esphome._tables import drivers, lights
from bekenlab.pins import Colour

if TYPE_CHECKING:
    from bekenlab.esphome._tables import DriverRow, LightRow
    from bekenlab.pins import LedDriver

_DRIVEN = (Colour.RED, Colour.GREEN, Colour.BLUE, Colour.COLD, Colour.WARM)
_WHITES = (Colour.COLD, Colour.WARM)
COLD, WARM = "6500 K", "2700 K"
_STRIP_PIN = 16
_MOST_LEDS = 165
_LEDS = 60
_ORDER = "GRB"
_NAMES = {
    Colour.COLD: "cool white",
    Colour.WARM: "warm white",
    Colour.TEMPERATURE: "colour temperature",
}


def add_lights(plan: Plan) -> None:
    """Outputs and lights; what the device has for its main lamp comes first."""
    colours = _pwm_outputs(plan) | _driver_outputs(plan)
    if colours:
        _add_lamp(colours, plan)
    _add_strip(plan)
    for job in plan.take("pwm"):
        output = _pwm(job, job.pin.label, plan)
        if output:
            _monochromatic(job.pin.label, output, plan)
    for job in plan.take("fan"):
        output = _pwm(job, job.pin.label, plan)
        if output:
            plan.add("fan", {"platform": "speed", **plan.entity(job.pin.label), "output": output})


def _pwm_outputs(plan: Plan) -> dict[Colour, str]:
    """One output per PWM pin of the lamp."""
    found: dict[Colour, str] = {}
    for job in plan.take("pwm"):
        colour = job.pin.colour
        if colour is None or colour in found:
            plan.jobs.append(job)  # a separate light
            continue
        output = _pwm(job, colour, plan)
        if output:
            found[colour] = output
    return found


def _pwm(job: Job, label: str, plan: Plan) -> str | None:
    """An output with the lamp's frequency; None, with the reason recorded, if PWM is impossible.

    Tuya counts colour temperature towards cold, ESPHome towards warm: that output is turned round.
    11 of 12 public OpenBeken templates of such lamps do the same.
    """
    if job.pin.gpio not in plan.board.pwm:
        plan.leave_out(job, f"{job.gpio} cannot do PWM on this chip")
        return None
    turned = job.pin.colour is Colour.TEMPERATURE
    identifier = plan.names.identifier(f"output {label}")
    fields: Fields = {
        "platform": plan.board.pwm_platform,
        "id": identifier,
        "pin": output_pin(job, turned=turned),
    }
    if plan.pinmap.pwm_hz:
        fields["frequency"] = f"{plan.pinmap.pwm_hz} Hz"
    comment = (
        "Tuya counts colour temperature towards cold, ESPHome towards warm, so that this output is "
        "turned round. If warm and cold come out swapped, turn it back."
    )
    plan.add("output", fields, comment if turned else "")
    return identifier


def _driver_outputs(plan: Plan) -> dict[Colour, str]:
    """A hub for the constant-current driver and one output per colour."""
    data, clock = plan.take("driver_data"), plan.take("driver_clock")
    driver = plan.pinmap.led_driver
    if not data or not clock:
        for job in (*data, *clock):
            plan.leave_out(job, "an LED driver takes a data and a clock pin, one is not known")
        return {}
    row = drivers().get(driver.name) if driver else None
    if driver is None or row is None:
        name = driver.name if driver else "this LED driver"
        for job in (*data, *clock):
            plan.leave_out(job, f"ESPHome has no component for {name}")
        return {}
    hub: Fields = {"data_pin": data[0].gpio, "clock_pin": clock[0].gpio, **_currents(driver, row)}
    plan.set(row.platform, hub, _doubt(driver))
    outputs = driver.led_map or (0, 1, 2, 3, 4)
    found: dict[Colour, str] = {}
    for colour, output in zip(_DRIVEN, outputs, strict=True):
        if output < 0 or output in outputs[: _DRIVEN.index(colour)]:
            continue  # not fitted, or the same LEDs as an earlier colour
        found[colour] = plan.names.identifier(f"output {colour}")
        fields: Fields = {
            "platform": row.platform,
            "id": found[colour],
            "channel": row.first + output,
        }
        current = _current(colour, driver)
        if row.each and current is not None:
            fields[row.each] = row.choice(current, white=colour in _WHITES)
        plan.add("output", fields)
    return found


def _doubt(driver: LedDriver) -> str:
    if driver.led_map is not None:
        return ""
    return (
        "Which output carries which colour is not known: if colours are swapped, change channels."
    )


def _currents(driver: LedDriver, row: DriverRow) -> Fields:
    """Currents of the hub, never higher than stored."""
    options: Fields = {}
    stored = driver.in_ma if row.unit == "mA" else driver.currents
    white = [stored[label] for label in ("CW", "C", "W") if label in stored]
    for option, value, is_white in (
        (row.rgb, stored.get("RGB"), False),
        (row.white, min(white, default=None), True),
    ):
        if option and value is not None:
            choice = row.choice(value, white=is_white)
            options[option] = f"{choice}mA" if row.unit == "mA" else choice
    return options


def _current(colour: Colour, driver: LedDriver) -> int | None:
    """Current of one output in mA."""
    labels = {Colour.COLD: ("C", "CW"), Colour.WARM: ("W", "CW")}.get(colour, ("RGB",))
    return next((driver.in_ma[label] for label in labels if label in driver.in_ma), None)


def _add_lamp(colours: dict[Colour, str], plan: Plan) -> None:
    """One light of all colours, or one light per colour if no platform has this set."""
    row = next((row for row in lights() if row.colours == set(colours)), None)
    if row is not None:
        plan.lights.append(_light(row, colours, plan))
    elif len(colours) == 1:
        plan.lights.append(_monochromatic("Light", next(iter(colours.values())), plan))
    else:
        for colour, output in colours.items():
            name = _NAMES.get(colour, colour.value)
            plan.lights.append(_monochromatic(f"Light {name}", output, plan))


def _light(row: LightRow, colours: dict[Colour, str], plan: Plan) -> str:
    entity = plan.entity("Light")
    fields: Fields = {"platform": row.platform, **entity}
    fields |= {option: colours[colour] for option, colour in row.options.items()}
    if row.white == "two":
        fields["cold_white_color_temperature"] = COLD
        fields["warm_white_color_temperature"] = WARM
    if row.interlock:
        fields["color_interlock"] = True
    if row.constant:
        fields["constant_brightness"] = True
    plan.add("light", fields)
    return str(entity["id"])


def _monochromatic(label: str, output: str, plan: Plan) -> str:
    entity = plan.entity(label)
    plan.add("light", {"platform": "monochromatic", **entity, "output": output})
    return str(entity["id"])


def _add_strip(plan: Plan) -> None:
    """An addressable strip, which ESPHome drives by SPI and so on one pin only."""
    strip = plan.pinmap.strip
    for job in plan.take("strip"):
        if plan.board.platform != "bk72xx":
            plan.leave_out(job, "bekenlab knows ESPHome's addressable strips on Beken's chips only")
            continue
        if job.pin.gpio != _STRIP_PIN:
            plan.leave_out(job, f"ESPHome drives an addressable strip on P{_STRIP_PIN} only")
            continue
        leds = strip.leds if strip else None
        entity = plan.entity("Light strip")
        fields: Fields = {
            "platform": "beken_spi_led_strip",
            **entity,
            "pin": job.gpio,
            "num_leds": min(leds or _LEDS, _MOST_LEDS),
            "rgb_order": (strip.order if strip else None) or _ORDER,
            "chipset": "WS2812",
        }
        plan.add("light", fields, _strip_doubts(leds))
        plan.lights.append(str(entity["id"]))


def _strip_doubts(leds: int | None) -> str:
    doubt = "Order of colours and kind of LED are a guess: change them if colours are wrong."
    if leds is None:
        return f"{doubt} The number of LEDs is not known."
    if leds > _MOST_LEDS:
        return f"{doubt} The strip has {leds} LEDs; ESPHome drives at most {_MOST_LEDS} here."
    return doubt
