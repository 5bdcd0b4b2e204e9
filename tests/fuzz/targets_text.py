"""Targets that read text: configurations, logs, templates, lists, and what people type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bekenlab.analysis.analyze import analyze_each
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.configuration import one_configuration
from bekenlab.analysis.earlier_report import is_report, read_report
from bekenlab.analysis.other_kinds import text_kind
from bekenlab.analysis.pin_list import read_pin_list
from bekenlab.analysis.read_log import log_in
from bekenlab.analysis.subject import subject_of
from bekenlab.chips import chips
from bekenlab.errors import BekenlabError, InternalError
from bekenlab.esphome import build_firmware
from bekenlab.flashing.erase import parse_range
from bekenlab.jobs.download import check_address
from bekenlab.jobs.lan.losses import losses
from bekenlab.jobs.lan.scan import parse_networks
from bekenlab.jobs.match import match
from bekenlab.jobs.pinout import find_board
from bekenlab.json_text import JsonError, read_json
from bekenlab.lan.address import parse_host
from bekenlab.link.faulty import parse_schedule
from bekenlab.link.virtual import parse_address, split_faults
from bekenlab.machine.fault_spec import parse_terms
from bekenlab.openbeken.boot_log import read_boot_log
from bekenlab.openbeken.config import find_field, parse
from bekenlab.openbeken.config.edit import Changes, make_config
from bekenlab.openbeken.config.fields import all_fields
from bekenlab.openbeken.devices import parse_devices
from bekenlab.openbeken.flags import flag_number
from bekenlab.openbeken.locks import curtains_of
from bekenlab.openbeken.releases import asset_for
from bekenlab.openbeken.settings import parse_gpio, parse_typed_setting
from bekenlab.openbeken.start_values import power_on_of, take_start_values
from bekenlab.openbeken.template import build_template
from bekenlab.openbeken.to_pins import pins_from_template
from bekenlab.pins import Source, pins_from_parameters
from bekenlab.report import log_report, text
from bekenlab.report.exports import EXPORTERS, Request
from bekenlab.report.html import html_report
from bekenlab.report.json_report import to_json
from bekenlab.report.live_log import LiveLog
from bekenlab.report.match_report import match_json
from bekenlab.report.printable import printable
from bekenlab.report.redaction import visible_report, visible_template
from bekenlab.tuya.boot_log.clean import is_garbled
from bekenlab.tuya.boot_log.follow import BootLogReader
from bekenlab.tuya.boot_log.read import parse_boot_log
from bekenlab.tuya.parameters.parser import parse_parameters
from fuzz import seeds
from fuzz.model import Target
from fuzz.real import real_texts
from fuzz.shown import printed, rendered
from fuzz.targets_flash import each, file_of

if TYPE_CHECKING:
    from collections.abc import Callable

UNIQUE = b"\x1a\x2b\x3c\x4d"


def as_text(data: bytes) -> str:
    """What a person types, or a program passes on."""
    return data.decode("utf-8", "surrogateescape")


def typed(*functions: Callable[[str], object]) -> Callable[[bytes], None]:
    """Functions of a text."""
    return each(*(_of_text(function) for function in functions))


def _of_text(function: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: function(as_text(data))


def _posted(data: bytes) -> None:
    read_pin_list(as_text(data))
    one_configuration(Path("a.txt"), data)


def _shown(data: bytes) -> None:
    """Posted text as ``analyze`` shows it in every form."""
    for analysis in analyze_each(file_of(data, "a.txt"), boot=BootMode.NEVER)[:3]:
        if isinstance(analysis.problem, InternalError):
            raise analysis.problem
        rendered(to_json(analysis))
        printed(text.render(analysis))
        html_report(analysis)


def _parameters(data: bytes) -> None:
    """Parameters as pins, and the pins in every form."""
    values = parse_parameters(data).values
    pins = pins_from_parameters(values, source=Source.STORAGE)
    template = build_template(pins, chip="BK7231N")
    rendered(template)
    pins_from_template(template)
    for chip in ("BK7231N", "BK7238"):
        try:
            build_firmware(pins, chip=chip)
        except InternalError:
            raise
        except BekenlabError:
            continue


def _log(data: bytes) -> None:
    report = log_in(file_of(data, "log.txt"))
    rendered(log_report.log_json(report))
    printed(log_report.render(report))


def _live_log(data: bytes) -> None:
    reader, shown = BootLogReader(), LiveLog()
    size = max(1, data[0] * 4 if data else 1, len(data) // 50)
    for at in range(0, len(data), size):
        reader.feed(data[at : at + size])
        shown.feed(data[at : at + size].decode("latin-1"))
    shown.end()
    parse_boot_log(reader.text)


def _subject(data: bytes) -> None:
    """A file about a device, as every command that takes one reads it, and each export of it."""
    subject = subject_of(file_of(data, "device.json"), boot=BootMode.NEVER)
    if isinstance(subject.problem, InternalError):
        raise subject.problem
    match(subject, parse_devices(seeds.device_list()))
    for exporter in EXPORTERS.values():
        try:
            exporter.write(Request(subject, None, UNIQUE))
        except InternalError:
            raise
        except BekenlabError:
            continue


def _report(data: bytes) -> None:
    try:
        value = read_json(data)
    except JsonError:
        return
    if is_report(value):
        read_report(value)
        rendered(visible_report(value))


def _template(data: bytes) -> None:
    try:
        value: Any = read_json(data)
    except JsonError:
        return
    if isinstance(value, dict) and isinstance(value.get("pins"), dict):
        pins_from_template(value)
        visible_template(value)
        make_config(value, Changes(), unique=UNIQUE, chip="BK7231N").config.encode()


def _command(data: bytes) -> None:
    command = as_text(data)
    take_start_values(command)
    power_on_of(command)
    curtains_of(command)
    losses(command)
    visible_template({"pins": {}, "command": command})


def _devices(data: bytes) -> None:
    known = parse_devices(data)
    subject = subject_of(file_of(seeds.templates()[0], "a.json"), boot=BootMode.NEVER)
    rendered(match_json(match(subject, known), (), limit=5))


def _field(line: str) -> None:
    name, _, value = line.partition("=")
    field = find_field(name.strip())
    make_config(None, Changes(values={field.name: parse(field, value)}), unique=UNIQUE,
                chip="BK7231N").config.encode()  # fmt: skip


def _pin(line: str) -> None:
    setting = parse_typed_setting(line)
    for chip in ("BK7231N", "BK7252"):
        make_config(None, Changes(pins=(setting,)), unique=UNIQUE, chip=chip)


def _range(line: str) -> None:
    for chip in (None, *chips()):
        start, end = parse_range(line, chip, 0x200000)
        assert 0 <= start < end <= 0x200000


def _virtual(line: str) -> None:
    parse_address(f"virtual://{line}" if "://" not in line else line)


def _field_seeds() -> list[bytes]:
    found = [f"{field.name}=1".encode() for field in all_fields()]
    return [*found, b"wifi_ssid=net", b"flags=1,2", b"start_values=0,1,-1", b"ping_host=1.2.3.4"]


_PIN_TOKENS = (b"rl1_pin", b"bt1_pin", b"_lv", b"module", b"netled_pin", b"c_pin", b"crc", b"baud",
               b"ele_pin", b"chip_type", b"iicscl", b"pwmhz", b"total_stat", b"26", b"\"pins\"",
               b"user_param_key", b"on P26", b"Relay (channel 1)", b"light_type", b"Jsonver",
               b"gate", b"dpid", b"r_pin", b"brightmin")  # fmt: skip
_LOG_TOKENS = (b"[01-01 18:12:15 TUYA N][lr:0x5bec1] ", b"V:BK7231N_1.0.1", b"pBuf:", b"ssid:",
               b"pConfig = ", b"key:,", b"value:", b"uf read string is ,", b"ch[0]", b"bt[",
               b"json cfg:[,", b"[RELAY] - pin:", b"Info:MAIN:", b"passwd:", b"sg_pwm_list[",
               b"rl1_pin:26,", b"---------CONFIG INFORMATIONS-----------", b"mac:", b"<Light PWM>",
               b"IO - relay[0]:", b"get key:", b"TUYA IOT SDK V:", b"prvHeapInit")  # fmt: skip
_COMMAND_TOKENS = (b"backlog ", b"setStartValue 1 -1;", b"addChangeHandler Channel1 == 1 ", b'"',
                   b"setChannel 2 0", b"MqttPassword p", b"startDriver BL0937", b"alias x ",
                   b"Rel;1", b"\"pins\"", b"Btn_Tgl_All", b"\"command\"", b"PWM_n")  # fmt: skip

TEXT_TARGETS = (
    Target("posted", _posted, seeds.texts, real_texts, _PIN_TOKENS, weight=0.2),
    Target("text-kind", text_kind, lambda: [*seeds.texts(), *seeds.logs()[:3], *seeds.templates()],
           real_texts, (*_PIN_TOKENS, *_LOG_TOKENS), weight=0.1),
    Target("posted-shown", _shown, seeds.texts, real_texts, _PIN_TOKENS, weight=0.02, floor=0.6),
    Target("parameters", _parameters, lambda: [seeds.PINS, *seeds.texts()[:3]], real_texts,
           _PIN_TOKENS, limit=1 << 18, weight=0.08, floor=0.4),
    Target("boot-log", each(parse_boot_log, is_garbled), seeds.logs, real_texts, _LOG_TOKENS,
           weight=0.15),
    Target("log-report", _log, seeds.logs, real_texts, _LOG_TOKENS, weight=0.03, floor=0.4),
    Target("live-log", _live_log, seeds.logs, tokens=_LOG_TOKENS, weight=0.03, floor=0.5),
    Target("obk-log", typed(read_boot_log), lambda: [seeds.OBK_LOG.encode()], tokens=_LOG_TOKENS),
    Target("subject", _subject, lambda: [*seeds.templates(), *seeds.reports(), *seeds.texts(),
                                         *seeds.configs()],
           real_texts, (*_COMMAND_TOKENS, *_PIN_TOKENS), weight=0.06, floor=1.0),
    Target("earlier-report", _report, lambda: [seeds.reports()[1], seeds.reports()[0]],
           tokens=_PIN_TOKENS, weight=1),
    Target("template", _template, seeds.templates, tokens=_COMMAND_TOKENS, weight=0.6, floor=0.4),
    Target("command", _command, lambda: [json.loads(t)["command"].encode()
                                         for t in seeds.templates()], tokens=_COMMAND_TOKENS),
    Target("device-list", _devices, lambda: [seeds.device_list()], tokens=_COMMAND_TOKENS,
           weight=1, floor=0.4),
    Target("pin-argument", typed(_pin, parse_gpio),
           lambda: [b"26=Rel;1", b"'P26=Btn,1'", b"GPIO8=PWM;1;2", b"6=#120;1"],
           tokens=_COMMAND_TOKENS, weight=0.5),
    Target("field-argument", typed(_field, flag_number), _field_seeds, weight=0.5),
    Target("range-argument", typed(_range),
           lambda: [b"0x1d1000+0x1000", b"4096-8192", b"all", b"config", b"0x0:0x1000"]),
    Target("address-argument", typed(parse_host, check_address, lambda line: parse_networks([line]),
                                     find_board),
           lambda: [b"192.168.1.40", b"http://lamp.local:81/index", b"192.168.1.0/24", b"CB2S",
                    b"https://example.org/list.json", b"http://[::1]/x"]),
    Target("fault-argument", typed(parse_terms, parse_schedule, split_faults, _virtual),
           lambda: [b"drop=3,flip@100:5,slow=2", b"bk7231n?image=a.bin&fault=lost@5&seed=3",
                    b"bk7231t?rom=0&unlock=1", b"lose@1000"],
           tokens=(b"@", b"0x", b"..", b"?", b"&", b"image=")),
    Target("release", lambda data: asset_for("BK7231N", data), lambda: [json.dumps({"assets": [{
        "name": "OpenBK7231N_QIO_1.18.300.bin", "size": 3, "digest": "sha256:" + "0" * 64,
        "browser_download_url": "https://example.org/a"}]}).encode()]),
    Target("printable", typed(printable),
           lambda: [*seeds.texts()[:3], b"\x1b[2J\x9b1m\xe2\x80\xae"]),
)  # fmt: skip
