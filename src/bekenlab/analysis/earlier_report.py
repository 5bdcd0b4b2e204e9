"""Reads back a JSON report printed by ``analyze --json`` or ``log parse --json``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bekenlab.chips import find_module, find_other_chip, serial_ports
from bekenlab.errors import Action, NotADumpError, Notice
from bekenlab.openbeken.flags import MQTT_STATE_ON_CONNECT, flags_from_number
from bekenlab.pins import Evidence, Pin, PinMap, Polarity, Source, pins_from_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCHEMA = 1
_MOST_NOTICES = 100
# Whatever writes a template from the pins gives this warning again.
_OF_TEMPLATE = "level-not-expressible"


@dataclass(frozen=True, slots=True)
class EarlierReport:
    """The parts of a report that other jobs use.

    Attributes:
        name: Name of the file it is about.
        chip: Chip, or None.
        module: Module, or None.
        firmware: The firmware's own name, or None.
        pins: Pin map with the report's warnings; an LED driver's details are derived from its
            parameters.
        template: OpenBeken template.
        description: The pin map in plain text.
    """

    name: str
    chip: str | None
    module: str | None
    firmware: str | None
    pins: PinMap
    template: Mapping[str, Any]
    description: str


def is_report(value: object) -> bool:
    """Whether a JSON value is a report of bekenlab."""
    return isinstance(value, dict) and "schema" in value and "file" in value


def read_report(report: Mapping[str, Any]) -> EarlierReport:
    """Read a report.

    Raises:
        NotADumpError: It reports a failure, has another schema, or is incomplete.
    """
    if report.get("schema") != _SCHEMA:
        raise NotADumpError(
            f"this report has schema {str(report.get('schema'))[:20]}, not {_SCHEMA}",
            hint="analyse the dump again with this version of bekenlab",
        )
    try:
        return _read(report)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotADumpError(
            "this report is incomplete, or is about a file that could not be read",
            action=Action("name-report"),
        ) from error


def _read(report: Mapping[str, Any]) -> EarlierReport:
    image = report.get("image") or report
    template = dict(report["openbeken"]["template"])
    if not isinstance(template["pins"], dict):
        raise TypeError(template["pins"])
    return EarlierReport(
        name=str(report["file"]["name"]),
        chip=_text(image["chip"]),
        module=_text(report["module"]),
        firmware=_text(report["firmware"]["name"]),
        pins=_pin_map(report, template),
        template=template,
        description=str(report["openbeken"]["description"]),
    )


def _pin_map(report: Mapping[str, Any], template: Mapping[str, Any]) -> PinMap:
    """The pins as printed; everything else is derived again from the parameters in the report."""
    tuya = report.get("tuya") or {"parameters_source": Source.BOOT_LOG, **report}
    parameters = tuya["parameters"] or {}
    mcu = tuya["mcu"]
    source = Source(tuya["parameters_source"] or Source.STORAGE)
    module = _text(report["module"])
    chip = _text((report.get("image") or report)["chip"])
    again = PinMap(module=module, ports=serial_ports(chip))
    if parameters or mcu:
        again = pins_from_parameters(
            dict(parameters),
            source=source,
            module=find_module(module) if module else None,
            mcu_baud=int(mcu["baud"]) if mcu else None,
            chip=chip,
        )
    twins = {(pin.gpio, pin.role, pin.label): pin for pin in again.pins}
    pins = tuple(_pin(row, twins, chip) for row in report["pins"])
    return replace(
        again,
        pins=pins,
        commands=tuple(str(template["command"]).splitlines()),
        flags=flags_from_number(int(template.get("flags", 0))) - {MQTT_STATE_ON_CONNECT},
        notices=_notices(report),
    )


def _notices(report: Mapping[str, Any]) -> tuple[Notice, ...]:
    """The warnings as printed; most are about what was read, and cannot be derived again."""
    rows = (report.get("warnings") or [])[:_MOST_NOTICES]
    notices = []
    for row in rows:
        code = str(row["code"])[:40]
        if code != _OF_TEMPLATE:
            notices.append(Notice(code, str(row["message"])[:2000]))
    return tuple(notices)


def _pin(
    row: Mapping[str, Any], twins: Mapping[tuple[int, str, str], Pin], chip: str | None
) -> Pin:
    """A pin as printed; what is not printed comes from the same pin of the parameters."""
    gpio, channel = row["gpio"], row["channel"]
    if not (0 <= int(gpio) < 64 and 0 <= int(channel) < 64):
        raise ValueError(gpio)
    polarity = row["polarity"]
    pin = Pin(
        gpio=int(gpio),
        role=str(row["role"]),
        channel=int(channel),
        polarity=Polarity(polarity) if polarity else None,
        label=str(row["label"]),
        evidence=tuple(
            Evidence(Source(each["source"]), str(each["key"])) for each in row["evidence"]
        ),
        name=_name(int(gpio), chip),
    )
    twin = twins.get((pin.gpio, pin.role, pin.label))
    return replace(pin, assumed=twin.assumed, colour=twin.colour) if twin else pin


def _name(gpio: int, chip: str | None) -> str:
    other = find_other_chip(chip)
    pin = other.pin(gpio) if other else None
    return pin.name if pin else ""


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
