"""What a probe of a device on the network would do and has found, as JSON and for a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from bekenlab.jobs.lan.probe_answers import found_pins, found_template
from bekenlab.openbeken.roles import role_of_pin
from bekenlab.report.config_report import device_name
from bekenlab.report.labelled import labelled
from bekenlab.report.lan_json import device_json
from bekenlab.report.lan_text import lines
from bekenlab.report.printable import Printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from bekenlab.jobs.lan.gpio_probe import ProbePlan, ProbeResult
    from bekenlab.pins.model import Pin


def probe_plan_json(plan: ProbePlan) -> dict[str, Any]:
    """What would be tried."""
    return {
        "device": device_json(plan.info),
        "tries": list(plan.choice.gpios),
        "left_alone": [{"gpio": pin.gpio, "why": pin.why} for pin in plan.choice.left_alone],
    }


def probe_plan_text(plan: ProbePlan) -> RenderableType:
    """What would be tried."""
    name = device_name(plan.info.short_name, show_secrets=False)
    rows = [
        ("Device", f"{name}, {plan.info.chipset}, OpenBeken {plan.info.version}"),
        ("Tries", names(plan.choice.gpios)),
    ]
    whys: dict[str, list[int]] = {}
    for pin in plan.choice.left_alone:
        whys.setdefault(pin.why, []).append(pin.gpio)
    rows += [("Not", f"{names(gpios)}: {why}") for why, gpios in whys.items()]
    return Printable(labelled(rows))


def names(gpios: Iterable[int]) -> str:
    """``P6, P26``, or a word for none."""
    return ", ".join(f"P{gpio}" for gpio in gpios) or "none"


def probe_json(result: ProbeResult) -> dict[str, Any]:
    """What was found."""
    pins = found_pins(result.inputs, result.outputs)
    return {
        "pins": [_pin_json(pin) for pin in pins.pins],
        "restless": list(result.restless),
        "tried": list(result.tried),
        "ended": result.ended,
        "template": found_template(result.plan.chip.name, pins),
        "kept": result.kept,
        "restored": True,
        "changed": list(result.changed),
    }


def _pin_json(pin: Pin) -> dict[str, Any]:
    return {
        "gpio": pin.gpio,
        "role": role_of_pin(pin),
        "channel": pin.channel,
        "label": pin.label,
        "active": pin.polarity.value if pin.polarity else None,
        "found_by": pin.evidence[0].key,
    }


def probe_text(result: ProbeResult) -> RenderableType:
    """What was found, and the template."""
    pins = found_pins(result.inputs, result.outputs)
    table = lines("GPIO", "What", "Active", "Role")
    for pin in pins.pins:
        active = pin.polarity.value.removeprefix("active_") if pin.polarity else ""
        table.add_row(f"P{pin.gpio}", pin.label, active, f"{role_of_pin(pin)};{pin.channel}")
    rows = [("Found", "by trying; the settings are as they were")]
    if result.restless:
        rows.append(("Restless", f"{names(result.restless)}: changing without being touched"))
    if result.ended:
        rows.append(("Ended", "before all pins were tried"))
    if result.changed:
        rows.append(("Differs", f"{', '.join(result.changed)}: changed meanwhile, left as it is"))
    template = json.dumps(found_template(result.plan.chip.name, pins), indent=2)
    seen = Printable(table) if pins.pins else Text("No pin was found.")
    return Group(Printable(labelled(rows)), Text(), seen, Text(), Text(template))


def put_back_text(changed: tuple[str, ...]) -> RenderableType:
    """That a device has its settings back."""
    rows = [("Restored", "pins read back from firmware and flash after a restart")]
    if changed:
        rows.append(("Differs", f"{', '.join(changed)}: changed meanwhile, left as it is"))
    return Printable(labelled(rows))
