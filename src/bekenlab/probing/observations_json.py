"""Observations as JSON, to be saved and replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.errors import UnsupportedError
from bekenlab.json_text import JsonError, read_json
from bekenlab.probing.observations import (
    CommandTrace,
    Happening,
    Observation,
    Observations,
    Outcome,
    PinSeen,
    PinTrace,
    WireTrace,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = 1


def observations_json(observations: Observations) -> dict[str, Any]:
    """The observations as JSON."""
    return {
        "schema": SCHEMA,
        "chip": observations.chip,
        "experiments": [_experiment(each) for each in observations.experiments],
    }


def _experiment(seen: Observation) -> dict[str, Any]:
    return {
        "name": seen.name,
        "gpio": seen.gpio,
        "outcome": seen.outcome.value,
        "device_seconds": seen.seconds,
        "moments": [[at, what.value] for at, what in seen.moments],
        "pins": [_trace(each) for each in seen.pins],
        "wires": [
            {
                "clock": each.clock,
                "data": each.data,
                "messages": [list(message) for message in each.messages],
                "count": each.count,
            }
            for each in seen.wires
        ],
        "commands": [
            {
                "asks": each.asks,
                "points": [list(point) for point in each.points],
                "moves": [list(move) for move in each.moves],
            }
            for each in seen.commands
        ],
        "set_up": list(seen.set_up),
        "edited": list(seen.edited),
    }


def _trace(trace: PinTrace) -> dict[str, Any]:
    return {
        "gpio": trace.gpio,
        "before": _pin(trace.before),
        "after": _pin(trace.after),
        "edges": [list(edge) for edge in trace.edges],
        "bursts": trace.bursts,
        "shares": [list(share) for share in trace.shares],
        "since": trace.since,
    }


def _pin(pin: PinSeen) -> dict[str, Any]:
    return {
        "direction": pin.direction,
        "level": pin.level,
        "pull": pin.pull,
        "share": pin.share,
        "hz": pin.hz,
    }


def read_observations(text: bytes) -> Observations:
    """Read saved observations.

    Raises:
        UnsupportedError: They are not observations, or of another version.
    """
    try:
        told = read_json(text)
        if not isinstance(told, dict) or told.get("schema") != SCHEMA:
            raise UnsupportedError("not the observations of a probe, or of another version")
        return Observations(
            str(told["chip"]), tuple(_read_experiment(each) for each in told["experiments"])
        )
    except (JsonError, KeyError, TypeError, ValueError, IndexError) as error:
        raise UnsupportedError(f"damaged observations: {error!r}") from error


def _read_experiment(told: Mapping[str, Any]) -> Observation:
    return Observation(
        name=str(told["name"]),
        gpio=told["gpio"],
        outcome=Outcome(told["outcome"]),
        seconds=float(told["device_seconds"]),
        moments=tuple((float(at), Happening(what)) for at, what in told["moments"]),
        pins=tuple(_read_trace(each) for each in told["pins"]),
        wires=tuple(
            WireTrace(
                int(each["clock"]),
                int(each["data"]),
                tuple((float(at), str(message)) for at, message in each["messages"]),
                int(each["count"]),
            )
            for each in told["wires"]
        ),
        commands=tuple(
            CommandTrace(
                str(each["asks"]),
                tuple((int(point), value) for point, value in each["points"]),
                tuple(
                    (int(gpio), float(before), float(after), int(edges))
                    for gpio, before, after, edges in each["moves"]
                ),
            )
            for each in told["commands"]
        ),
        set_up=tuple(int(gpio) for gpio in told["set_up"]),
        edited=tuple(str(name) for name in told["edited"]),
    )


def _read_trace(told: Mapping[str, Any]) -> PinTrace:
    return PinTrace(
        int(told["gpio"]),
        PinSeen(**told["before"]),
        PinSeen(**told["after"]),
        tuple((float(at), int(level)) for at, level in told["edges"]),
        int(told["bursts"]),
        tuple((float(at), float(share)) for at, share in told["shares"]),
        float(told["since"]),
    )
