"""Buttons and wall switches, and what they switch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.esphome._plan import Action, Fields, Job, Plan, input_pin

if TYPE_CHECKING:
    from collections.abc import Iterable

_DEBOUNCE = "20ms"


def add_buttons(plan: Plan) -> None:
    """A binary sensor for each button, with the action Tuya's firmware gave it."""
    for job in plan.take("button"):
        _add(job, "on_press", _single(job, plan), plan)
    for job in plan.take("button_all"):
        _add(job, "on_press", _all(plan), plan)
    for job in plan.take("button_light"):
        _add(job, "on_press", _light(plan), plan)
    for job in plan.take("wall_switch"):
        _add(job, "on_state", _single(job, plan), plan)
    for job in plan.take("button_shutter"):
        relay = plan.shutters.get((job.row.model, job.pin.channel))
        _add(job, "on_press", [{"switch.toggle": relay}] if relay else [], plan)
    for job in plan.take("button_free"):
        _add(job, "on_press", _stop(job, plan), plan)


def _add(job: Job, event: str, actions: list[Action], plan: Plan) -> None:
    fields: Fields = {
        "platform": "gpio",
        **plan.entity(job.pin.label),
        "pin": input_pin(job),
        "filters": [{"delayed_on_off": _DEBOUNCE}],
    }
    if actions:
        fields[event] = actions
        plan.add("binary_sensor", fields)
    else:
        plan.add("binary_sensor", fields, f"What it does is yours to say: add {event}.")


def _single(job: Job, plan: Plan) -> list[Action]:
    """Toggle the relay of the same channel, or the lamp of a device without relays."""
    relay = plan.relays.get(job.pin.channel)
    if relay:
        return [{"switch.toggle": relay}]
    return [] if plan.relays else _light(plan)


def _stop(job: Job, plan: Plan) -> list[Action]:
    """Both relays of its curtain off, for a stop button."""
    channels = [
        channel
        for curtain in plan.pinmap.curtains
        if job.pin.gpio in curtain.stop
        for channel in curtain.relays
    ]
    return _off(plan.relays[channel] for channel in channels if channel in plan.relays)


def _light(plan: Plan) -> list[Action]:
    return [{"light.toggle": plan.lights[0]}] if plan.lights else []


def _all(plan: Plan) -> list[Action]:
    """Everything off if anything is on, else everything on; Tuya's rule for such a button."""
    relays = list(plan.relays.values())
    if len(relays) <= 1:
        return [{"switch.toggle": relays[0]}] if relays else _light(plan)
    any_on = {"or": [{"switch.is_on": relay} for relay in relays]}
    on = [{"switch.turn_on": relay} for relay in relays]
    return [{"if": {"condition": any_on, "then": _off(relays), "else": on}}]


def _off(relays: Iterable[str]) -> list[Action]:
    return [{"switch.turn_off": relay} for relay in relays]
