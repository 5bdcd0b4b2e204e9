"""Observations as JSON, to be saved and replayed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bekenlab.errors import UnsupportedError
from bekenlab.json_text import JsonError, read_json
from bekenlab.probing.observations import (
    CommandTrace,
    Happening,
    MeterWires,
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
_MOST_SECONDS = 600.0
_MOST_PINS = 64
_LEVELS = (0, 1)


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
        "meter": meter_json(seen.meter),
    }


def meter_json(meter: MeterWires | None) -> dict[str, int] | None:
    """How a simulated meter was connected."""
    return None if meter is None else asdict(meter)


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
        "interrupt": pin.interrupt,
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
        gpio=None if told["gpio"] is None else _gpio(told["gpio"]),
        outcome=Outcome(told["outcome"]),
        seconds=_at(1000 * told["device_seconds"]) / 1000,
        moments=tuple((_at(at), Happening(what)) for at, what in told["moments"]),
        pins=tuple(_read_trace(each) for each in told["pins"]),
        wires=tuple(
            WireTrace(
                _gpio(each["clock"]),
                _gpio(each["data"]),
                tuple((_at(at), _message(text)) for at, text in each["messages"]),
                int(each["count"]),
            )
            for each in told["wires"]
        ),
        commands=tuple(
            CommandTrace(
                str(each["asks"]),
                tuple((int(point), value) for point, value in each["points"]),
                tuple(
                    (_gpio(gpio), _share(before), _share(after), int(edges))
                    for gpio, before, after, edges in each["moves"]
                ),
            )
            for each in told["commands"]
        ),
        set_up=tuple(_gpio(gpio) for gpio in told["set_up"]),
        edited=tuple(str(name) for name in told["edited"]),
        meter=_read_meter(told.get("meter")),
    )


def _read_meter(told: Mapping[str, Any] | None) -> MeterWires | None:
    if told is None:
        return None
    return MeterWires(
        _gpio(told["cf"]), _gpio(told["cf1"]), _gpio(told["sel"]), _level(told["voltage"])
    )


def _read_trace(told: Mapping[str, Any]) -> PinTrace:
    return PinTrace(
        _gpio(told["gpio"]),
        _read_pin(told["before"]),
        _read_pin(told["after"]),
        tuple((_at(at), _level(level)) for at, level in told["edges"]),
        int(told["bursts"]),
        tuple((_at(at), _share(share)) for at, share in told["shares"]),
        _at(told["since"]),
    )


def _read_pin(told: Mapping[str, Any]) -> PinSeen:
    share, hz, interrupt = told["share"], told["hz"], told.get("interrupt")
    return PinSeen(
        str(told["direction"]),
        _level(told["level"]),
        None if told["pull"] is None else str(told["pull"]),
        None if share is None else _share(share),
        None if hz is None else float(hz),
        None if interrupt is None else str(interrupt),
    )


def _gpio(value: Any) -> int:
    if not 0 <= value < _MOST_PINS:
        raise ValueError("no such pin")
    return int(value)


def _level(value: Any) -> int:
    if value not in _LEVELS:
        raise ValueError("no level")
    return int(value)


def _share(value: Any) -> float:
    if not 0 <= value <= 1:
        raise ValueError("no share of the time")
    return float(value)


def _at(value: Any) -> float:
    """A time in milliseconds."""
    if not 0 <= value <= 1000 * _MOST_SECONDS:
        raise ValueError("no time in an experiment")
    return float(value)


def _message(text: Any) -> str:
    if not bytes.fromhex(text):
        raise ValueError("an empty message")
    return str(text)
