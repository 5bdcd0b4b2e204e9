"""Data points of a second controller as entities, grouped as a person would.

Options and their checks: https://esphome.io/components/tuya and the components of the platform
``tuya``. A number is shown divided by ``multiply``; a sensor multiplied by a filter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.esphome._mcu_lights import add_light
from bekenlab.esphome._points import Points, entity, factor
from bekenlab.esphome.yaml import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.esphome._plan import Fields, Plan
    from bekenlab.mcu.schema import SchemaPoint

_COVER_WORDS = ("open", "stop", "close")
_MOST_OPTIONS = 256
_TEMP_SET = ("temp_set", "temp_set_f")
_TEMP_NOW = ("temp_current", "temp_current_f")
_SPEED = ("fan_speed", "fan_speed_percent", "fan_speed_enum")


def add_data_points(points: Sequence[SchemaPoint], plan: Plan) -> None:
    """Add an entity for each data point, or one for several that belong together."""
    left = Points(points)
    _climate(left, plan)
    _cover(left, plan)
    _fan(left, plan)
    add_light(left, plan)
    for point in left.rest():
        _single(point, plan)


def _climate(left: Points, plan: Plan) -> None:
    target, now = left.find(*_TEMP_SET, kind="value"), left.find(*_TEMP_NOW, kind="value")
    switch = left.find("switch", kind="bool")
    if target is None or now is None:
        return
    fields = entity(target, plan, "Thermostat")
    if switch is not None:
        fields["switch_datapoint"] = switch.id
    fields |= {"target_temperature_datapoint": target.id, "current_temperature_datapoint": now.id}
    if target.scale == now.scale:
        if target.scale:
            fields["temperature_multiplier"] = factor(target)
    else:
        fields |= {
            "target_temperature_multiplier": factor(target),
            "current_temperature_multiplier": factor(now),
        }
    if "F" in target.unit:
        fields["reports_fahrenheit"] = True
    if target.most > target.least:
        fields["visual"] = _visual(target)
    plan.add("climate", fields)
    left.take(target, now, switch)


def _visual(target: SchemaPoint) -> Fields:
    """The range to set, which is otherwise 10 to 30 degrees Celsius."""
    unit = "°F" if "F" in target.unit else "°C"
    least, most, step = (
        f"{_round(value * factor(target)):g} {unit}"
        for value in (target.least, target.most, max(1, target.step))
    )
    return {
        "min_temperature": Text(least),
        "max_temperature": Text(most),
        "temperature_step": Text(step),
    }


def _cover(left: Points, plan: Plan) -> None:
    for number in ("", "_1", "_2", "_3"):
        control = left.find(f"control{number}", kind="enum")
        position = left.find(f"percent_control{number}", kind="value")
        state = left.find(f"percent_state{number}", kind="value")
        if control is None or position is None or control.words[:3] != _COVER_WORDS:
            continue
        fields = entity(position, plan, f"Cover{number.replace('_', ' ')}")
        fields |= {"control_datapoint": control.id, "position_datapoint": position.id}
        if state is not None:
            fields["position_report_datapoint"] = state.id
        plan.add("cover", fields)
        left.take(control, position, state)


def _fan(left: Points, plan: Plan) -> None:
    speed = left.find(*_SPEED)
    switch = left.find("switch", "switch_fan", "fan_switch", kind="bool")
    if speed is None or switch is None or speed.kind not in ("enum", "value"):
        return
    # A number is sent as it is, from 1 on; a word by its position.
    count = len(speed.words) if speed.kind == "enum" else speed.most
    if speed.kind == "value" and speed.least not in (0, 1):
        return
    if not 1 <= count <= _MOST_OPTIONS:
        return
    fields = entity(speed, plan, "Fan")
    fields |= {"switch_datapoint": switch.id, "speed_datapoint": speed.id, "speed_count": count}
    plan.add("fan", fields)
    left.take(speed, switch)


def _single(point: SchemaPoint, plan: Plan) -> None:
    """An entity of one data point; what ESPHome has no entity for is left out with the reason."""
    make = {
        "bool": _bool,
        "value": _value,
        "enum": _enum,
        "string": _text,
        "bitmap": _bitmap,
    }.get(point.kind)
    if make is None or (point.kind == "string" and point.writable):
        name = f"data point {point.id} ({point.code or point.kind})"
        plan.left_out.append(f"{name}: ESPHome has no entity that could set such a value.")
        return
    make(point, plan)


def _bool(point: SchemaPoint, plan: Plan) -> None:
    fields = entity(point, plan)
    if point.writable:
        plan.add("switch", {**fields, "switch_datapoint": point.id})
    else:
        plan.add("binary_sensor", {**fields, "sensor_datapoint": point.id})


def _value(point: SchemaPoint, plan: Plan) -> None:
    fields = entity(point, plan)
    by = factor(point)
    if point.writable and point.most > point.least:
        fields |= {
            "number_datapoint": point.id,
            "min_value": point.least * by if point.scale else point.least,
            "max_value": point.most * by if point.scale else point.most,
            "step": point.step * by if point.scale else point.step,
        }
        if point.scale:
            fields["multiply"] = 10**point.scale
        plan.add("number", {name: _round(value) for name, value in fields.items()})
        return
    fields["sensor_datapoint"] = point.id
    if point.unit:
        fields["unit_of_measurement"] = Text(point.unit)
    if point.scale:
        fields |= {"accuracy_decimals": point.scale, "filters": [{"multiply": by}]}
    plan.add("sensor", fields)


def _round(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value


def _enum(point: SchemaPoint, plan: Plan) -> None:
    fields = entity(point, plan)
    words = list(dict.fromkeys(point.words))
    if point.writable and point.words and len(words) == len(point.words):
        options = {number: Text(word) for number, word in enumerate(point.words[:_MOST_OPTIONS])}
        plan.add("select", {**fields, "enum_datapoint": point.id, "options": options})
    else:
        plan.add("text_sensor", {**fields, "sensor_datapoint": point.id})


def _text(point: SchemaPoint, plan: Plan) -> None:
    plan.add("text_sensor", {**entity(point, plan), "sensor_datapoint": point.id})


def _bitmap(point: SchemaPoint, plan: Plan) -> None:
    plan.add("sensor", {**entity(point, plan), "sensor_datapoint": point.id})
