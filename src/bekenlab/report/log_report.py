"""The report of ``log parse``, as JSON and for a terminal."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from bekenlab.analysis.read_log import why_no_pins
from bekenlab.openbeken import describe
from bekenlab.report.hanging import hanging, paragraphs
from bekenlab.report.json_report import SCHEMA, firmware_json, pin_json
from bekenlab.report.labelled import noted
from bekenlab.report.messages_json import notices_json
from bekenlab.report.printable import Printable, printable
from bekenlab.report.redaction import visible_parameters
from bekenlab.tuya.firmware import Firmware, FirmwareKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from bekenlab.analysis.read_log import LogReport


def log_json(report: LogReport) -> dict[str, Any]:
    """The report as plain JSON values; fields of ``analyze`` have the same meaning."""
    log = report.log
    baud = log.mcu.baud if log.mcu else None
    return {
        "schema": SCHEMA,
        "file": {"name": report.name},
        "chip": report.chip,
        "firmware": firmware_json(log.firmware or Firmware(FirmwareKind.OTHER)),
        "module": log.module,
        "parameters": visible_parameters(log.parameters, show_secrets=False),
        "mcu": {"baud": baud} if baud else None,
        "pins": [pin_json(pin) for pin in report.pins.pins],
        "openbeken": {"template": dict(report.template), "description": report.description},
        "warnings": notices_json(report.notices),
    }


def render(report: LogReport) -> RenderableType:
    """The report for a terminal."""
    return Printable(Group(*_sections(report)))


def _sections(report: LogReport) -> Iterator[RenderableType]:
    firmware = report.log.firmware or Firmware(FirmwareKind.OTHER)
    words = (firmware.name, firmware.version, firmware.sdk)
    yield Text(printable(report.name), style="bold", overflow="fold")
    named = printable(" ".join(w for w in words if w))
    unnamed = "OpenBeken" if firmware.kind is FirmwareKind.OPENBEKEN else "not named"
    yield hanging("Firmware  ", Text(named or unnamed))
    # The warnings follow with their codes.
    pins = replace(report.pins, notices=())
    why = why_no_pins(report.log)
    yield from paragraphs(describe(pins, chip=report.chip, without_pins=why))
    # Why there are no pins has been said already.
    yield from noted(notice for notice in report.notices if notice.message != why)
    if report.template.get("pins"):
        yield Text("OpenBeken template", style="bold cyan")
        text = json.dumps(dict(report.template), indent=2)
        yield Padding(Group(*paragraphs(text)), (0, 0, 0, 2))
