"""A source and its warnings go wherever the pins go."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from analyses import real
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import InputFile
from bekenlab.analysis.subject import Subject, subject_of
from bekenlab.chips import chip
from bekenlab.jobs.install.configure import configure
from bekenlab.openbeken.config.edit import Changes
from bekenlab.pins import Source, compare, pins_from_parameters
from bekenlab.report.exports import EXPORTERS, Request
from bekenlab.report.json_report import to_json
from bekenlab.report.log_report import log_json
from bekenlab.samples import build_sample
from boot_logs import boot
from shared import dump

DEFAULT_ONLY = "daybetter-flsl501115wifity-rgb-led-strip"
CUT = boot("p_config")
WORDS = b"- Relay (channel 2) on P6\n- Button (channel 1) on P8\n"


def subject(name: str, data: bytes) -> Subject:
    return subject_of(InputFile(name, Path(name), data), boot=BootMode.NEVER)


@cache
def doubtful(kind: str) -> tuple[Subject, Source]:
    """A file whose pins have the warning ``kind``, and their source."""
    match kind:
        case "firmware-default-only":
            return subject("dump.bin", dump(DEFAULT_ONLY)), Source.FIRMWARE_DEFAULT
        case "firmware-default-only, in a report":
            report = json.dumps(to_json(real(DEFAULT_ONLY))).encode()
            return subject("report.json", report), Source.FIRMWARE_DEFAULT
        case "pins-in-words":
            return subject("a.txt", WORDS), Source.PIN_LIST
        case "parameters-truncated":
            return subject("a.txt", b"{rl1_pin:26,rl1_lv:1,bt1_pin:10,bt1_l"), Source.STORAGE
        case "log-cut":
            return subject("log.txt", CUT.encode()), Source.BOOT_LOG
        case "log-cut, in a report":
            log = subject("log.txt", CUT.encode()).log
            assert log
            return subject("log.json", json.dumps(log_json(log)).encode()), Source.BOOT_LOG
        case _:
            raise AssertionError(kind)


KINDS = (
    "firmware-default-only",
    "firmware-default-only, in a report",
    "pins-in-words",
    "parameters-truncated",
    "log-cut",
    "log-cut, in a report",
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_use_of_doubtful_pins_says_so(kind: str) -> None:
    told, source = doubtful(kind)
    code = kind.split(",")[0]
    (message,) = [notice.message for notice in told.notices if notice.code == code]
    assert told.source is source

    def words(form: str) -> str:
        made = EXPORTERS[form].write(Request(told, "BK7231N", bytes(4))).content.decode()
        return " ".join(made.replace("\n#", " ").split())

    assert " ".join(message.split()) in words("text")
    assert " ".join(message.split()) in words("esphome")
    plug = subject("plug.bin", build_sample())
    made, notices = configure(plug, told, Changes(), chip("BK7231N"), b"")
    assert made.config.pins()
    assert code in [notice.code for notice in notices]


def test_a_log_that_only_repeats_the_built_in_default_is_no_better_than_it() -> None:
    default = {"rl1_pin": 26, "rl1_lv": 1, "bt1_pin": 10, "bt1_lv": 0}
    other = default | {"rl1_pin": 24}
    built_in = (
        Source.FIRMWARE_DEFAULT,
        pins_from_parameters(default, source=Source.FIRMWARE_DEFAULT),
    )

    def codes(source: Source, values: dict[str, int]) -> list[str]:
        said = source, pins_from_parameters(values, source=source)
        return [notice.code for notice in compare([said, built_in]).notices]

    assert codes(Source.BOOT_LOG, default) == ["firmware-default-only"]
    assert codes(Source.BOOT_LOG, {"rl1_pin": 26, "rl1_lv": 1}) == ["firmware-default-only"]
    assert codes(Source.BOOT_LOG, other) == []
    assert codes(Source.STORAGE, default) == [], "the device's own configuration says the same"
