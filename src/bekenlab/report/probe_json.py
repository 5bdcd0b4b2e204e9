"""The report of ``probe`` as JSON, schema 1, documented in docs/json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.probing.as_pins import role_words
from bekenlab.probing.observations_json import meter_json
from bekenlab.probing.rules.commands import data_points
from bekenlab.report.json_report import SCHEMA, firmware_json

if TYPE_CHECKING:
    from bekenlab.jobs.probe import Agreement, ProbeReport
    from bekenlab.probing.rules.model import DriverConclusion, PinConclusion


def probe_json(report: ProbeReport) -> dict[str, Any]:
    """The report as plain JSON values; there are no secrets in it."""
    experiments = report.probed.observations.experiments
    return {
        "schema": SCHEMA,
        "chip": report.chip,
        "firmware": firmware_json(report.firmware),
        "device_seconds": round(report.probed.device_seconds, 3),
        "wall_seconds": round(report.probed.wall_seconds, 3),
        "experiments": [
            {
                "name": each.name,
                "gpio": each.gpio,
                "outcome": str(each.outcome),
                "meter": meter_json(each.meter),
            }
            for each in experiments
        ],
        "edited": list(report.probed.edited),
        "data_points": [
            {"id": point, "gpio": list(pins)}
            for point, pins in data_points(report.probed.observations)
        ],
        "set_up": report.conclusions.set_up,
        "pins": [_pin(pin) for pin in report.conclusions.pins],
        "driver": _driver(report.conclusions.driver),
        "agreement": [_agreement(each) for each in report.agreement],
    }


def _pin(pin: PinConclusion) -> dict[str, Any]:
    return {
        "gpio": pin.gpio,
        "role": pin.role,
        "channel": pin.channel,
        "polarity": str(pin.polarity) if pin.polarity is not None else None,
        "confidence": str(pin.confidence),
        "alternatives": list(pin.alternatives),
        "evidence": [{"experiment": each.experiment, "saw": each.saw} for each in pin.evidence],
    }


def _driver(driver: DriverConclusion | None) -> dict[str, Any] | None:
    if driver is None:
        return None
    return {
        "family": driver.family,
        "clock": driver.clock,
        "data": driver.data,
        "map": list(driver.outputs),
    }


def _agreement(each: Agreement) -> dict[str, Any]:
    return {
        "gpio": each.gpio,
        "storage": role_words(each.storage),
        "behaviour": role_words(each.behaviour) if each.behaviour is not None else None,
        "same": each.same,
    }
