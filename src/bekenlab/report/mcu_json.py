"""What is known of a second controller as JSON, schema 1; documented in docs/json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.mcu.frames import DpType, frame_name
from bekenlab.mcu.names import name_of
from bekenlab.mcu.products import product_name
from bekenlab.mcu.values import value_of
from bekenlab.report.json_report import SCHEMA, point_json
from bekenlab.report.printable import printable

if TYPE_CHECKING:
    from bekenlab.jobs.mcu import Controller
    from bekenlab.mcu.capture import Capture, Sent
    from bekenlab.mcu.frames import DataPoint, Protocol
    from bekenlab.mcu.meaning import Meaning


def decode_json(capture: Capture, meaning: Meaning) -> dict[str, Any]:
    """A capture, decoded."""
    return {
        **identify_json(capture, meaning),
        "skipped": capture.skipped,
        "frames": [_sent(each, meaning, capture.protocol) for each in capture.frames],
        "points": [value_json(each, meaning) for each in capture.points],
    }


def identify_json(capture: Capture, meaning: Meaning) -> dict[str, Any]:
    """What a capture says about the device."""
    return {
        "schema": SCHEMA,
        "protocol": str(capture.protocol) if capture.protocol is not None else None,
        "version": capture.version,
        "product": printable(capture.product) or None,
        "product_name": product_name(meaning.product or capture.product) or None,
        "mcu_firmware": printable(capture.firmware) or None,
        "known": bool(meaning.points),
        "frame_count": len(capture.frames),
    }


def controller_json(controller: Controller) -> dict[str, Any]:
    """The data points of a device, with their meaning."""
    confirmed = {each.id: each for each in controller.confirmed}
    return {
        "schema": SCHEMA,
        "name": printable(controller.name),
        "product": controller.meaning.product or None,
        "product_name": product_name(controller.meaning.product) or None,
        "source": controller.source,
        "chip": controller.chip,
        "protocol": str(controller.protocol) if controller.protocol is not None else None,
        "baud": controller.baud,
        "points": [
            point_json(point)
            | {
                "code": printable(point.code) or None,
                "name": printable(name_of(point.code, point.id)),
                "unit": printable(point.unit) or None,
                "labels": [printable(each) for each in point.labels] or None,
                "passed_on": seen.passed_on if (seen := confirmed.get(point.id)) else None,
                "reported": seen.reported if seen else None,
            }
            for point in controller.meaning.points
        ],
        "differences": list(controller.meaning.differences),
    }


def value_json(point: DataPoint, meaning: Meaning) -> dict[str, Any]:
    """A data point that was sent."""
    known = meaning.point(point.number)
    value = value_of(point, known)
    kind = DpType(point.kind).name.lower() if point.kind in set(DpType) else None
    return {
        "id": point.number,
        "type": kind,
        "raw": printable(value.raw) if isinstance(value.raw, str) else value.raw,
        "shown": printable(value.shown),
        "code": printable(known.code) or None if known is not None else None,
    }


def _sent(sent: Sent, meaning: Meaning, protocol: Protocol | None) -> dict[str, Any]:
    frame = sent.frame
    return {
        "sender": str(sent.sender),
        "version": frame.version,
        "command": frame.command,
        "name": frame_name(frame, protocol),
        "payload": frame.payload.hex(),
        "points": [value_json(point, meaning) for point in sent.points],
    }
