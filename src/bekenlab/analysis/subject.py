"""Reads a device from any file about it: dump, report, boot log, template, configuration."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.configuration import MAX_TEXT, one_configuration
from bekenlab.analysis.earlier_report import is_report, read_report
from bekenlab.analysis.inputs import InputFile, load_one
from bekenlab.analysis.posted_text import as_utf8
from bekenlab.analysis.read_log import LogReport, report_of
from bekenlab.analysis.several import SeveralInputsError, check_part
from bekenlab.chips import find_chip
from bekenlab.errors import BekenlabError, NoConfigError, NotADumpError
from bekenlab.json_text import JsonError, read_json
from bekenlab.openbeken.config import Config, find_config
from bekenlab.openbeken.flags import flags_to_number
from bekenlab.openbeken.locks import curtains_of
from bekenlab.openbeken.settings import parse_settings
from bekenlab.openbeken.start_values import command_with_start_values
from bekenlab.openbeken.template import lost_levels
from bekenlab.pins import Source, curtain_notices
from bekenlab.secret import Secret
from bekenlab.tuya.boot_log.read import parse_boot_log

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bekenlab.analysis.model import Analysis
    from bekenlab.errors import Notice
    from bekenlab.pins import PinMap


@dataclass(frozen=True, slots=True)
class Subject:
    """What a file says about a device.

    Attributes:
        name: Base name of the file.
        chip: Chip, or None.
        module: Module, or None.
        firmware: The firmware's own name, or None.
        pins: Pin map; None for an OpenBeken template or configuration.
        template: OpenBeken template.
        description: The pins in plain text, for a forum.
        mac: The last four bytes of the device's MAC address, or None.
        analysis: The analysis of a dump.
        log: The report of a boot log.
        report: The report itself, if the file is one.
        problem: Why it cannot be trusted as a whole, or None.
    """

    name: str
    chip: str | None
    module: str | None
    firmware: str | None
    pins: PinMap | None
    template: Mapping[str, Any]
    description: str
    mac: Secret | None = None
    analysis: Analysis | None = None
    log: LogReport | None = None
    report: Mapping[str, Any] | None = None
    problem: BekenlabError | None = None

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Warnings for anyone who uses the pins, in any format."""
        if self.pins is not None:
            return (*self.pins.notices, *lost_levels(self.pins))
        return curtain_notices(curtains_of(str(self.template.get("command") or "")))

    @property
    def source(self) -> Source | None:
        """The most trustworthy source of the pins; None without pins."""
        if self.pins is None:
            return Source.OPENBEKEN if self.template.get("pins") else None
        return self.pins.source


def read_subject(path: Path, *, boot: BootMode = BootMode.AUTO) -> Subject:
    """Read a file about a device.

    Args:
        path: A dump (packed or not), text with a Tuya configuration, a JSON report, a captured boot
            log, an OpenBeken template, or an OpenBeken configuration sector.
        boot: Whether a dump is booted in the virtual chip for its pins.

    Raises:
        BekenlabError: The file cannot be read, or is of another kind.
    """
    return subject_of(load_one(path), boot=boot)


def subject_of(
    file: InputFile, *, boot: BootMode = BootMode.AUTO, analysis: Analysis | None = None
) -> Subject:
    """Read a device from a file already in memory.

    Args:
        file: The file.
        boot: Whether a dump is booted in the virtual chip for its pins.
        analysis: Its analysis, if it has been analysed already.

    Raises:
        BekenlabError: The file is of none of the kinds above.
    """
    data = as_utf8(file.data)
    text = _text(data)
    if text is not None:
        subject = _from_json(file, text) or _from_log(replace(file, data=data))
        if subject:
            return subject
        one_configuration(file.path, file.data, file.part)
    elif file.data.startswith(b"CFG"):
        return _from_config(file.name, find_config(file.data).config, None)
    return _from_dump(file, analysis or analyze(file, boot=boot))


def subject_of_any(file: InputFile, analysis: Analysis) -> Subject:
    """The same for any file: one of no known kind has its problem, and nothing else.

    Args:
        file: The file.
        analysis: Its analysis.
    """
    try:
        return subject_of(file, analysis=analysis)
    except BekenlabError as problem:
        return replace(_of_analysis(file, analysis), problem=problem)


def _text(data: bytes) -> str | None:
    """The file as text, or None. A captured log may hold a few bytes that are not text."""
    if len(data) > MAX_TEXT or b"\0" in data:
        return None
    text = data.decode("utf-8-sig", "replace")
    return text if text.count("\ufffd") <= len(text) // 10 else None


