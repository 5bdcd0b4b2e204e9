"""Formats of ``export``, one row each.

A format is a function that turns a device into bytes, and a row in ``EXPORTERS``. The functions
import what they need themselves, so that listing the formats is cheap.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.analysis.controller import is_battery, meaning_of_device
from bekenlab.errors import Action, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from bekenlab.analysis.subject import Subject
    from bekenlab.image.cipher import CodeKey
    from bekenlab.mcu.schema import SchemaPoint


_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Request:
    """A device to export, with options.

    Attributes:
        subject: The device.
        chip: Name of the chip if the user gave one, or None.
        unique: Four bytes that make the names in a configuration unique.
        show_secrets: Leave names, passwords and keys in.
    """

    subject: Subject
    chip: str | None
    unique: bytes
    show_secrets: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """The result of an export.

    Attributes:
        content: The file.
        warnings: One sentence for each setting that was left out.
        then: What to do next, or empty.
        hidden: Whether something was left out because it is secret.
    """

    content: bytes
    warnings: tuple[str, ...] = ()
    then: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Exporter:
    """A format.

    Attributes:
        about: Description for --help.
        binary: Whether it has to be written to a file.
        write: The function that makes it.
    """

    about: str
    binary: bool
    write: Callable[[Request], Export]


def _openbeken(request: Request) -> Export:
    template, warnings = _template(request)
    if request.chip:
        template["chip"] = _chip(request.chip)
    return Export(_indented(template), warnings, hidden=bool(warnings))


def _template(request: Request) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The template without secrets, with a warning about what was left out."""
    from bekenlab.report.redaction import visible_template

    template, commands = visible_template(
        request.subject.template, show_secrets=request.show_secrets
    )
    if not commands:
        return template, ()
    names = ", ".join(commands[:_MOST_NAMED])
    warning = f"left out of the startup command, as they hold names, passwords or keys: {names}"
    return template, (warning,)


def _config(request: Request) -> Export:
    from bekenlab.openbeken.config.edit import Changes, make_config

    template, warnings = _template(request)
    made = make_config(
        template,
        Changes(),
        unique=request.unique,
        chip=request.chip or request.subject.chip,
    )
    then = f"for {made.chip}, flash it at 0x{made.address:06X}"
    content = made.config.encode()
    return Export(content, (*warnings, *made.left_out), then, hidden=bool(warnings))


def _esphome(request: Request) -> Export:
    from bekenlab.esphome import build_firmware
    from bekenlab.openbeken.to_pins import pins_from_template

    subject = request.subject
    pins = subject.pins if subject.pins is not None else pins_from_template(subject.template)
    chip = _chip(request.chip) if request.chip else subject.chip
    if not chip:
        raise UnsupportedError(
            f"{subject.name} does not say which chip the device has", action=Action("name-chip")
        )
    template = subject.template if request.show_secrets else _template(request)[0]
    words = (template.get(key) for key in ("vendor", "name", "model"))
    made = build_firmware(
        pins,
        chip=chip,
        module=subject.module,
        title=" ".join(word for word in words if isinstance(word, str) and word) or None,
        firmware=subject.firmware,
        ota=_update_address(subject),
        key=_code_key(subject),
        data_points=_data_points(subject),
    )
    return Export(made.yaml.encode(), made.left_out, "put a secrets.yaml beside it")


def _data_points(subject: Subject) -> tuple[SchemaPoint, ...]:
    """Those of a second controller that ESPHome can talk to."""
    analysis = subject.analysis
    if analysis is None or not analysis.tuya.mcu_baud or is_battery(analysis.firmware):
        return ()
    return meaning_of_device(analysis.tuya).points


def _code_key(subject: Subject) -> CodeKey | None:
    """The key of the code in a dump."""
    image = subject.analysis.image if subject.analysis else None
    return image.encryption.key if image else None


def _update_address(subject: Subject) -> int | None:
    """Where the boot loader takes updates from, by the dump or by a report on it."""
    from bekenlab.esphome import update_address

    if subject.analysis is not None and subject.analysis.image is not None:
        return update_address(subject.analysis.image)
    try:
        rows = (subject.report or {})["image"]["partitions"]
        return next((int(row["physical"][0]) for row in rows if row["name"] == "download"), None)
    except (KeyError, TypeError, ValueError, IndexError):
        return None  # the report of a log or of a configuration


def _text(request: Request) -> Export:
    from bekenlab.report.printable import printable
    from bekenlab.secrecy.hide import hide_text

    text = request.subject.description
    shown = printable(text if request.show_secrets else hide_text(text))
    return Export(shown.encode("utf-8", "backslashreplace"))


def _json(request: Request) -> Export:
    from bekenlab.report.json_report import to_json
    from bekenlab.report.log_report import log_json
    from bekenlab.report.redaction import visible_report

    subject = request.subject
    report: Mapping[str, Any]
    if subject.report is not None:
        report = subject.report if request.show_secrets else visible_report(subject.report)
    elif subject.analysis is not None:
        report = to_json(subject.analysis, show_secrets=request.show_secrets)
    elif subject.log is not None:
        report = log_json(subject.log)
    else:
        raise UnsupportedError(
            f"{subject.name} is not a dump, report or log, so there is no report on it",
            action=Action("export-template"),
        )
    return Export(json.dumps(report, separators=(",", ":")).encode() + b"\n")


EXPORTERS: Mapping[str, Exporter] = {
    "openbeken": Exporter("OpenBeken device template", binary=False, write=_openbeken),
    "esphome": Exporter("ESPHome configuration (YAML)", binary=False, write=_esphome),
    "config": Exporter("OpenBeken configuration sector", binary=True, write=_config),
    "text": Exporter("description for a forum", binary=False, write=_text),
    "json": Exporter("JSON report", binary=False, write=_json),
}


def _chip(name: str) -> str:
    from bekenlab.chips import chip, find_other_chip

    other = find_other_chip(name)
    return other.name if other else chip(name).name


def _indented(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()
