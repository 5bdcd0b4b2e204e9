"""A live chip as JSON for a page (documented in docs/bench.md); the log without secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.mcu.names import name_of
from bekenlab.report.boot_json import gpio_json
from bekenlab.report.json_report import point_json
from bekenlab.report.live_log import LiveLog
from bekenlab.report.messages_json import notices_json
from bekenlab.report.printable import printable
from bekenlab.tuya.boot_log.redact import redact_log

if TYPE_CHECKING:
    from bekenlab.live.model import Frame, LogPiece, NetworkView, Picture, PointView
    from bekenlab.live.parts import PartView
    from bekenlab.live.source import LiveSource

# Events of the chip come in whole pieces; decoded frames of UART1 are lines already.
_EVENTS, _FRAMES = "bench", "mcu"
# Data points look like keys, but are not. Frames that are not understood may hold anything.
_NOT_UNDERSTOOD = "unknown command"
_OF_SCHEMA = ("mode", "range", "min", "max", "scale", "step")


class FrameWriter:
    """Turns the frames of a watcher into JSON values.

    Args:
        show_secrets: Leave keys, Wi-Fi names and passwords in the log.
    """

    def __init__(self, *, show_secrets: bool = False) -> None:
        self._show_secrets = show_secrets
        self._logs: dict[str, LiveLog] = {}
        self._power_ups = 0

    def write(self, frame: Frame) -> dict[str, Any]:
        """Convert a frame; a line of the log is included once it is complete."""
        fresh = frame.picture.power_ups != self._power_ups
        self._power_ups = frame.picture.power_ups
        return {
            **picture_json(frame.picture),
            "fresh": fresh,
            "edges": [[round(e.seconds, 7), e.gpio, e.level] for e in frame.edges],
            "edges_lost": frame.edges_lost,
            "log": [line for piece in frame.log for line in self._lines(piece)],
            "log_lost": frame.log_lost,
        }

    def _lines(self, piece: LogPiece) -> list[list[object]]:
        at, port = round(piece.seconds, 4), piece.port
        if port == _EVENTS:
            return [[at, port, piece.text]]
        if port == _FRAMES:
            return [[at, port, self._frame(line)] for line in piece.text.splitlines()]
        log = self._logs.setdefault(port, LiveLog(show_secrets=self._show_secrets, marks=False))
        return [[at, port, line] for line in log.feed(piece.text)]

    def _frame(self, line: str) -> str:
        if self._show_secrets or _NOT_UNDERSTOOD not in line:
            return line
        return redact_log(line)


def picture_json(picture: Picture) -> dict[str, Any]:
    """The current state of a chip."""
    stop = picture.stop
    return {
        "state": str(picture.state),
        "stop": {"cause": str(stop.cause), "detail": stop.detail} if stop else None,
        "power_ups": picture.power_ups,
        "device_seconds": round(picture.device_seconds, 6),
        "speed": picture.speed,
        "ratio": picture.ratio,
        "gpio": [{**gpio_json(row), "touched": row.touched} for row in picture.gpio],
        "driven": [list(pin) for pin in picture.driven],
        "parts": [_part_json(part) for part in picture.parts],
        "points": [_point_json(point) for point in picture.points],
        "labels": [list(pin) for pin in picture.labels],
        "fitted_from": picture.fitted_from,
        "network": _network_json(picture.network) if picture.network else None,
    }


def source_json(source: LiveSource) -> dict[str, Any]:
    """The source of a chip."""
    return {
        "name": source.name,
        "chip": source.chip,
        "firmware": source.firmware,
        "openbeken": source.openbeken,
        "warnings": notices_json(source.notices),
    }


def _network_json(network: NetworkView) -> dict[str, Any]:
    return {
        "kind": network.kind,
        "protected": network.protected,
        "page": network.page or None,
        "address": network.address,
        "mqtt": None
        if network.mqtt is None
        else [{"topic": topic, "text": text} for topic, text in network.mqtt],
        "tried": list(network.tried),
    }


def _part_json(part: PartView) -> dict[str, Any]:
    return {
        "id": part.id,
        "kind": part.kind,
        "number": part.number,
        "label": part.label,
        "gpios": list(part.gpios),
        "on": part.on,
        "active": part.active,
        "brightness": None if part.brightness is None else round(part.brightness, 4),
        "colour": part.colour,
        "kelvin": part.kelvin,
        "shares": dict(part.shares),
        "driver": part.driver,
    }


def _point_json(point: PointView) -> dict[str, Any]:
    value = printable(point.value) if isinstance(point.value, str) else point.value
    told = {"id": point.number, "type": point.kind, "value": value, "by": point.by}
    if point.known is None:
        return told
    return told | {
        "name": printable(name_of(point.known.code, point.number)),
        "unit": printable(point.known.unit) or None,
        "shown": printable(point.shown),
        **{name: point_json(point.known)[name] for name in _OF_SCHEMA},
    }