def _from_json(file: InputFile, text: str) -> Subject | None:
    value = _json(text)
    if isinstance(value, list) and value and all(is_report(each) for each in value):
        value = _one_report(file, value)
    if not isinstance(value, dict):
        return None
    if is_report(value):
        report = read_report(value)
        return Subject(
            name=report.name,
            chip=report.chip,
            module=report.module,
            firmware=report.firmware,
            pins=report.pins,
            template=report.template,
            description=report.description,
            report=value,
        )
    if isinstance(value.get("pins"), dict):
        return _from_template(file.name, value)
    return None


def _one_report(file: InputFile, reports: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    if file.part is not None:
        check_part(file.path, file.part, len(reports), "reports")
        return reports[file.part - 1]
    choices = [file.path / str(number) for number in range(1, len(reports) + 1)]
    about = [_reported_name(each) for each in reports]
    raise SeveralInputsError(file.path, choices, "reports", about)


def _reported_name(report: Mapping[str, Any]) -> str:
    facts = report["file"]
    return str(facts.get("name", ""))[:60] if isinstance(facts, dict) else ""


_OURS = re.compile(r'"(?:schema|pins)"\s*:')


def _json(text: str) -> object:
    """A JSON value, a list of values if each line is one, or None for text that is not JSON."""
    try:
        return read_json(text)
    except JsonError as error:
        if error.senseless and text.lstrip().startswith("{") and _OURS.search(text):
            raise NotADumpError(f"this JSON cannot be used: {error}") from error
    if not text.lstrip().startswith('{"schema"'):
        return None
    try:
        return [read_json(line) for line in text.splitlines() if line.strip()]
    except JsonError:
        return None


def _from_template(name: str, template: Mapping[str, Any]) -> Subject:
    chip = str(template.get("chip") or "")
    found = find_chip(chip)
    settings, wrong = parse_settings(template["pins"])
    lines = [f"P{pin.gpio}: {pin.text}" for pin in settings] + [f"! {text}" for text in wrong]
    return Subject(
        name=name,
        chip=found.name if found else chip or None,
        module=str(template.get("board") or "") or None,
        firmware=None,
        pins=None,
        template=template,
        description="\n".join(["OpenBeken template", *lines]) + "\n",
    )


def _from_log(file: InputFile) -> Subject | None:
    log = parse_boot_log(file.data)
    if not (log.firmware or log.chip):
        return None
    report = report_of(file.name, log)
    return Subject(
        name=file.name,
        chip=report.chip,
        module=log.module,
        firmware=log.firmware.name if log.firmware else None,
        pins=report.pins,
        template=report.template,
        description=report.description,
        log=report,
    )


def _from_dump(file: InputFile, analysis: Analysis) -> Subject:
    if isinstance(analysis.problem, NotADumpError):
        raise analysis.problem
    if analysis.image and not analysis.pins.pins:
        configured = _configured(file, analysis)
        if configured:
            return configured
    return _of_analysis(file, analysis)


def _of_analysis(file: InputFile, analysis: Analysis) -> Subject:
    return Subject(
        name=file.name,
        chip=analysis.chip.name,
        module=analysis.module,
        firmware=analysis.firmware.name,
        pins=analysis.pins,
        template=analysis.template,
        description=analysis.description,
        mac=_mac(analysis),
        analysis=analysis,
        problem=analysis.problem,
    )


def _configured(file: InputFile, analysis: Analysis) -> Subject | None:
    """The device according to an OpenBeken configuration in its dump, if there is one."""
    try:
        found = find_config(file.data, analysis.chip.name)
    except NoConfigError:
        return None
    return _from_config(file.name, found.config, analysis)


def _from_config(name: str, config: Config, analysis: Analysis | None) -> Subject:
    flags = config.value("flags")
    chip = analysis.chip.name if analysis else None
    template = {
        "vendor": "",
        "bDetailed": "0",
        "name": "",
        "model": "",
        "chip": chip or "",
        "board": "",
        "keywords": [],
        "pins": {str(pin.gpio): pin.text for pin in config.pins()},
        "command": command_with_start_values(
            str(config.value("startup_command")), config.value("start_values")
        ),
        "flags": str(flags_to_number(flags)) if isinstance(flags, frozenset) else "0",
        "image": "",
        "wiki": "",
    }
    lines = [f"P{pin.gpio}: {pin.text}" for pin in config.pins()] or ["No pins are set up."]
    return Subject(
        name=name,
        chip=chip,
        module=None,
        firmware=analysis.firmware.name if analysis else None,
        pins=None,
        template=template,
        description="\n".join(["OpenBeken configuration", *lines]) + "\n",
        mac=_mac(analysis) if analysis else None,
        analysis=analysis,
        problem=analysis.problem if analysis else None,
    )


def _mac(analysis: Analysis) -> Secret | None:
    """The end of the MAC address in the RF sector, from which OpenBeken forms its names."""
    sector = analysis.image.rf if analysis.image else None
    if sector is None or sector.mac is None:
        return None
    return Secret(bytes.fromhex(sector.mac.replace(":", ""))[2:])
