"""Relays, latching relays, and the LEDs that show what a relay does."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from bekenlab.esphome._plan import Action, Fields, Job, Plan, output_pin
from bekenlab.pins import PowerOn

if TYPE_CHECKING:
    from collections.abc import Iterable

_Follower = dict[str, list[Action]]
"""The actions of an LED for each event of a relay."""

# Where nothing is stored, a relay comes back as it was; that is what most devices are set to.
_RESTORE = {
    PowerOn.OFF: "ALWAYS_OFF",
    PowerOn.ON: "ALWAYS_ON",
    PowerOn.LAST: "RESTORE_DEFAULT_OFF",
}
_PULSE_MS = 100
_WAIT = "500ms"
_SHUTTER = ("ShutterA", "ShutterB")


def add_relays(plan: Plan) -> None:
    """One switch per relay; its LEDs follow it."""
    found: list[tuple[int, Fields]] = []
    for job in plan.take("relay"):
        fields = {"platform": "gpio", **plan.entity(job.pin.label), "pin": output_pin(job)}
        found.append((job.pin.channel, fields))
    for on, off in _pairs(plan.take("coil_on"), plan.take("coil_off"), plan):
        fields = {
            "platform": "hbridge",
            **plan.entity(f"Relay {on.pin.channel}"),
            "on_pin": output_pin(on),
            "off_pin": output_pin(off),
            "pulse_length": f"{plan.pinmap.pulse_ms or _PULSE_MS}ms",
        }
        found.append((on.pin.channel, fields))
    for channel, fields in found:
        plan.relays.setdefault(channel, str(fields["id"]))
    followers = _leds(plan)
    for channel, fields in found:
        partner = _partner(channel, plan)
        events = followers.get(channel, [])
        if partner:
            _add_locked(fields, partner, events, plan)
        else:
            state = plan.pinmap.power_on.get(channel, PowerOn.LAST)
            plan.add("switch", fields | {"restore_mode": _RESTORE[state]} | _events(events))
    _add_shutters(plan)


def _add_locked(fields: Fields, partner: str, events: list[_Follower], plan: Plan) -> None:
    """Add one of two relays that must never be on together, which would destroy a motor."""
    fields["restore_mode"] = _RESTORE[PowerOn.OFF]
    if fields["platform"] == "gpio":
        fields |= {"interlock": [partner], "interlock_wait_time": _WAIT}
    else:
        events = [*events, {"on_turn_on": [{"switch.turn_off": partner}]}]
    plan.add(
        "switch",
        fields | _events(events),
        f"One of the two relays of a curtain: never on together with {partner}. With the times "
        "of its way up and down it can become a cover (platform time_based).",
    )


def _add_shutters(plan: Plan) -> None:
    """OpenBeken's shutters: two relays of one channel."""
    jobs = {(job.pin.role, job.pin.channel): job for job in plan.take("shutter")}
    pairs = {
        channel: [(role, job) for role in _SHUTTER if (job := jobs.get((role, channel)))]
        for channel in sorted({channel for _, channel in jobs})
    }
    for channel, pair in pairs.items():
        if len(pair) < len(_SHUTTER):
            plan.leave_out(pair[0][1], "a shutter takes two relays, one is not known")
            continue
        switches: list[Fields] = [
            {"platform": "gpio", **plan.entity(job.pin.label), "pin": output_pin(job)}
            for _, job in pair
        ]
        names = [str(switch["id"]) for switch in switches]
        for (role, _), switch, partner in zip(pair, switches, reversed(names), strict=True):
            plan.shutters[role, channel] = str(switch["id"])
            _add_locked(switch, partner, [], plan)


def _partner(channel: int, plan: Plan) -> str | None:
    """The other relay of the same curtain."""
    for first, second in (curtain.relays for curtain in plan.pinmap.curtains):
        if channel in (first, second):
            return plan.relays.get(second if channel == first else first)
    return None


def _pairs(on: list[Job], off: list[Job], plan: Plan) -> list[tuple[Job, Job]]:
    """Pairs of coils of one channel; a single coil cannot be expressed."""
    pairs = []
    for job in on:
        partner = next((other for other in off if other.pin.channel == job.pin.channel), None)
        if partner:
            off.remove(partner)
            pairs.append((job, partner))
        else:
            plan.leave_out(job, "the other coil of this latching relay is not known")
    for job in off:
        plan.leave_out(job, "the other coil of this latching relay is not known")
    return pairs


def _leds(plan: Plan) -> dict[int, list[_Follower]]:
    """Outputs for LEDs that follow relays: by channel, what to do when it goes on and off."""
    follow: defaultdict[int, list[_Follower]] = defaultdict(list)
    for job in plan.take("led"):
        if job.pin.channel in plan.relays:
            follow[job.pin.channel].append(_follow(_led_output(job, plan)))
        else:
            _own_light(job, plan)
    for job in plan.take("led_all"):
        if not plan.relays:
            _own_light(job, plan)
            continue
        identifier = _led_output(job, plan)
        for channel in plan.relays:
            follow[channel].append(_follow_all(identifier, plan.relays.values()))
    for job in plan.take("led_own"):
        _own_light(job, plan)
    return follow


def _led_output(job: Job, plan: Plan) -> str:
    identifier = plan.names.identifier(job.pin.label)
    plan.add("output", {"platform": "gpio", "id": identifier, "pin": output_pin(job)})
    return identifier


def _own_light(job: Job, plan: Plan) -> None:
    """An LED that nothing drives becomes a separate light."""
    output = _led_output(job, plan)
    plan.add("light", {"platform": "binary", **plan.entity(job.pin.label), "output": output})


def _follow(output: str) -> _Follower:
    return {
        "on_turn_on": [{"output.turn_on": output}],
        "on_turn_off": [{"output.turn_off": output}],
    }


def _follow_all(output: str, relays: Iterable[str]) -> _Follower:
    """On with any relay, off with the last."""
    any_on = {"or": [{"switch.is_on": relay} for relay in relays]}
    off: Action = {"if": {"condition": {"not": [any_on]}, "then": [{"output.turn_off": output}]}}
    return {"on_turn_on": [{"output.turn_on": output}], "on_turn_off": [off]}


def _events(followers: list[_Follower]) -> dict[str, list[Action]]:
    events: defaultdict[str, list[Action]] = defaultdict(list)
    for follower in followers:
        for event, actions in follower.items():
            events[event] += actions
    return dict(events)
