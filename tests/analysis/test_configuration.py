"""A configuration as people post it: Tuya's form, JSON, wrapped, in the middle of other text."""

import json
from functools import cache
from typing import Any

import pytest

from amounts import one_in
from analyses import codes, study
from bekenlab.analysis.configuration import MAX_TEXT, read_configuration
from bekenlab.pins import Source, pins_from_parameters
from bekenlab.pins.model import PinMap
from bekenlab.report.dump_view import dump_view
from bekenlab.tuya.parameters.format import format_parameters
from growth import grows_linearly
from shared import shared

TUYA = "{rl1_pin:26,rl1_lv:1,bt1_pin:10,bt1_lv:0,module:CB2S,jv:1.0.5,crc:1,}"
VALUES = {"rl1_pin": 26, "rl1_lv": 1, "bt1_pin": 10, "bt1_lv": 0, "module": "CB2S", "jv": "1.0.5"}


@cache
def configurations() -> tuple[dict[str, Any], ...]:
    text = shared("data", "tuya-configs.json").read_text("utf-8")
    return tuple(entry["config"] or {} for entry in json.loads(text))


def pins_of(text: str) -> PinMap | None:
    parameters = read_configuration(text.encode())
    if parameters is None:
        return None
    return pins_from_parameters(parameters.flat(), source=Source.STORAGE)


def test_tuya_form_and_json_of_all_354_give_the_same_pins() -> None:
    assert len(configurations()) == 354
    found: list[bool] = []
    for config in configurations():
        as_json = pins_of(json.dumps(config))
        assert pins_of(format_parameters(config)) == as_json
        found.append(as_json is not None)
        if as_json is not None and "sw" not in config:  # the one that nests is flattened first
            assert as_json == pins_from_parameters(config, source=Source.STORAGE)
    assert found == [bool(config) for config in configurations()]


@pytest.mark.parametrize(
    "text",
    [
        TUYA,
        json.dumps(VALUES),
        json.dumps([VALUES], indent=2),
        "\ufeff" + TUYA,
        f"\r\n  {TUYA}  \r\n",
        f"Hello, my plug says\n\n{TUYA}\n\nwhat is it? :-}}",
        f"(see {{above}}) user_param_key={json.dumps(VALUES)} thanks",
        TUYA + "\0" * 40,
        json.dumps({"user_param_key": VALUES, "gw_bi": {"uuid": "x"}}),
        json.dumps({"user_param_key": TUYA}),
        json.dumps({"device_configuration": VALUES, "name": "plug"}),
        json.dumps({"config": VALUES}),
    ],
    ids=[
        *("tuya", "json", "list of one", "bom", "space", "prose", "prose and json", "padding"),
        *("wrapped", "wrapped text", "cloudcutter", "config"),
    ],
)
def test_the_configuration_is_found(text: str) -> None:
    parameters = read_configuration(text.encode())
    assert parameters is not None
    assert {name: parameters.values.get(name) for name in VALUES} == VALUES


def test_a_wrapped_baud_rate_comes_along() -> None:
    text = json.dumps({"user_param_key": {"rl1_pin": 6}, "baud_cfg": {"baud": 115200}})
    analysis = study(text.encode())
    assert analysis.tuya.mcu_baud == 115200
    assert [pin.gpio for pin in analysis.pins.pins if pin.role == "Rel"] == [6]


def test_a_posted_configuration_is_analysed_like_a_dump() -> None:
    analysis = study(TUYA.encode(), "post.txt")
    assert analysis.problem is None
    assert (analysis.module, analysis.chip.name) == ("CB2S", "BK7231N")
    assert analysis.template["pins"] == {"10": "Btn;1", "26": "Rel;1"}
    assert "configuration-only" in codes(analysis)
    assert analysis.image is None


@pytest.mark.parametrize("module", ["CB2S", ""])
def test_what_a_text_does_not_say_is_not_denied_where_it_follows(module: str) -> None:
    analysis = study(f"{{rl1_pin:26,module:{module}}}".encode(), "post.txt")
    (said,) = [n.message for n in analysis.notices if n.code == "configuration-only"]
    assert bool(analysis.chip.name) == bool(module)
    assert ("the chip follows from the module" in said) == bool(module)
    assert ("chip and firmware are not known" in said) != bool(module)


def test_a_text_is_its_own_source() -> None:
    view = dump_view(study(TUYA.encode(), "post.txt"))
    assert view.source == "text"
    assert {source for pin in view.pins for source, _ in pin.evidence} == {"text"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"{}",
        b"[1,2,3]",
        b"null",
        b'{"pins":{"6":"Rel;1"},"board":"CB2S"}',
        b'{"user_param_key":null}',
        b"fn main() { let pin = 26; }",
        b"\xff\xfe{rl1_pin:6}",
        b"{rl1_pin:6}\0\0more\0",
        b"{rl1_pin:6}" + b" " * MAX_TEXT,
    ],
    ids=lambda data: repr(data[:20]),
)
def test_other_text_is_no_configuration(data: bytes) -> None:
    assert read_configuration(data) is None


HOSTILE = {
    "deep lists": b'{"rl1_pin":' + b"[" * 400_000 + b"]" * 400_000 + b"}",
    "deep objects": b'{"rl1_pin":' + b'{"a":' * 150_000 + b"1" + b"}" * 150_000 + b"}",
    "deep but legal": b'{"rl1_pin":6,"x":' + b"[" * 900 + b"]" * 900 + b"}",
    "braces": b"{" * MAX_TEXT,
    "braces and a pin": b"{" * (MAX_TEXT - 11) + b"{rl1_pin:6}",
    "names without end": b"{a:1," * (MAX_TEXT // 5),
    "quotes": b'{"' * (MAX_TEXT // 2),
    "words": b"x{" * (MAX_TEXT // 2),
    "long number": b'{"rl1_pin":' + b"9" * 100_000 + b"}",
    "no numbers": b'{"rl1_pin":NaN,"bt1_pin":Infinity,"x_pin":1e999}',
    "odd numbers": b"{rl1_pin:-1,bt1_pin:1.5,x_pin:99999999999999999999,led1_pin:true}",
    "half surrogates": b'{"rl1_pin":6,"module":"\\ud800","\\udfff_pin":1}',
    "control characters": b"{rl1_pin:6,module:\x1b[2J,\x07_pin:\x1b]0;x}",
}


@pytest.mark.parametrize("kind", one_in(2, list(HOSTILE)))
def test_hostile_text_is_answered(kind: str) -> None:
    study(HOSTILE[kind])


@pytest.mark.parametrize("piece", [b"{", b"{a:1,", b'{"', b"x{", b"[", b"9"])
def test_the_time_for_hostile_text_grows_no_faster_than_the_text(piece: bytes) -> None:
    assert grows_linearly(lambda size: study(b"{rl1_pin:" + piece * size), 1500)
