"""The report of ``boot`` as JSON, schema 1, documented in docs/json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.report.boot_secrets import without_secrets
from bekenlab.report.json_report import SCHEMA, firmware_json, pin_json
from bekenlab.report.messages_json import notices_json
from bekenlab.report.redaction import visible_parameters

if TYPE_CHECKING:
    from bekenlab.analysis.boot_model import BootReport, GpioRow
    from bekenlab.tuya.parameters.model import Parameters


def boot_json(report: BootReport, *, show_secrets: bool = False) -> dict[str, Any]:
    """The report as plain JSON values; keys, names and passwords are hidden by default."""
    if not show_secrets:
        report = without_secrets(report)
    return {
        "schema": SCHEMA,
        "stop": str(report.stop),
        "detail": report.detail,
        "pc": report.pc,
        "chip": report.chip,
        "device_seconds": round(report.device_seconds, 6),
        "instructions": report.instructions,
        "wall_seconds": round(report.wall_seconds, 3),
        "log": report.text,
        "uart1": {"tx": report.uart1_sent.hex(), "rx": report.uart1_received.hex()},
        "firmware": firmware_json(report.firmware),
        "parameters": _parameters(report.parameters, show_secrets=show_secrets),
        "pins": [pin_json(pin) for pin in report.pins.pins],
        "gpio": [gpio_json(row) for row in report.gpio],
        "warnings": notices_json(report.pins.notices),
        "mcu": {
            "frames": [
                {"command": frame.command, "payload": frame.payload.hex()}
                for frame in report.mcu_frames
            ],
            "data_points": [
                {"id": point.number, "type": point.kind, "data": point.data.hex()}
                for point in report.data_points
            ],
        },
    }


def _parameters(found: Parameters | None, *, show_secrets: bool) -> dict[str, Any] | None:
    if found is None:
        return None
    return visible_parameters(found, show_secrets=show_secrets) or {}


def gpio_json(row: GpioRow) -> dict[str, Any]:
    """State of a pin."""
    return {
        "gpio": row.gpio,
        "direction": row.direction,
        "level": row.level,
        "pull": row.pull,
        "pwm": {"hz": round(row.pwm[0], 3), "duty": round(row.pwm[1], 4)} if row.pwm else None,
        "changes": row.changes,
    }
